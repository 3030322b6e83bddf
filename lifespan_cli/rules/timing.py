"""LS206, LS207: independent awaits that run sequentially, and what delays the exit."""

from collections.abc import Iterable

from lifespan_cli.model import Finding
from lifespan_cli.model.diagnosis import HotLine, SequentialAwaits
from lifespan_cli.rules.rule import Case, Place, Rule
from lifespan_cli.rules.wording import bounded, code, lasting

SAVED_NS, SAVED_SHARE = 100_000_000, 0.1
"""Less than this, or than this share of the phase, is not worth the change."""
SLOW_EXIT_NS = 1_000_000_000
TEARDOWN = 0.5
"""The part of the import's time after which an exit is not slow yet."""
GROUPS = {"trio": "Run them concurrently in a nursery, `trio.open_nursery()`"}


def _sequential_waits(case: Case) -> Iterable[Finding]:
    for group in case.diagnosis.sequential_awaits:
        phase = case.run.phase(group.phase)
        if phase is not None and group.saved_ns >= max(SAVED_NS, int(SAVED_SHARE * phase.wall_ns)):
            yield _in_a_row(case, group)


def _in_a_row(case: Case, group: SequentialAwaits) -> Finding:
    lines = f"{', '.join(map(str, group.lines[:-1]))} and {group.lines[-1]}"
    groups = GROUPS.get(case.backend, "Run them concurrently with `asyncio.gather(…)` or in an `asyncio.TaskGroup`")
    return SEQUENTIAL_WAITS.finding(
        f"{group.function} awaits independent calls one after another at lines {lines}; "
        f"running them concurrently would save about {lasting(group.saved_ns)} of {group.phase}",
        hint=f"{groups}, unless their order matters.",
        phase=group.phase,
        at=Place(group.path, group.lines[0]),
    )


def _slow_exit(case: Case) -> Iterable[Finding]:
    phase = case.run.phase("exit")
    if phase is None or phase.status != "ok" or case.run.conduct.cancelled:
        return
    where = max(case.diagnosis.lines("exit"), key=lambda line: line.wall_ns, default=None)
    known_ns = where.wall_ns if where else 0
    if max(known_ns, phase.wall_ns - _teardown_ns(case)) < SLOW_EXIT_NS:
        return
    yield SLOW_EXIT.finding(
        f"the process needed {lasting(phase.wall_ns)} to exit after shutdown{_in(where)}{_left(case)}",
        hint="Stop in shutdown what was started: cancel and await tasks, signal and join threads, shut down pools "
        "with `cancel_futures=True`.",
        phase="exit",
        at=where if where and where.user else case.run.application,
    )


def _teardown_ns(case: Case) -> int:
    """What the interpreter may need to take apart all that was imported: that is nobody's fault."""
    imported = case.run.phase("import")
    return int(TEARDOWN * imported.wall_ns) if imported else 0


def _in(where: HotLine | None) -> str:
    if where is None:
        return ""
    if where.what.startswith("waiting for "):
        return f", {lasting(where.wall_ns)} of it {bounded(where.what)}"
    if where.what == where.function or not where.function:
        return f", {lasting(where.wall_ns)} of it in {where.what}"
    return f", {lasting(where.wall_ns)} of it in {where.function}: {code(where.what)}"


def _left(case: Case) -> str:
    kinds = ("thread", "task", "process")
    left = [f"{item.kind} {item.name}" for item in case.run.leftovers if item.kind in kinds]
    return f"; still running after shutdown: {', '.join(left[:3])}" if left else ""


SEQUENTIAL_WAITS = Rule(
    code="LS206",
    slug="sequential-waits",
    severity="info",
    summary="Independent awaits run sequentially.",
    explanation="""\
Two connections that are opened one after another take the sum of both times; opened concurrently, only the longer.

Reported are statements that follow each other, await one call each, and whose calls are known to share nothing:
no value, no object, no variable, no file, no environment variable. Where the source does not show all that a call
does, nothing is reported. What they share in a database or another process cannot be seen, and what running them
concurrently saves is an estimate from this run.""",
    source="Python documentation, Coroutines and Tasks: Running Tasks Concurrently, Task Groups",
    bad="""\
import asyncio


async def load(name):
    await asyncio.sleep(0.3)
    return name


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        scope["state"]["users"] = await load("users")
        scope["state"]["prices"] = await load("prices")
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
import asyncio


async def load(name):
    await asyncio.sleep(0.3)
    return name


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        state = scope["state"]
        both = await asyncio.gather(load("users"), load("prices"))
        state["users"], state["prices"] = both
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_sequential_waits,
)

SLOW_EXIT = Rule(
    code="LS207",
    slug="slow-exit",
    severity="warning",
    summary="The process needs more than a second to exit after shutdown is complete.",
    explanation="""\
Shutdown is complete, but the process stays: Python joins non-daemon threads, waits for the workers of thread pools,
runs atexit handlers. A restart takes longer by that much, and an orchestrator whose grace period is over kills the
process in the middle of it.

Stop in the lifespan's shutdown whatever was started, and wait for it there, where a limit can be set.""",
    source="Python documentation, threading: Thread Objects; atexit; concurrent.futures: Executor.shutdown",
    bad="""\
import threading
import time


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        threading.Thread(target=time.sleep, args=(1.2,)).start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
import threading

stop = threading.Event()


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        reporter = threading.Thread(target=stop.wait, args=(1.2,))
        reporter.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        stop.set()
        reporter.join(timeout=1)
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_slow_exit,
)
