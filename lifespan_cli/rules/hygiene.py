"""LS301 to LS304: what is still there after shutdown, and after the event loop is closed."""

from collections.abc import Iterable

from lifespan_cli.model import Finding
from lifespan_cli.rules.leftovers import grouped, is_not_a_daemon, left, more
from lifespan_cli.rules.rule import Case, Rule
from lifespan_cli.rules.wording import bounded


def _tasks(case: Case) -> Iterable[Finding]:
    for item, count in grouped(left(case, "task")):
        yield TASK_LEFT.finding(
            f"task {bounded(item.name, 100)} still runs after shutdown: {bounded(item.detail)}{more(count)}",
            hint="Keep the task, and `task.cancel()` and await it in the shutdown; or start it in a TaskGroup.",
            phase="shutdown",
            at=item,
        )


def _threads(case: Case) -> Iterable[Finding]:
    """A thread that keeps the process from ending is told with that, once."""
    items = (item for item in left(case, "thread") if not (case.timeout("exit") and is_not_a_daemon(item)))
    for item, count in grouped(items):
        yield THREAD_LEFT.finding(
            f"thread {bounded(item.name, 100)} still runs after shutdown: {bounded(item.detail)}{more(count)}",
            hint="Stop it in the shutdown: close the client, engine or executor that started it, and join.",
            phase="exit",
            at=item,
        )


def _processes(case: Case) -> Iterable[Finding]:
    for item, count in grouped(left(case, "process")):
        yield PROCESS_LEFT.finding(
            f"child process {bounded(item.name, 50)} still runs after shutdown: {bounded(item.detail)}{more(count)}",
            hint="Terminate it in the shutdown and wait for it.",
            phase="exit",
            at=item,
        )


def _descriptors(case: Case) -> Iterable[Finding]:
    for item, count in grouped(left(case, "file", "socket")):
        yield SOCKET_OR_FILE_LEFT.finding(
            f"{item.kind} still open after shutdown: {bounded(item.name)}{more(count)}",
            hint="Close it in the shutdown: `async with` around the yield of the lifespan does that.",
            phase="exit",
            at=item,
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
was not: a daemon is cut off when the interpreter ends, any other keeps the process from ending. The loop's own workers,
those that frameworks and telemetry keep, and idle ones of a pool that was there before are not counted.

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
