"""LS203: what holds up the event loop."""

from collections.abc import Iterable

from lifespan_cli.model import Block, Finding, PhaseName
from lifespan_cli.model.diagnosis import LoopBlock
from lifespan_cli.model.not_measured import off
from lifespan_cli.rules.rule import Case, Rule, not_judged
from lifespan_cli.rules.wording import code, lasting

UP: tuple[PhaseName, ...] = ("startup", "hold", "shutdown")
MORE: tuple[PhaseName, ...] = ("request", "restart")
"""Judged, too, where a limit was given; what a second start repeats is told once."""
BLOCKING_NS = 100_000_000
"""So long the loop may be held up where no limit is given."""
MOST_OF_IT = 0.8
THREADS = {"trio": "trio.to_thread.run_sync"}


def _event_loop_blocked(case: Case) -> Iterable[Finding]:
    unknown = off(case.run, EVENT_LOOP_BLOCKED.code)
    if case.max_blocking_ns is not None and unknown:
        yield not_judged(EVENT_LOOP_BLOCKED, "--max-blocking", unknown)
        return
    places: dict[tuple[PhaseName, str | None, int | None, str], list[LoopBlock]] = {}
    started: set[tuple[str | None, int | None]] = set()
    for one in case.diagnosis.blocks:
        block, place = one.block, (one.block.path, one.block.line)
        repeated = one.phase == "restart" and place in started
        if one.phase in (UP if case.max_blocking_ns is None else UP + MORE) and _is_long(case, one) and not repeated:
            key = (one.phase, *place, block.function if block.path is None else "")
            places.setdefault(key, []).append(one)
            started |= {place} if one.phase != "restart" else set()
    for found in sorted(places.values(), key=lambda found: -sum(one.block.wall_ns for one in found)):
        yield _blocked(case, found)


def _is_long(case: Case, one: LoopBlock) -> bool:
    """Longer than the limit; where none was given, longer on a machine that had nothing else to do, too."""
    if case.max_blocking_ns is not None:
        return one.block.wall_ns >= case.max_blocking_ns
    return one.alone_ns >= BLOCKING_NS


def _blocked(case: Case, found: list[LoopBlock]) -> Finding:
    longest = max(found, key=lambda one: one.block.wall_ns)
    blocks = [one.block for one in found]
    block, imported, phase = longest.block, longest.imported, longest.phase
    how = {"computing": ", computing", "blocking": ", waiting", "unknown": ""}[longest.kind]
    who = f"importing {imported.name}" if imported else _function(block)
    where = "" if imported else _where(block)
    own_ns, whole_ns = longest.own_ns, sum(one.wall_ns for one in blocks)
    told = f"{who} held up the event loop for {_how_long(blocks)} in {phase}{how}{where}"
    if not imported and 0 < own_ns < MOST_OF_IT * whole_ns:
        whole = f"the event loop was held up for {_how_long(blocks)} in {phase}"
        told = f"{whole}, for {lasting(own_ns)} of it by {who}{how}{where}"
    return EVENT_LOOP_BLOCKED.finding(
        told,
        hint=_unblocking(case, longest),
        phase=phase,
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


def _unblocking(case: Case, longest: LoopBlock) -> str:
    block, imported, handler = longest.block, longest.imported, longest.handler
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
    rest = f"call it in a thread, {thread}"
    if longest.kind == "computing":
        rest += "; long work in pure Python needs a process, since threads share the interpreter"
    elif "time.sleep(" in block.source:
        rest = f"`await {case.backend if case.backend == 'trio' else 'asyncio'}.sleep(…)`"
    else:
        rest = f"await an async client, or {rest}"
    if handler:
        return f"`{handler}` is a plain `def`, which runs on the event loop: make it `async def`, and {rest}."
    return f"{rest[0].upper()}{rest[1:]}." if rest[0].isalpha() else f"Use {rest}."


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
