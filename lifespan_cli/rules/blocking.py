"""LS203: what blocks the event loop."""

from collections.abc import Iterable

from msgspec.structs import replace

from lifespan_cli.model import Finding, FindingLine, PhaseName
from lifespan_cli.model.diagnosis import BlockingLine, LoopBlock, Offload
from lifespan_cli.model.not_measured import off
from lifespan_cli.rules.rule import Case, Place, Rule, not_judged
from lifespan_cli.rules.wording import code, lasting, place

UP: tuple[PhaseName, ...] = ("startup", "hold", "shutdown")
MORE: tuple[PhaseName, ...] = ("request", "restart")
"""Judged, too, where a limit was given; what a second start repeats is reported once."""
BLOCKING_NS = 100_000_000
"""So long the event loop may be blocked where no limit is given."""
WORTH = 0.05
"""A line with less of the whole is not listed, unless it is longer than the limit."""
NAMED = 3
"""So many lines, and so many fixes, are named in a sentence; all of them are listed."""
THREADS = {"trio": "trio.to_thread.run_sync"}
KEYWORDS = "functools.partial"
"""trio's function for threads takes no keyword arguments."""


def _event_loop_blocked(case: Case) -> Iterable[Finding]:
    unknown = off(case.run, EVENT_LOOP_BLOCKED.code)
    if case.max_blocking_ns is not None and unknown:
        yield not_judged(EVENT_LOOP_BLOCKED, "--max-blocking", unknown)
        return
    phases: dict[PhaseName, list[LoopBlock]] = {}
    started: set[tuple[str | None, int | None]] = set()
    for one in case.diagnosis.blocks:
        at = one.block.path, one.block.line
        repeated = one.phase == "restart" and at in started
        if one.phase in (UP if case.max_blocking_ns is None else UP + MORE) and _is_long(case, one) and not repeated:
            phases.setdefault(one.phase, []).append(one)
            started |= {at} if one.phase != "restart" else set()
    for found in phases.values():
        yield from _blocked(case, found)


def _is_long(case: Case, one: LoopBlock) -> bool:
    """Longer than the limit; where none was given, longer on a machine that had nothing else to do, too."""
    if case.max_blocking_ns is not None:
        return one.block.wall_ns >= case.max_blocking_ns
    return one.alone_ns >= BLOCKING_NS


def _blocked(case: Case, found: list[LoopBlock]) -> Iterable[Finding]:
    """The findings of one phase's stretches: one for each line from the limit on; where there is but one of these, or
    none, it is for all lines."""
    lines = _lines(case, found)
    long = [one for one in lines if one.line.wall_ns >= _limit_ns(case)]
    if len(long) < 2:
        yield _finding(case, found, lines, _how_long(found))
    else:
        for one in long:
            yield _finding(case, found, [one], lasting(one.line.wall_ns))


def _finding(case: Case, found: list[LoopBlock], lines: list[BlockingLine], whole: str) -> Finding:
    return EVENT_LOOP_BLOCKED.finding(
        _message(f"{whole} during {found[0].phase}", lines),
        hint=_fixes(case, lines),
        phase=found[0].phase,
        at=Place(lines[0].line.path, lines[0].line.line),
        severity="warning" if case.max_blocking_ns is None else "error",
        lines=tuple(map(_finding_line, lines)),
    )


def _limit_ns(case: Case) -> int:
    return BLOCKING_NS if case.max_blocking_ns is None else case.max_blocking_ns


def _lines(case: Case, found: list[LoopBlock]) -> list[BlockingLine]:
    """The blocking lines of these stretches with their times in all of them, the longest first.

    Every line from the limit on, and every one with a part of the whole that is worth a line.
    """
    lines: dict[tuple[str | None, int | None, str], BlockingLine] = {}
    for block in found:
        for one in _of(block):
            key = (one.line.path, one.line.line, one.line.function)
            earlier = lines.get(key)
            lines[key] = one if earlier is None else _added(earlier, one)
    least_ns = min(_limit_ns(case), WORTH * sum(one.block.wall_ns for one in found))
    longest, *others = sorted(lines.values(), key=lambda one: -one.line.wall_ns)
    return [longest, *(one for one in others if one.line.wall_ns >= least_ns)]


def _of(block: LoopBlock) -> tuple[BlockingLine, ...]:
    """A stretch's lines; one for all of them where it was an import."""
    if block.imported is None:
        return block.lines
    entry, longest = block.imported, block.lines[0]
    line = replace(longest.line, wall_ns=block.block.wall_ns, cpu_ns=sum(one.line.cpu_ns for one in block.lines))
    if entry.path is not None:
        line = replace(line, path=entry.path, line=entry.line, function="", source="", called="")
    return (replace(longest, line=line, imported=entry),)


def _added(one: BlockingLine, other: BlockingLine) -> BlockingLine:
    longer = one if one.line.wall_ns >= other.line.wall_ns else other
    wall_ns, cpu_ns = one.line.wall_ns + other.line.wall_ns, one.line.cpu_ns + other.line.cpu_ns
    return replace(longer, line=replace(longer.line, wall_ns=wall_ns, cpu_ns=cpu_ns))


