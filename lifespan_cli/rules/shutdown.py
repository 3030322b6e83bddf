"""LS112 to LS117: how shutdown ends, and what the application does after it."""

from collections.abc import Iterable

from lifespan_cli.model import Finding
from lifespan_cli.rules.rule import Case, Rule
from lifespan_cli.rules.transcript import SHUTDOWN
from lifespan_cli.rules.wording import gave_up, is_exit_told_already, keeps_the_loop_busy, reason_given, told


def _shutdown_crashed(case: Case) -> Iterable[Finding]:
    failure = case.crash("shutdown")
    if failure is None or SHUTDOWN not in case.transcript.delivered or case.transcript.shutdown is not None:
        return
    yield SHUTDOWN_CRASHED.finding(
        f"shutdown crashed without sending an outcome: {told(failure)}",
        hint="Fix the exception; clean up each resource in its own `finally`, so that none keeps the others open.",
        phase="shutdown",
        at=failure,
    )


def _shutdown_failed(case: Case) -> Iterable[Finding]:
    outcome, failure = case.transcript.shutdown, case.crash("shutdown")
    if outcome is None or case.transcript.stopped:
        return
    if is_exit_told_already(outcome.message, case.ending("shutdown")):
        return  # LS121
    says, hint = reason_given(outcome.message, failure)
    yield SHUTDOWN_FAILED.finding(
        f"the application reports that its shutdown failed: {says}", hint=hint, phase="shutdown", at=failure
    )


def _shutdown_without_outcome(case: Case) -> Iterable[Finding]:
    transcript = case.transcript
    if SHUTDOWN not in transcript.delivered or transcript.shutdown is not None:
        return
    if transcript.explains(SHUTDOWN, "shutdown") or not case.ended_quietly("shutdown"):
        return
    yield SHUTDOWN_WITHOUT_OUTCOME.finding(
        "the application returned after it received lifespan.shutdown, and sent no outcome",
        hint="Send lifespan.shutdown.complete when the cleaning up is done.",
        phase="shutdown",
        at=case.run.application,
    )


def _shutdown_timeout(case: Case) -> Iterable[Finding]:
    failure = case.timeout("hold", "shutdown")
    if failure is None:
        return
    message = f"shutdown sent no outcome{gave_up(failure)}"
    hint = "Cancel what still runs before waiting for it, and bound the wait; or allow more with --shutdown-timeout."
    if failure.phase == "hold":
        message = (
            f"the event loop was kept busy while the application was up, and shutdown never began{gave_up(failure)}"
        )
        hint = "Move what blocks into a thread, `await anyio.to_thread.run_sync(...)`."
    elif keeps_the_loop_busy(failure):
        hint = (
            "The event loop is blocked until that call returns: await an asynchronous one, "
            "or `await anyio.to_thread.run_sync(...)`; or allow more with --shutdown-timeout."
        )
    yield SHUTDOWN_TIMEOUT.finding(
        message,
        hint=hint,
        phase=failure.phase,
        at=failure,
    )


def _still_running(case: Case) -> Iterable[Finding]:
    outcome = case.transcript.shutdown
    if outcome is None or not case.run.conduct.cancelled:
        return
    yield STILL_RUNNING_AFTER_SHUTDOWN.finding(
        f"the application was still running after it had sent {outcome.type}, and had to be cancelled",
        hint=f"Return once {outcome.type} is sent, and leave a `while True:` around receive with it.",
        phase="exit",
        at=case.run.application,
    )


def _raised_after_shutdown(case: Case) -> Iterable[Finding]:
    failure = case.crash("shutdown") or case.crash("exit")
    if failure is None or not case.transcript.stopped:
        return
    yield RAISED_AFTER_SHUTDOWN.finding(
        f"the application raised after it had sent lifespan.shutdown.complete: {told(failure)}",
        hint="Clean up before sending lifespan.shutdown.complete, and send lifespan.shutdown.failed when that fails.",
        phase=failure.phase,
        at=failure,
    )


