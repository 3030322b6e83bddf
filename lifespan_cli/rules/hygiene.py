"""LS301 to LS307: what is still there after shutdown, and after the event loop is closed."""

from collections.abc import Iterable, Iterator

from lifespan_cli.report import Finding, Leftover
from lifespan_cli.rules.rule import Case, Rule
from lifespan_cli.rules.wording import bounded, gave_up, headline

MOST_SHOWN = 5
NOT_A_DAEMON = "not a daemon"


def _left(case: Case, *kinds: str) -> Iterator[Leftover]:
    """What is left of these kinds by an application that was up and came down.

    One that never was up had no chance to clean up; of one that did not come down that is told, not what follows.
    """
    ended = [failure for failure in case.run.failures if failure.phase not in ("exit", "restart")]
    failed = case.transcript.shutdown is not None and not case.transcript.stopped
    if case.transcript.started and not ended and not failed:
        yield from (item for item in case.run.leftovers if item.kind in kinds)


def _is_not_a_daemon(item: Leftover) -> bool:
    return item.kind == "thread" and item.detail.startswith(NOT_A_DAEMON)


def _grouped(items: Iterable[Leftover]) -> Iterator[tuple[Leftover, int]]:
    """One of each place with the number that were made there: a pool of forty threads is one finding."""
    groups: dict[tuple[object, ...], list[Leftover]] = {}
    for item in items:
        key = (item.kind, item.path, item.line) if item.path else (item.kind, item.name, item.detail)
        groups.setdefault(key, []).append(item)
    for group in groups.values():
        yield group[0], len(group)


def _more(count: int) -> str:
    return f" (and {count - 1} more from the same line)" if count > 1 else ""


def _tasks(case: Case) -> Iterable[Finding]:
    for item, count in _grouped(_left(case, "task")):
        yield TASK_LEFT.finding(
            f"task {bounded(item.name, 100)} still runs after shutdown: {bounded(item.detail)}{_more(count)}",
            hint="Keep the task, and `task.cancel()` and await it in the shutdown; or start it in a TaskGroup.",
            phase="shutdown",
            at=item,
        )


def _threads(case: Case) -> Iterable[Finding]:
    """A thread that keeps the process from ending is told with that, once."""
    items = (item for item in _left(case, "thread") if not (case.timeout("exit") and _is_not_a_daemon(item)))
    for item, count in _grouped(items):
        yield THREAD_LEFT.finding(
            f"thread {bounded(item.name, 100)} still runs after shutdown: {bounded(item.detail)}{_more(count)}",
            hint="Stop it in the shutdown: close the client, engine or executor that started it, and join.",
            phase="exit",
            at=item,
        )


def _processes(case: Case) -> Iterable[Finding]:
    for item, count in _grouped(_left(case, "process")):
        yield PROCESS_LEFT.finding(
            f"child process {bounded(item.name, 50)} still runs after shutdown: {bounded(item.detail)}{_more(count)}",
            hint="Terminate it in the shutdown and wait for it.",
            phase="exit",
            at=item,
        )


def _descriptors(case: Case) -> Iterable[Finding]:
    for item, count in _grouped(_left(case, "file", "socket")):
        yield SOCKET_OR_FILE_LEFT.finding(
            f"{item.kind} still open after shutdown: {bounded(item.name)}{_more(count)}",
            hint="Close it in the shutdown: `async with` around the yield of the lifespan does that.",
            phase="exit",
            at=item,
        )


def _exceptions(case: Case) -> Iterable[Finding]:
    for item, count in _grouped(_left(case, "exception")):
        name = f"task {bounded(item.name, 100)}" if item.name else "a background task"
        yield EXCEPTION_NEVER_RETRIEVED.finding(
            f"{name} failed and nobody asked: {bounded(item.detail)}{_more(count)}",
            hint="Await the task, add a done callback, or start it in a TaskGroup, which passes the exception on.",
            phase="shutdown",
            at=item,
        )


def _complaints(case: Case) -> Iterable[Finding]:
    """What is told as left already, Python complains of too when it is collected: a child process, say."""
    told = {(item.path, item.line) for item in _left(case, "thread", "process", "file", "socket") if item.path}
    items = (item for item in _left(case, "warning") if (item.path, item.line) not in told)
    for item, count in list(_grouped(items))[:MOST_SHOWN]:
        yield NEVER_AWAITED.finding(
            f"{bounded(item.name, 100)}: {headline(item.detail)}{_more(count)}",
            hint="Await the coroutine; close what was opened, with `async with` or in the shutdown.",
            phase="exit",
            at=item,
        )


