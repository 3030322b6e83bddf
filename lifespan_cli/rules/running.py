"""LS110, LS111, LS121: from startup's outcome on, while the application should be up; and the process's sudden end."""

from collections.abc import Iterable

from lifespan_cli.model import Failure, Finding
from lifespan_cli.rules.rule import Case, Rule
from lifespan_cli.rules.transcript import SHUTDOWN
from lifespan_cli.rules.wording import end_of_process, told


def _ended_before_shutdown(case: Case) -> Iterable[Finding]:
    transcript, ended_in = case.transcript, case.run.conduct.ended_in
    quietly = case.ended_quietly("startup", "hold", "shutdown")
    if not (transcript.started and quietly) or SHUTDOWN in transcript.delivered:
        return
    if ended_in is not None and transcript.explains(SHUTDOWN, ended_in):
        return
    yield ENDED_BEFORE_SHUTDOWN.finding(
        "the application returned after lifespan.startup.complete, before lifespan.shutdown: it has no shutdown",
        hint="`await receive()` once more, clean up, and send lifespan.shutdown.complete.",
        phase=case.run.conduct.ended_in,
        at=case.run.application,
    )


def _crash_while_up(case: Case) -> Failure | None:
    """The exception that came after startup was complete and before the application knew of shutdown."""
    if not case.transcript.started:
        return None
    # one that comes while shutdown is due, but not received, did not come of it
    late = None if SHUTDOWN in case.transcript.delivered else case.crash("shutdown")
    return case.crash("startup") or case.crash("hold") or late


def _crashed_while_running(case: Case) -> Iterable[Finding]:
    failure = _crash_while_up(case)
    if failure is None:
        return
    yield CRASHED_WHILE_RUNNING.finding(
        f"the lifespan crashed after lifespan.startup.complete, while the application was up: {told(failure)}",
        hint="Fix the exception, or watch the background task where it runs and end the process when it dies.",
        phase=failure.phase,
        at=failure,
    )


def _exit_during_phase(case: Case) -> Iterable[Finding]:
    failure = case.ending("runtime", "startup", "hold", "request", "shutdown", "exit", "restart")
    if failure is None:
        yield from _asked_to_shut_down(case)
        return
    hint = "Raise an exception or send lifespan.startup.failed: ending the process is the server's business."
    if failure.kind == "signal":
        hint = "Run it under `python -X faulthandler` to see the call; for SIGKILL look at the memory limit."
    elif failure.kind == "lost" and failure.type != "SystemExit":
        hint = "Leave the event loop to whoever runs it: do not stop or close it."
    elif failure.phase in ("shutdown", "exit"):
        hint = "Return from the lifespan when the cleaning up is done: ending the process is the server's business."
    yield EXIT_DURING_PHASE.finding(
        f"the process ended in {failure.phase}: {end_of_process(failure, case.run.exit)}",
        hint=hint,
        phase=failure.phase,
        at=failure,
    )


def _asked_to_shut_down(case: Case) -> Iterable[Finding]:
    """Of several signals the first: a server shuts down once."""
    for signal in case.run.signals[:1]:
        starting = signal.phase == "startup"
        yield EXIT_DURING_PHASE.finding(
            f"the process received {signal.name} "
            + ("during startup: a server then shuts down without serving" if starting else "while it was up"),
            hint="Raise an exception or send lifespan.startup.failed."
            if starting
            else "Let the server decide when to exit.",
            phase=signal.phase,
            at=signal,
            severity="error" if starting else "warning",
        )


ENDED_BEFORE_SHUTDOWN = Rule(
    code="LS110",
    slug="ended-before-shutdown",
    severity="warning",
    summary="The application returns after startup, without waiting for lifespan.shutdown.",
    explanation="""\
Servers serve on and say nothing, but the application will never hear of shutdown: nothing is closed or flushed.
Tasks and task groups that lived inside the lifespan have ended too.

The lifespan scope lasts as long as the event loop. Wait for the second message even when there is nothing to
clean up.""",
    source="ASGI specification, Lifespan Protocol: Scope; inferred from Shutdown",
    bad="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})""",
    good="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_ended_before_shutdown,
)

CRASHED_WHILE_RUNNING = Rule(
    code="LS111",
    slug="crashed-while-running",
    severity="error",
    summary="The lifespan raises an exception after startup was complete, while the application is up.",
    explanation="""\
Every server goes on serving: uvicorn 0.54.0 logs "protocol appears unsupported" at most, gunicorn 27.0.1
nothing. Background work is dead, shutdown will not run, and health checks stay green.

It typically comes from a task group in the lifespan, one of whose tasks failed. Handle the exception inside the
task, and if the service is useless without it, end the process on purpose, so that something restarts it.""",
    source="inferred from ASGI specification, Lifespan Protocol: Scope (it lasts as long as the event loop)",
    bad="""\
import asyncio


async def refresh():
    raise ConnectionError("lost the broker")


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        async with asyncio.TaskGroup() as group:
            group.create_task(refresh())
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
import asyncio
import logging


async def refresh():
    while True:
        try:
            ...  # one round of work
        except ConnectionError:
            logging.exception("lost the broker, trying again")
        await asyncio.sleep(1)


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        task = asyncio.create_task(refresh())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_crashed_while_running,
)

EXIT_DURING_PHASE = Rule(
    code="LS121",
    slug="exit-during-phase",
    severity="error",
    summary="The process ends in the middle of the lifespan: SystemExit, os._exit, a signal or a closed event loop.",
    explanation="""\
SystemExit in startup is not even an ending on every server: uvicorn 0.54.0 by default takes it for "no lifespan
support" and serves, gunicorn 27.0.1 serves too, hypercorn 0.18.0 exits with 0. os._exit skips every cleanup,
and os._exit(0) tells whoever supervises the process that all went well.

Say lifespan.startup.failed instead, and let the server stop. A signal that nobody here sent is a crash in C
code (SIGSEGV, SIGABRT) or a limit of the system (SIGKILL, mostly memory).

SIGTERM and SIGINT do not end the process: they ask the server to shut down. When one comes during startup, uvicorn
0.54.0 waits for the end of startup and shuts down at once, without serving; when the application sends it while it is
up, this is a warning.""",
    source="inferred from ASGI specification, Lifespan Protocol: Startup Failed (the way to report a failing startup)",
    bad="""\
import sys


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        sys.exit("no database")""",
    good="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        reason = "no database"
        await send({"type": "lifespan.startup.failed", "message": reason})""",
    judge=_exit_during_phase,
)