def _finding_line(one: BlockingLine) -> FindingLine:
    line, kind = one.line, one.kind
    text = f"import {one.imported.module}" if one.imported else line.source or line.called or line.function
    known = "gc" if _is_collection(one) else "import" if one.imported else None if kind == "unknown" else kind
    return FindingLine(line.path, line.line, text, line.wall_ns, line.function, known)


def _message(whole: str, lines: list[BlockingLine]) -> str:
    if len(lines) == 1:
        (one,) = lines
        how = ", computing" if one.kind == "computing" and not one.imported else ""
        return f"{_who(one)} blocked the event loop for {whole}{how}{_where(one)}"
    named = [f"{_what(one)}{_inside(one)} {lasting(one.line.wall_ns)}" for one in lines[:NAMED]]
    more = f", and {len(lines) - NAMED} more" if len(lines) > NAMED else ""
    return f"the event loop was blocked for {whole} by {len(lines)} lines: {', '.join(named)}{more}"


def _who(one: BlockingLine) -> str:
    if one.imported:
        return f"importing {one.imported.name}"
    return "top-level code" if one.line.function == "<module>" else one.line.function


def _what(one: BlockingLine) -> str:
    """The line's text, or else what ran there."""
    return code(one.line.source) if one.line.source and not one.imported else _who(one)


def _inside(one: BlockingLine) -> str:
    """The function of the application's that the line is in."""
    return f" in {one.line.function}" if one.line.source and not one.imported else ""


def _where(one: BlockingLine) -> str:
    """The line's text, and what was called there where that does not show it."""
    if one.imported:
        return ""
    line = one.line
    source = f": {code(line.source)}" if line.source else ""
    called = line.called and line.called.rpartition(".")[2] not in line.source
    return f"{source}, in {line.called}" if called else source


def _how_long(found: list[LoopBlock]) -> str:
    total = lasting(sum(one.block.wall_ns for one in found))
    if len(found) == 1:
        return total
    return f"{total} ({len(found)} times, up to {lasting(max(one.block.wall_ns for one in found))})"


def _is_collection(one: BlockingLine) -> bool:
    return one.line.function.startswith("gc, generation")


def _fixes(case: Case, lines: list[BlockingLine]) -> str:
    """What to do about the longest lines; lines of one call are moved by one."""
    fixes = list(dict.fromkeys(_fix(case, one) for one in lines))
    return " ".join(fixes[:NAMED])


def _fix(case: Case, one: BlockingLine) -> str:
    thread = THREADS.get(case.backend, "asyncio.to_thread")
    if one.imported:
        if one.imported.lazy:
            return (
                f"A lazy import is loaded by its first use, here on the event loop: import {one.imported.module} "
                "eagerly, then it is loaded before the event loop runs."
            )
        return f"Import {one.imported.module} at the top of a module: it is loaded before the event loop runs."
    if _is_collection(one):
        return (
            "Call `gc.freeze()` when the import is done, so that what it made is not searched again and again; "
            "or raise `gc.set_threshold(…)` until startup is complete."
        )
    processes = " Long work in pure Python needs a process, since threads share the interpreter."
    computing = processes if one.kind == "computing" else ""
    if one.offload is not None:
        return f"{_moved(case, one.offload, thread)}{computing}"
    if one.handler:
        return (
            f"`{one.handler}` is a plain `def`, which runs on the event loop: make it `async def`, and call what "
            f"blocks there in a thread, `await {thread}(…)`.{computing}"
        )
    return f"Use an async client, or call it in a thread where a coroutine calls it: `await {thread}(…)`.{computing}"


def _moved(case: Case, offload: Offload, thread: str) -> str:
    at = place(offload.path, offload.line)
    if not offload.function:
        return f"Run the call at {at} in a thread: `await {thread}(…)`."
    if offload.sleeps:
        loop = "trio" if case.backend == "trio" else "asyncio"
        return f"Await the event loop's own sleep: {code(f'await {loop}.sleep({offload.arguments})')} at {at}."
    call = ", ".join(part for part in (offload.function, offload.arguments) if part)
    if case.backend == "trio" and offload.keywords:
        call = f"{KEYWORDS}({call})"
    return f"Run it in a thread: {code(f'await {thread}({call})')} at {at}."


EVENT_LOOP_BLOCKED = Rule(
    code="LS203",
    slug="event-loop-blocked",
    severity="warning",
    summary="A synchronous call blocks the event loop.",
    explanation="""\
While one call computes, sleeps or waits for an answer without awaiting it, no other task runs: timeouts do not
fire, health checks and heartbeats of open connections go unanswered, and nothing that could start in parallel
does. A plain `def` handler of startup or shutdown is no different: it is called on the event loop.

Each line of your code that blocked the event loop for so long is reported with its own time. Await an async client
instead, or run the call in a thread at the line of the coroutine that makes it. Up to 100 ms are allowed, or what
--max-blocking says; a limit given there makes it an error.""",
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