SHUTDOWN_CRASHED = Rule(
    code="LS112",
    slug="shutdown-crashed",
    severity="error",
    summary="Shutdown raises an exception without sending an outcome.",
    explanation="""\
What comes after the exception is not cleaned up. uvicorn 0.54.0 by default hides it behind "protocol appears
unsupported" and reports a complete shutdown, granian 2.8.7 warns, gunicorn 27.0.1 logs the error without a
traceback.

Give each resource its own `finally` or an AsyncExitStack, and report what could not be closed with
lifespan.shutdown.failed and a message, which servers log.""",
    source="ASGI specification, Lifespan Protocol: Shutdown Failed; inferred from Shutdown",
    bad="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        raise OSError("cannot flush")""",
    good="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        outcome = {"type": "lifespan.shutdown.complete"}
        try:
            ...  # flush
        except OSError as error:
            outcome = {"type": "lifespan.shutdown.failed"}
            outcome["message"] = f"cannot flush: {error}"
        await send(outcome)""",
    judge=_shutdown_crashed,
)

SHUTDOWN_FAILED = Rule(
    code="LS113",
    slug="shutdown-failed",
    severity="error",
    summary="The application itself reports, with lifespan.shutdown.failed, that it could not clean up.",
    explanation="""\
The protocol works as it should; what went wrong is in the message. Servers log it (granian 2.8.7 and gunicorn
27.0.1 only if there is a message) and stop all the same, uvicorn 0.54.0 with exit code 0, so that nothing but
the log tells of lost data.

In a test the failure is easily missed too: asgi-lifespan ignores this message.""",
    source="ASGI specification, Lifespan Protocol: Shutdown Failed",
    bad="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        reason = "3 records were not written"
        await send({"type": "lifespan.shutdown.failed", "message": reason})""",
    good="""\
# The same application, which writes its records before it ends.
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_shutdown_failed,
)

SHUTDOWN_WITHOUT_OUTCOME = Rule(
    code="LS114",
    slug="shutdown-without-outcome",
    severity="warning",
    summary="The application returns from lifespan.shutdown without sending an outcome.",
    explanation="""\
Servers notice that the application has returned and end silently, so nothing breaks today. But a server is to
wait for the outcome, and a driver that does only that, and does not watch the application itself, waits in
vain.

Send lifespan.shutdown.complete as the last thing.""",
    source="inferred from ASGI specification, Lifespan Protocol: Shutdown Complete",
    bad="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()""",
    good="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_shutdown_without_outcome,
)

SHUTDOWN_TIMEOUT = Rule(
    code="LS115",
    slug="shutdown-timeout",
    severity="error",
    summary="Shutdown sends no outcome within the limit.",
    explanation="""\
uvicorn 0.54.0 and granian 2.8.7 wait for ever, hypercorn 0.18.0 for 60 s, gunicorn 27.0.1 for 30 s. In a
container the orchestrator loses patience first and kills the process, in the middle of whatever it was doing.

The finding says what the lifespan waited for. Usually it awaits or joins something that was never told to stop:
cancel the task or signal the thread first, and bound the wait.""",
    source="inferred from ASGI specification, Lifespan Protocol: Shutdown Complete (servers must wait for it)",
    bad="""\
import asyncio


async def work_forever():
    while True:
        await asyncio.sleep(1)


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        task = asyncio.create_task(work_forever())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await task
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
import asyncio


async def work_forever():
    while True:
        await asyncio.sleep(1)


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        task = asyncio.create_task(work_forever())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        task.cancel()
        await asyncio.wait([task], timeout=5)
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_shutdown_timeout,
)

STILL_RUNNING_AFTER_SHUTDOWN = Rule(
    code="LS116",
    slug="still-running-after-shutdown",
    severity="warning",
    summary="The application does not return after it sent lifespan.shutdown.complete.",
    explanation="""\
After shutdown there is nothing left to receive. An application that waits for another message, in a loop
without a way out, stays until the event loop cancels it, and anything after the loop, a `finally` or the end of
an `async with`, runs under that cancellation or not at all.

Return as soon as the outcome is sent.""",
    source="inferred from ASGI specification, Lifespan Protocol: the example application returns after shutdown",
    bad="""\
async def app(scope, receive, send):
    while scope["type"] == "lifespan":
        message = await receive()
        await send({"type": message["type"] + ".complete"})""",
    good="""\
async def app(scope, receive, send):
    while scope["type"] == "lifespan":
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return""",
    judge=_still_running,
)

RAISED_AFTER_SHUTDOWN = Rule(
    code="LS117",
    slug="raised-after-shutdown",
    severity="error",
    summary="The application raises an exception after it sent lifespan.shutdown.complete.",
    explanation="""\
The server was told that all is cleaned up, and it is not. The server may have stopped the event loop by then,
so the exception appears as noise at the end of the log, or not at all.

Do all of the cleaning before the outcome is sent, the exits of context managers included: send it outside of
the `async with`, not inside.""",
    source="inferred from ASGI specification, Lifespan Protocol: Shutdown Complete (sent when the cleanup is complete)",
    bad="""\
async def close_pool():
    raise OSError("the pool is busy")


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        await close_pool()""",
    good="""\
async def close_pool(): ...


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await close_pool()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_raised_after_shutdown,
)
