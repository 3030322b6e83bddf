"""LS106 to LS109: the messages that the application sends, one by one."""

import difflib
from collections.abc import Iterable

from lifespan_cli.model import Application, Failure, Finding
from lifespan_cli.rules.rule import Case, Rule
from lifespan_cli.rules.transcript import OUTCOMES, SHUTDOWN, STARTUP, Fault
from lifespan_cli.rules.wording import quoted


def _place(case: Case, fault: Fault) -> Failure | Application | None:
    """The failure that came of sending it, whose traceback has the line; else no more is known than the application."""
    failures = (item for item in case.run.failures if item.from_probe and item.phase == fault.message.phase)
    return next(failures, None) or case.run.application


def _unknown_type(case: Case) -> Iterable[Finding]:
    for fault in case.transcript.faults_of("unknown"):
        yield UNKNOWN_MESSAGE_TYPE.finding(
            f"the application sent {quoted(fault.message.type)}, which is no lifespan message",
            hint=_nearest(fault.message.type),
            phase=fault.message.phase,
            at=_place(case, fault),
        )


def _nearest(kind: str) -> str:
    """What the type should have been."""
    if kind.startswith(("http.", "websocket.")):
        return 'Look at scope["type"] first: this is an answer to a request, and the lifespan scope is none.'
    begun = [known for known in OUTCOMES if known.startswith(kind) and kind.startswith((STARTUP, SHUTDOWN))]
    near = begun or difflib.get_close_matches(kind, OUTCOMES, 1, 0.5)
    return f'Did you mean "{near[0]}"?' if near else f"Send one of {', '.join(OUTCOMES)}."


def _malformed(case: Case) -> Iterable[Finding]:
    for fault in case.transcript.faults_of("malformed"):
        hint = 'Send a dict with a str "type": `await send({"type": "lifespan.startup.complete"})`.'
        if fault.settled:
            hint = 'Send the reason as text: `"message": str(reason)`.'
        yield MALFORMED_MESSAGE.finding(
            f"the application sent a malformed message, {quoted(fault.message.type)}: {fault.reason}",
            hint=hint,
            phase=fault.message.phase,
            at=_place(case, fault),
        )


def _out_of_order(case: Case) -> Iterable[Finding]:
    for fault in case.transcript.faults_of("disorder"):
        yield MESSAGE_OUT_OF_ORDER.finding(
            f"the application sent {fault.message.type} {fault.reason}",
            hint=_in_order(fault),
            phase=fault.message.phase,
            at=_place(case, fault),
        )


def _in_order(fault: Fault) -> str:
    if fault.reason.startswith("before"):
        event = SHUTDOWN if fault.message.type.startswith(SHUTDOWN) else STARTUP
        return f"`await receive()` until it returns {event}, and answer that."
    return "Send one outcome for each event; return right after it where there is nothing left to do."


def _without_message(case: Case) -> Iterable[Finding]:
    transcript = case.transcript
    for outcome in (transcript.startup, transcript.shutdown):
        if outcome is None or not outcome.type.endswith(".failed"):
            continue
        if outcome.fields.get("message", "str") == "str" and not outcome.message:
            yield FAILED_WITHOUT_MESSAGE.finding(
                f"the application sent {outcome.type} without saying why",
                hint=f'Add the reason: `{{"type": "{outcome.type}", "message": str(error)}}`.',
                phase=outcome.phase,
                at=case.crash(outcome.phase) or case.run.application,
            )


UNKNOWN_MESSAGE_TYPE = Rule(
    code="LS106",
    slug="unknown-message-type",
    severity="error",
    summary="The application sends a message whose type is none of the four of the lifespan protocol.",
    explanation="""\
A server's send raises an exception for a type that it does not know, and so does this check. In the application
that exception looks like any other failure of startup: uvicorn 0.54.0, hypercorn 0.18.0 and granian 2.8.7 go on
to serve without a lifespan, and gunicorn 27.0.1 goes on waiting.

It is a spelling mistake as a rule, or an application that answers every scope as though it were an HTTP
request.""",
    source="ASGI specification, Error Handling; Lifespan Protocol: Startup Complete to Shutdown Failed",
    bad="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.completed"})""",
    good="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_unknown_type,
)

MALFORMED_MESSAGE = Rule(
    code="LS107",
    slug="malformed-message",
    severity="error",
    summary="The application sends something that is no ASGI message, or a reason that is no text.",
    explanation="""\
A message is a dict with a `type` that is a str. The reason in lifespan.startup.failed or
lifespan.shutdown.failed, `message`, is a str as well: an exception object has to be turned into text first, as
no server is bound to show anything else.

For something other than a dict send raises an exception, and uvicorn 0.54.0 takes that for an application
without lifespan support; hypercorn 0.18.0 and granian 2.8.7 log a warning, gunicorn 27.0.1 nothing. All of them
serve.""",
    source="ASGI specification, Events; Lifespan Protocol: Startup Failed, Shutdown Failed",
    bad="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        error = ConnectionError("no database")
        await send({"type": "lifespan.startup.failed", "message": error})""",
    good="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        error = ConnectionError("no database")
        await send({"type": "lifespan.startup.failed", "message": str(error)})""",
    judge=_malformed,
)

MESSAGE_OUT_OF_ORDER = Rule(
    code="LS108",
    slug="message-out-of-order",
    severity="error",
    summary="The application sends an outcome before its event, or a second outcome for the same event.",
    explanation="""\
A startup outcome answers lifespan.startup, a shutdown outcome answers lifespan.shutdown, and each is sent once.
uvicorn 0.54.0 raises an exception on a second startup.complete or an early shutdown.complete and goes on
without a lifespan, granian 2.8.7 warns, hypercorn 0.18.0 and gunicorn 27.0.1 say nothing.

Two outcomes often come from two lifespans in one: an application and a middleware that both answer, or a
`finally` that reports failure after success was reported. Only one of them may own the conversation.""",
    source="inferred from ASGI specification, Lifespan Protocol: Startup, Shutdown",
    bad="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await send({"type": "lifespan.startup.complete"})
        await receive()""",
    good="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_out_of_order,
)

FAILED_WITHOUT_MESSAGE = Rule(
    code="LS109",
    slug="failed-without-message",
    severity="warning",
    summary="The application reports a failure and gives no reason.",
    explanation="""\
The key `message` may be left out, and then whoever operates the service learns nothing: gunicorn 27.0.1 logs
"Unknown error", granian 2.8.7 says nothing at all about a failed shutdown.

Put the exception's text into it, and its type where the text alone says little: an AssertionError is often
empty.""",
    source="ASGI specification, Lifespan Protocol: Startup Failed, Shutdown Failed (optional, empty by default)",
    bad="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.failed"})""",
    good="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        reason = "DATABASE_URL is not set"
        await send({"type": "lifespan.startup.failed", "message": reason})""",
    judge=_without_message,
)
