"""LS305 to LS307: what Python complains of at the end, usually unheard, and an end that does not come."""

from collections.abc import Iterable

from lifespan_cli.model import Finding
from lifespan_cli.rules.leftovers import grouped, is_not_a_daemon, left, more
from lifespan_cli.rules.rule import Case, Rule
from lifespan_cli.rules.wording import bounded, gave_up, headline

MOST_SHOWN = 5
DESTROYED = "was destroyed while it was pending"
IGNORED = "Exception ignored in "


def _exceptions(case: Case) -> Iterable[Finding]:
    for item, count in grouped(left(case, "exception")):
        name = f"task {bounded(item.name, 100)}" if item.name else "a background task"
        how = (
            bounded(item.detail)
            if item.detail.startswith(DESTROYED)
            else f"failed and nobody asked: {bounded(item.detail)}"
        )
        yield EXCEPTION_NEVER_RETRIEVED.finding(
            f"{name} {how}{more(count)}",
            hint="Await the task, add a done callback, or start it in a TaskGroup, which passes the exception on.",
            phase="shutdown",
            at=item,
        )


def _complaints(case: Case) -> Iterable[Finding]:
    """What is told as left already, Python complains of too when it is collected: a child process, say."""
    told = {(item.path, item.line) for item in left(case, "thread", "process", "file", "socket") if item.path}
    items = (item for item in left(case, "warning") if (item.path, item.line) not in told)
    for item, count in list(grouped(items))[:MOST_SHOWN]:
        hint = "Await the coroutine; close what was opened, with `async with` or in the shutdown."
        if item.name.startswith(IGNORED):
            hint = "Close it before the event loop is closed: what a destructor raises is only printed."
        yield NEVER_AWAITED.finding(
            f"{bounded(item.name, 100)}: {headline(item.detail)}{more(count)}",
            hint=hint,
            phase="exit",
            at=item,
        )


def _exit_timeout(case: Case) -> Iterable[Finding]:
    failure = case.timeout("exit")
    if failure is None:
        return
    threads = [item for item in case.run.leftovers if is_not_a_daemon(item)]
    keeps = ", ".join(f"thread {bounded(item.name, 100)} ({bounded(item.detail)})" for item in threads[:MOST_SHOWN])
    yield DID_NOT_EXIT.finding(
        "the process did not end by itself after the lifespan"
        + (f": {headline(failure.message)}; it is kept by {keeps}" if threads else gave_up(failure)),
        hint="Join or stop the threads in the shutdown, or make them daemons; look at what atexit handlers wait for.",
        phase="exit",
        at=threads[0] if threads and threads[0].path else failure,
    )


EXCEPTION_NEVER_RETRIEVED = Rule(
    code="LS305",
    slug="task-exception-never-retrieved",
    severity="error",
    summary="A background task failed, and nothing in the application took note.",
    explanation="""\
asyncio keeps the exception of a task for whoever awaits it. When nobody does, it is told, if at all, when the task is
collected: often at the end of the process, in a log that nobody reads any more. The service ran without what the task
was to do.

Await the task, look at it in a done callback, or start it in a task group, which passes the exception on.""",
    source="Python documentation, asyncio: Developing with asyncio, Detect never-retrieved exceptions",
    bad="""\
import asyncio


async def refresh():
    raise ConnectionError("no route to the cache")


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        task = asyncio.create_task(refresh())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
import asyncio
import logging


async def refresh():
    try:
        raise ConnectionError("no route to the cache")
    except ConnectionError:
        logging.exception("the cache is not refreshed")


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        task = asyncio.create_task(refresh())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await task
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_exceptions,
)

NEVER_AWAITED = Rule(
    code="LS306",
    slug="never-awaited-or-unclosed",
    severity="warning",
    summary="Python complained of a coroutine that nobody awaited, or of a resource that was collected unclosed.",
    explanation="""\
A coroutine that is never awaited does nothing at all: the `await` was forgotten, and with it what it was to do. A
ResourceWarning tells of a file, socket or client that was dropped while open; Python hides it by default. The line is
the one that made it. Before Python 3.12 that is not seen of a client, and the line is the one that dropped it, or none.

Await the coroutine; close the resource where it is opened, with a context manager.""",
    source="Python documentation, asyncio: Developing with asyncio, Detect never-awaited coroutines; ResourceWarning",
    bad="""\
async def connect(): ...


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        connect()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
async def connect(): ...


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await connect()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_complaints,
)

DID_NOT_EXIT = Rule(
    code="LS307",
    slug="process-did-not-exit",
    severity="error",
    summary="The process did not end by itself after the lifespan.",
    explanation="""\
The interpreter waits at its end for every thread that is no daemon, and for atexit handlers. A service that does not
end is killed after the grace period: deployments take that much longer, and what is cleaned up late is not cleaned up.

Stop and join the threads in the shutdown.""",
    source="Python documentation, threading: Thread objects; atexit",
    bad="""\
import threading
import time


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        threading.Thread(target=time.sleep, args=(3600,)).start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
import threading


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        stop = threading.Event()
        thread = threading.Thread(target=stop.wait)
        thread.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        stop.set()
        thread.join()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_exit_timeout,
)
