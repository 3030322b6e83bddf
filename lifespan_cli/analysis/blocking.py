"""Stretches in which the event loop was blocked → what blocked it, and whether it computed."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

from lifespan_cli.analysis.contention import alone_ns, computes
from lifespan_cli.analysis.libraries import FRAMEWORKS
from lifespan_cli.analysis.user_lines import package
from lifespan_cli.model import Block, Frame, Import, Phase, Run
from lifespan_cli.model.diagnosis import Contention, LoopBlock
from lifespan_cli.sources import is_plain_function

STILL_GOING_NS = 50_000_000
MOST_OF_IT = 0.8

Way = tuple[Frame, ...]
"""The frames that lead to a block's line, outermost first."""


def loop_blocks(run: Run, contention: Contention) -> Iterator[LoopBlock]:
    """The stretches of all phases, but for one that a phase hung in when its time ran out: that is told by itself."""
    for phase in run.phases:
        last_ns = max((frame.until_ns for frame in phase.frames), default=0)
        for block in phase.blocks:
            if phase.status != "timeout" or block.at_ns + block.wall_ns < last_ns - STILL_GOING_NS:
                yield _loop_block(block, phase, run, contention)


def _loop_block(block: Block, phase: Phase, run: Run, contention: Contention) -> LoopBlock:
    ways = list(_ways(phase.frames, block))
    frames = [way[-1] for way in ways]
    own_ns = sum(frame.total_ns - frame.waiting_ns for frame in frames)
    own_cpu_ns = sum(frame.cpu_ns for frame in frames)
    known = own_ns > 0 and any(frame.cpu_ns for frame in phase.frames)
    kind: Literal["blocking", "computing", "unknown"] = "unknown"
    if known:
        kind = "computing" if computes(own_ns, own_cpu_ns, contention) else "blocking"
    cpu_ns = own_cpu_ns * block.wall_ns // own_ns if known else 0
    return LoopBlock(
        phase=phase.name,
        block=block,
        alone_ns=alone_ns(block.wall_ns, cpu_ns, contention),
        own_ns=own_ns,
        kind=kind,
        imported=_imported_in(run, phase, block),
        handler=next((handler for way in ways if (handler := _handler(way))), ""),
    )


def _imported_in(run: Run, phase: Phase, block: Block) -> Import | None:
    """The import that the stretch mostly was."""
    until_ns = block.at_ns + block.wall_ns
    for entry in run.imports:
        shared_ns = min(until_ns, entry.at_ns + entry.total_ns) - max(block.at_ns, entry.at_ns)
        if entry.phase == phase.name and shared_ns >= MOST_OF_IT * block.wall_ns:
            return entry
    return None


def _ways(frames: tuple[Frame, ...], block: Block, above: Way = ()) -> Iterator[Way]:
    """Every way from the top of the call tree to the block's line."""
    for frame in frames:
        way = (*above, frame)
        if (frame.path, frame.line, frame.function) == (block.path, block.line, block.function):
            yield way
        else:
            yield from _ways(frame.children, block, way)


def _handler(way: Way) -> str:
    """The plain function through which a framework came to the line: the innermost that a library calls."""
    for called, caller in pairwise(reversed(way)):
        if called.user and not caller.user:
            known = package(caller.path) in FRAMEWORKS and is_plain_function(called.path, called.line)
            return called.function if known else ""
    return ""
