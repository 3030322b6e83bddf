"""LS102 to LS105: how startup ends, once lifespan.startup is there."""

from collections.abc import Iterable

from lifespan_cli.model import Failure, Finding, Layer
from lifespan_cli.rules.rule import Case, Rule
from lifespan_cli.rules.transcript import STARTUP
from lifespan_cli.rules.wording import (
    bounded,
    gave_up,
    is_exit_told_already,
    keeps_the_loop_busy,
    raised_at,
    reason_given,
    told,
)


def _startup_crashed(case: Case) -> Iterable[Finding]:
    transcript, failure = case.transcript, case.crash("startup")
    if failure is None or STARTUP not in transcript.delivered or transcript.startup is not None:
        return
    where = raised_at(failure)
    yield STARTUP_CRASHED.finding(
        f"startup crashed without sending an outcome: {told(failure)}",
        hint=f"Fix the exception{f' raised at {where}' if where else ''}, "
        "or catch it and send lifespan.startup.failed with the reason, which no server hides.",
        phase="startup",
        at=failure,
    )


def _startup_failed(case: Case) -> Iterable[Finding]:
    outcome, failure = case.transcript.startup, case.crash("startup")
    if outcome is None or case.transcript.started:
        return
    if is_exit_told_already(outcome.message, case.ending("startup")):
        return  # LS121
    says, hint = reason_given(outcome.message, failure)
    yield STARTUP_FAILED.finding(
        f"the application reports that its startup failed: {says}", hint=hint, phase="startup", at=failure
    )


def _startup_without_outcome(case: Case) -> Iterable[Finding]:
    transcript = case.transcript
    if transcript.startup is not None or transcript.explains(STARTUP, "startup"):
        return
    application = case.run.application
    if not case.ended_quietly("startup") or (application is not None and application.returned is not None):
        return  # what returned no coroutine is no application: LS004
    received = "after it received lifespan.startup" if STARTUP in transcript.delivered else "without receiving anything"
    layer = _swallower(case)
    swallowed = f"; {bounded(layer.name, 100)} did not pass it on" if layer else ""
    yield STARTUP_WITHOUT_OUTCOME.finding(
        f"the application returned {received}, and sent neither lifespan.startup.complete nor .failed{swallowed}",
        hint="Look for a middleware that returns when the scope is not http: "
        "it must pass a lifespan scope on to the application inside, or else raise.",
        phase="startup",
        at=layer or application,
    )


def _swallower(case: Case) -> Layer | None:
    """The innermost layer that the scope came to, where there is one further in that it did not come to."""
    layers = case.run.layers
    reached = [index for index, layer in enumerate(layers) if layer.reached]
    return layers[reached[-1]] if reached and reached[-1] + 1 < len(layers) else None


def _startup_timeout(case: Case) -> Iterable[Finding]:
    failure = case.timeout("runtime", "startup")
    if failure is None:
        return
    yield STARTUP_TIMEOUT.finding(
        f"startup sent no outcome{gave_up(failure)}",
        hint=_way_out(failure),
        phase=failure.phase,
        at=failure,
    )


def _way_out(failure: Failure) -> str:
    more = "or allow more time with --startup-timeout."
    if keeps_the_loop_busy(failure):
        return (
            "The event loop is blocked: no timeout of the application's runs out and no other task runs "
            f"until that call returns. Await an asynchronous one, or `await anyio.to_thread.run_sync(...)`, {more}"
        )
    return f"Bound the wait in the application and send lifespan.startup.failed when it runs out, {more}"


STARTUP_CRASHED = Rule(
    code="LS102",
    slug="startup-crashed",
    severity="error",
    summary="Startup raises an exception after lifespan.startup was received, without sending an outcome.",
    explanation="""\
Servers read an exception as "no lifespan support". uvicorn 0.54.0 in its default mode logs one line, `ASGI
'lifespan' protocol appears unsupported.`, hides the exception and serves requests with an application that
never started; hypercorn 0.18.0 and granian 2.8.7 warn and serve too, gunicorn 27.0.1 serves silently.

Catch the exception, send lifespan.startup.failed with a message that says what is wrong, and servers stop with
that message. Frameworks such as Starlette do this for what is raised in their own lifespan; a crash here mostly
comes from a middleware or from a hand-written lifespan.""",
    source="ASGI specification, Lifespan Protocol: Scope, Startup Failed",
    bad="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        raise ConnectionError("no database")""",
    good="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        try:
            ...  # connect
        except ConnectionError as error:
            reason = f"no database: {error}"
            await send({"type": "lifespan.startup.failed", "message": reason})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_startup_crashed,
)

STARTUP_FAILED = Rule(
    code="LS103",
    slug="startup-failed",
    severity="error",
    summary="The application itself reports, with lifespan.startup.failed, that it could not start.",
    explanation="""\
This is the protocol working as it should: the application found out that it cannot serve, and said so. What is
wrong is in the message, and in the traceback of the report where the application raised as well.

Do not trust a server's exit code to tell: uvicorn 0.54.0 ends with 3, but with `--workers 2` it exits with 0,
and so does hypercorn 0.18.0 unless it runs with `-w 0`.""",
    source="ASGI specification, Lifespan Protocol: Startup Failed",
    bad="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        reason = "the database refuses the password"
        await send({"type": "lifespan.startup.failed", "message": reason})""",
    good="""\
# The same application, with the password that the database expects.
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_startup_failed,
)

STARTUP_WITHOUT_OUTCOME = Rule(
    code="LS104",
    slug="startup-without-outcome",
    severity="error",
    summary="The application returns from the lifespan scope without sending a startup outcome.",
    explanation="""\
Nothing failed, nothing is logged, and startup never ran: uvicorn 0.54.0 even says "Application startup
complete.", in `--lifespan on` as well. The usual cause is a middleware written for HTTP, `if scope["type"] !=
"http": return`, which drops the lifespan of everything inside it.

A middleware passes on the scopes that it does not handle. An application that wants no lifespan raises an
exception instead of returning, which is how ASGI has it say so.""",
    source="ASGI specification, Protocol Specifications (raise, do not return); Lifespan Protocol: Startup (inferred)",
    bad="""\
class Middleware:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return
        await self.app(scope, receive, send)""",
    good="""\
class Middleware:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        ...""",
    judge=_startup_without_outcome,
)

STARTUP_TIMEOUT = Rule(
    code="LS105",
    slug="startup-timeout",
    severity="error",
    summary="Startup sends no outcome within the limit.",
    explanation="""\
uvicorn 0.54.0 and granian 2.8.7 wait for ever, and uvicorn ignores Ctrl-C while it does; hypercorn 0.18.0 gives
up after 60 s with exit code 0; gunicorn 27.0.1 gives up after 30 s and then serves requests with an application
that has not started.

The finding says what the lifespan waited for, or what its thread was executing, when the time ran out. Give
every connection made at startup a timeout of its own, so that the application can say lifespan.startup.failed
and why.""",
    source="inferred from ASGI specification, Lifespan Protocol: Startup Complete (servers must wait for it)",
    bad="""\
import asyncio


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await asyncio.Event().wait()  # nobody sets it""",
    good="""\
import asyncio


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        try:
            async with asyncio.timeout(10):
                ...  # wait for the database
        except TimeoutError:
            reason = "the database did not answer in 10 s"
            await send({"type": "lifespan.startup.failed", "message": reason})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_startup_timeout,
)
