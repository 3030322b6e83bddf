"""LS203: what holds up the event loop."""

from collections.abc import Iterable, Iterator

from lifespan_cli.analysis.contention import alone_ns, pace_of
from lifespan_cli.analysis.hot_lines import package
from lifespan_cli.analysis.not_measured import off
from lifespan_cli.model import Block, Finding, Frame, Import, Phase, PhaseName
from lifespan_cli.rules.libraries import FRAMEWORKS
from lifespan_cli.rules.rule import Case, Rule, not_judged
from lifespan_cli.rules.sources import is_plain_function
from lifespan_cli.rules.wording import code, lasting

UP: tuple[PhaseName, ...] = ("startup", "hold", "shutdown")
MORE: tuple[PhaseName, ...] = ("request", "restart")
"""Judged, too, where a limit was given; what a second start repeats is told once."""
BLOCKING_NS = 100_000_000
"""So long the loop may be held up where no limit is given."""
STILL_GOING_NS = 50_000_000
MOST_OF_IT = 0.8
COMPUTES, WAITS = 0.5, 0.2
"""The share of CPU time in a stretch above which it computes, and below which it waits; between them who knows."""
THREADS = {"trio": "trio.to_thread.run_sync"}


def _event_loop_blocked(case: Case) -> Iterable[Finding]:
    unknown = off(case.run, EVENT_LOOP_BLOCKED.code)
    if case.max_blocking_ns is not None and unknown:
        yield not_judged(EVENT_LOOP_BLOCKED, "--max-blocking", unknown)
        return
    places: dict[tuple[PhaseName, str | None, int | None, str], list[tuple[Phase, Block]]] = {}
    lines: set[tuple[str | None, int | None]] = set()
    for phase in filter(None, map(case.run.phase, UP if case.max_blocking_ns is None else UP + MORE)):
        for block in _ended(phase):
            line = (block.path, block.line)
            if _is_long(case, phase, block) and not (phase.name == "restart" and line in lines):
                key = (phase.name, *line, block.function if block.path is None else "")
                places.setdefault(key, []).append((phase, block))
        lines = {(path, line) for _, path, line, _ in places}
    for found in sorted(places.values(), key=lambda found: -sum(block.wall_ns for _, block in found)):
        yield _blocked(case, found[0][0], [block for _, block in found])


def _is_long(case: Case, phase: Phase, block: Block) -> bool:
    """Longer than the limit; where none was given, longer on a machine that had nothing else to do, too."""
    if case.max_blocking_ns is not None:
        return block.wall_ns >= case.max_blocking_ns
    if block.wall_ns < BLOCKING_NS:
        return False
    cpu_ns = int((_cpu_share(phase, block) or 0) * block.wall_ns)
    return alone_ns(block.wall_ns, cpu_ns, pace_of(case.run)) >= BLOCKING_NS


def _ended(phase: Phase) -> Iterator[Block]:
    """The phase's stretches, but for the one that it hangs in when its time runs out: that is told by itself."""
    last_ns = max((frame.until_ns for frame in phase.frames), default=0)
    for block in phase.blocks:
        if phase.status != "timeout" or block.at_ns + block.wall_ns < last_ns - STILL_GOING_NS:
            yield block


def _blocked(case: Case, phase: Phase, blocks: list[Block]) -> Finding:
    block = max(blocks, key=lambda one: one.wall_ns)
    imported = _imported_in(case, phase, block)
    share = _cpu_share(phase, block)
    how = "" if share is None else ", computing" if share >= COMPUTES else ", waiting" if share <= WAITS else ""
    who = f"importing {imported.name}" if imported else _function(block)
    where = "" if imported else _where(block)
    own_ns, whole_ns = _own_ns(phase, block), sum(one.wall_ns for one in blocks)
    told = f"{who} held up the event loop for {_how_long(blocks)} in {phase.name}{how}{where}"
    if not imported and 0 < own_ns < MOST_OF_IT * whole_ns:
        whole = f"the event loop was held up for {_how_long(blocks)} in {phase.name}"
        told = f"{whole}, for {lasting(own_ns)} of it by {who}{how}{where}"
    return EVENT_LOOP_BLOCKED.finding(
        told,
        hint=_unblocking(case, phase, block, imported, computes=how == ", computing"),
        phase=phase.name,
        at=imported if imported and imported.path else block,
        severity="warning" if case.max_blocking_ns is None else "error",
    )


def _function(block: Block) -> str:
    return "top-level code" if block.function == "<module>" else block.function