def _exit_timeout(case: Case) -> Iterable[Finding]:
    failure = case.timeout("exit")
    if failure is None:
        return
    threads = [item for item in case.run.leftovers if _is_not_a_daemon(item)]
    keeps = ", ".join(f"thread {bounded(item.name, 100)} ({bounded(item.detail)})" for item in threads[:MOST_SHOWN])
    yield DID_NOT_EXIT.finding(
        "the process did not end by itself after the lifespan"
        + (f": {headline(failure.message)}; it is kept by {keeps}" if threads else gave_up(failure)),
        hint="Join or stop the threads in the shutdown, or make them daemons; look at what atexit handlers wait for.",
        phase="exit",
        at=threads[0] if threads and threads[0].path else failure,
    )


TASK_LEFT = Rule(
    code="LS301",
    slug="task-left-running",
    severity="warning",
    summary="A task that the lifespan started still runs when shutdown is complete.",
    explanation="""\
When the loop closes, the task is cancelled wherever it happens to be: a message half sent, a transaction open. Servers
say nothing of it. In a test suite, where several lifespans share a process, such tasks pile up.

Keep a reference, cancel the task in the shutdown and await it, or start it in a task group that surrounds the yield of
the lifespan.""",
    source="Python documentation, asyncio: Coroutines and Tasks (Task.cancel, TaskGroup)",
    bad="""\
import asyncio


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        task = asyncio.create_task(asyncio.sleep(3600))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
import asyncio
from contextlib import suppress


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        task = asyncio.create_task(asyncio.sleep(3600))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_tasks,
)

THREAD_LEFT = Rule(
    code="LS302",
    slug="thread-left-running",
    severity="warning",
    summary="A thread that the lifespan started still runs after the event loop is closed.",
    explanation="""\
Database engines, brokers and schedulers start threads, and stop them when they are disposed of. One that is still there
was not: a daemon is cut off when the interpreter ends, any other keeps the process from ending. The loop's own workers
and those that frameworks keep are not counted.

Dispose of what started the thread in the shutdown.""",
    source="Python documentation, threading: Thread objects (daemon threads are abruptly stopped at shutdown)",
    bad="""\
import threading
import time


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
import threading


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        stop = threading.Event()
        thread = threading.Thread(target=stop.wait, daemon=True)
        thread.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        stop.set()
        thread.join()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_threads,
)

PROCESS_LEFT = Rule(
    code="LS303",
    slug="child-process-left",
    severity="warning",
    summary="A process that the lifespan started still runs after shutdown.",
    explanation="""\
It survives the server, holds ports and files that the next start needs, and nobody reaps it. In a container it keeps
the grace period running until everything is killed.

Terminate it in the shutdown and wait for it.""",
    source="Python documentation, subprocess: Popen.terminate, Popen.wait",
    bad="""\
import subprocess


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        process = subprocess.Popen(["sleep", "3600"])
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
import subprocess


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        process = subprocess.Popen(["sleep", "3600"])
        await send({"type": "lifespan.startup.complete"})
        await receive()
        process.terminate()
        process.wait()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_processes,
)

SOCKET_OR_FILE_LEFT = Rule(
    code="LS304",
    slug="socket-or-file-left-open",
    severity="warning",
    summary="A connection or a file that the lifespan opened is still open after the event loop is closed.",
    explanation="""\
What a pool or a client opened is closed by closing the pool or the client. Left to the interpreter's end, the peer sees
a connection that breaks off, and what was buffered for a file may be lost. Log files are not counted: logging keeps
them open by design. Descriptors can be told on Linux only.

Close it in the shutdown.""",
    source="Python documentation, asyncio: Developing with asyncio, ResourceWarning",
    bad="""\
import tempfile


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        scope["state"]["journal"] = tempfile.NamedTemporaryFile()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        app.journal = scope["state"]["journal"]""",
    good="""\
import tempfile


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        with tempfile.NamedTemporaryFile() as journal:
            scope["state"]["journal"] = journal
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_descriptors,
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
ResourceWarning tells of a file, socket or client that was dropped while open; Python hides it by default.

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
