"""Stretches in which the event loop was blocked → the lines that blocked it, what each of them did, and how to move it
into a thread."""

from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Literal

from lifespan_cli.analysis.contention import alone_ns, computes, of_times
from lifespan_cli.analysis.libraries import FRAMEWORKS
from lifespan_cli.analysis.offloading import offload as offload_at
from lifespan_cli.analysis.user_lines import package
from lifespan_cli.model import Block, BlockLine, Frame, Import, Phase, Run
from lifespan_cli.model.diagnosis import BlockingLine, Contention, LoopBlock, Offload
from lifespan_cli.sources import is_plain_function

STILL_GOING_NS = 50_000_000
MOST_OF_IT = 0.8

Way = tuple[Frame, ...]
"""The frames that lead to a line, outermost first."""
MOST_WAYS = 20
"""How many are examined: a function that calls itself has very many."""
_Place = tuple[Import | None, str, Offload | None]


def loop_blocks(run: Run, contention: Contention) -> Iterator[LoopBlock]:
    """The stretches of all phases, but for the one that a phase hung in: that is a finding of its own."""
    for phase in run.phases:
        last_ns = max((frame.until_ns for frame in phase.frames), default=0)
        places = _Places(phase, run)
        for block in phase.blocks:
            if phase.status != "timeout" or block.at_ns + block.wall_ns < last_ns - STILL_GOING_NS:
                yield _loop_block(block, places, contention)


class _Places:
    """What is known of the lines of a phase that block the event loop, found once for each."""

    def __init__(self, phase: Phase, run: Run) -> None:
        self.phase, self.run = phase, run
        self._found: dict[tuple[str, str | None, int | None, str], _Place] = {}

    def of(self, line: BlockLine) -> _Place:
        """The import whose statement a line is, the handler that led to it, and the call to run in a thread."""
        key = (line.function, line.path, line.line, line.called)
        if key not in self._found:
            self._found[key] = self._find(line)
        return self._found[key]

    def _find(self, line: BlockLine) -> _Place:
        ways = list(islice(_ways(self.phase.frames, line), MOST_WAYS))
        return (
            next((one for one in self.run.imports if _is_of(one, self.phase, line)), None),
            next((handler for way in ways if (handler := _handler(way))), ""),
            next((found for way in ways if (found := _offload(way, line.called)) is not None), None),
        )


def _loop_block(block: Block, places: _Places, contention: Contention) -> LoopBlock:
    cpu_ns = sum(line.cpu_ns for line in block.lines)
    if block.delay_ns is not None:
        contention = of_times(cpu_ns, block.delay_ns)
    known = any(frame.cpu_ns for frame in places.phase.frames)
    return LoopBlock(
        phase=places.phase.name,
        block=block,
        alone_ns=alone_ns(block.wall_ns, cpu_ns, contention) if known else block.wall_ns,
        imported=_imported_in(places.run, places.phase, block),
        lines=tuple(_blocking_line(line, places, contention if known else None) for line in block.lines),
    )


def _blocking_line(line: BlockLine, places: _Places, contention: Contention | None) -> BlockingLine:
    """What a line did; `contention` is None where nothing is known of what computed."""
    kind: Literal["blocking", "computing", "unknown"] = "unknown"
    if contention is not None:
        kind = "computing" if computes(line.wall_ns, line.cpu_ns, contention) else "blocking"
    imported, handler, offload = places.of(line)
    return BlockingLine(line, kind, imported, handler, offload)


def _is_of(entry: Import, phase: Phase, line: BlockLine) -> bool:
    """The line is the statement of that import."""
    return entry.phase == phase.name and line.path is not None and (entry.path, entry.line) == (line.path, line.line)


def _imported_in(run: Run, phase: Phase, block: Block) -> Import | None:
    """The import that the stretch mostly was."""
    until_ns = block.at_ns + block.wall_ns
    for entry in run.imports:
        shared_ns = min(until_ns, entry.at_ns + entry.total_ns) - max(block.at_ns, entry.at_ns)
        if entry.phase == phase.name and shared_ns >= MOST_OF_IT * block.wall_ns:
            return entry
    return None


def _ways(frames: tuple[Frame, ...], line: BlockLine, above: Way = ()) -> Iterator[Way]:
    """Every way from the top of the call tree to the line."""
    for frame in frames:
        way = (*above, frame)
        if (frame.path, frame.line, frame.function) == (line.path, line.line, line.function):
            yield way
        else:
            yield from _ways(frame.children, line, way)


def _offload(way: Way, called: str) -> Offload | None:
    """The innermost coroutine of the application's own that leads there, and what it calls at its line."""
    for frame in reversed(way):
        if frame.user:
            found = offload_at(frame.path, frame.line, called)
            if found is not None:
                return found
        called = frame.function
    return None


def _handler(way: Way) -> str:
    """The plain function through which a framework came to the line: the innermost that a library calls."""
    for called, caller in pairwise(reversed(way)):
        if called.user and not caller.user:
            known = package(caller.path) in FRAMEWORKS and is_plain_function(called.path, called.line)
            return called.function if known else ""
    return ""