def _where(block: Block) -> str:
    """The line's text, and what was called there where that does not tell."""
    source = f": {code(block.source)}" if block.source else ""
    called = block.called and block.called.rpartition(".")[2] not in block.source
    return f"{source}, in {block.called}" if called else source


def _how_long(blocks: list[Block]) -> str:
    total = lasting(sum(block.wall_ns for block in blocks))
    if len(blocks) == 1:
        return total
    return f"{total} ({len(blocks)} times, {lasting(max(block.wall_ns for block in blocks))} at most)"


def _imported_in(case: Case, phase: Phase, block: Block) -> Import | None:
    """The import that the stretch mostly was."""
    until_ns = block.at_ns + block.wall_ns
    for entry in case.run.imports:
        shared_ns = min(until_ns, entry.at_ns + entry.total_ns) - max(block.at_ns, entry.at_ns)
        if entry.phase == phase.name and shared_ns >= MOST_OF_IT * block.wall_ns:
            return entry
    return None


def _cpu_share(phase: Phase, block: Block) -> float | None:
    """How much of the time in which the line kept the thread it computed; None where no CPU time was measured."""
    found = [frames[-1] for frames in _ways(phase.frames, block)]
    running_ns = sum(frame.total_ns - frame.waiting_ns for frame in found)
    if not running_ns or not any(frame.cpu_ns for frame in phase.frames):
        return None
    return sum(frame.cpu_ns for frame in found) / running_ns


def _own_ns(phase: Phase, block: Block) -> int:
    """What the line took of the thread's time, which may have gone on with others without a pause."""
    return sum(way[-1].total_ns - way[-1].waiting_ns for way in _ways(phase.frames, block))


def _ways(frames: tuple[Frame, ...], block: Block, above: tuple[Frame, ...] = ()) -> Iterator[tuple[Frame, ...]]:
    """Every way from the top of the call tree to the block's line."""
    for frame in frames:
        way = (*above, frame)
        if (frame.path, frame.line, frame.function) == (block.path, block.line, block.function):
            yield way
        else:
            yield from _ways(frame.children, block, way)


def _unblocking(case: Case, phase: Phase, block: Block, imported: Import | None, computes: bool) -> str:
    if imported:
        if imported.lazy:
            return (
                f"A lazy import is loaded by its first use, here on the event loop: import {imported.module} eagerly, "
                "then it is loaded before the event loop runs."
            )
        return f"Import {imported.module} at the top of a module: it is loaded before the event loop runs."
    if block.function.startswith("gc, generation"):
        return (
            "Call `gc.freeze()` when the import is done, so that what it made is not searched again and again; "
            "or raise `gc.set_threshold(…)` until startup is complete."
        )
    thread = f"`await {THREADS.get(case.backend, 'asyncio.to_thread')}(…)`"
    handler = _handler(phase, block)
    rest = f"call it in a thread, {thread}"
    if computes:
        rest += "; long work in pure Python needs a process, since threads share the interpreter"
    elif "time.sleep(" in block.source:
        rest = f"`await {case.backend if case.backend == 'trio' else 'asyncio'}.sleep(…)`"
    else:
        rest = f"await an async client, or {rest}"
    if handler:
        return f"`{handler}` is a plain `def`, which runs on the event loop: make it `async def`, and {rest}."
    return f"{rest[0].upper()}{rest[1:]}." if rest[0].isalpha() else f"Use {rest}."


def _handler(phase: Phase, block: Block) -> str:
    """The plain function through which the framework came to the block's line."""
    for way in _ways(phase.frames, block):
        for caller, called in zip(way[-2::-1], way[:0:-1], strict=True):
            if called.user and not caller.user:
                known = package(caller.path) in FRAMEWORKS and is_plain_function(called.path, called.line)
                return called.function if known else ""
    return ""


EVENT_LOOP_BLOCKED = Rule(
    code="LS203",
    slug="event-loop-blocked",
    severity="warning",
    summary="A call keeps the event loop's thread: nothing else runs meanwhile.",
    explanation="""\
While one call computes, sleeps or waits for an answer without awaiting it, no other task runs: timeouts do not
fire, health checks and heartbeats of connections already open go unanswered, and nothing that could start side
by side does. In a plain `def` handler of startup or shutdown it is the same: it is called on the event loop.

The finding names the line of yours, what was called there, and whether it computed or waited. Await an async
client instead, or call it in a thread. 100 ms are allowed, or what --max-blocking says; given there, the limit
makes it an error.""",
    source="Python documentation, Developing with asyncio: Running Blocking Code",
    bad="""\
import time


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        time.sleep(0.4)  # a synchronous client
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
import asyncio
import time


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await asyncio.to_thread(time.sleep, 0.4)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_event_loop_blocked,
)
