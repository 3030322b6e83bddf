"""LS124, LS208, LS209: what was asked for besides one start and one stop: a first request, a second start."""

from collections.abc import Iterable

from lifespan_cli.model import Answer, Finding
from lifespan_cli.rules.rule import Case, Rule
from lifespan_cli.rules.wording import bounded, gave_up, headline, lasting, told

SLOW_NS = 200_000_000
TIMES_SLOWER = 3
SERVER_ERROR = 500


def _slow_first(case: Case) -> Iterable[Finding]:
    for answer in case.run.answers:
        again_ns = answer.again_ns
        if again_ns is None or answer.wall_ns < SLOW_NS or answer.wall_ns < TIMES_SLOWER * again_ns:
            continue
        yield SLOW_FIRST_REQUEST.finding(
            f"the first GET {bounded(answer.path, 100)} takes {lasting(answer.wall_ns)}, the next {lasting(again_ns)}",
            hint="Do in the startup what is done once: build schemas, compile templates, open what is opened lazily.",
            phase="request",
        )


def _failed(case: Case) -> Iterable[Finding]:
    timeout = case.timeout("request")
    if timeout is not None:
        yield REQUEST_FAILED.finding(
            f"a request is not answered in time{gave_up(timeout)}",
            hint="Look at what it waits for; is it open, was it opened in this event loop?",
            phase="request",
            at=timeout,
        )
    for answer in case.run.answers:
        reason = _reason(answer)
        if reason:
            yield REQUEST_FAILED.finding(
                f"GET {bounded(answer.path, 100)} {reason}",
                hint="Fix the error in the request handler; a readiness probe on this path would fail too.",
                phase="request",
                at=answer.failure,
            )


def _reason(answer: Answer) -> str:
    if answer.failure is not None:
        return f"raises {told(answer.failure)}"
    if answer.status is None:
        return "is not answered at all"
    if answer.status >= SERVER_ERROR:
        return f"is answered with {answer.status}"
    return "" if answer.complete else f"is answered with {answer.status}, but not to the end"


def _second_start(case: Case) -> Iterable[Finding]:
    restart, timeout = case.run.restart, case.timeout("restart")
    broken = next((name for name in ("startup", "shutdown") if restart and getattr(restart, name) != "ok"), None)
    failure = timeout or (restart.failure if restart else None)
    if broken is None and failure is None:
        return
    said = told(failure) if failure else headline(restart.message or "" if restart else "") or "no reason given"
    fails = f"does not come to its end{gave_up(timeout)}" if timeout else f"fails, though the first went well: {said}"
    yield FAILS_ON_RESTART.finding(
        f"the second {broken or 'life'} in the same process {fails}",
        hint="Make in the startup what the startup uses: an event, a client or a pool made at import "
        "belongs to the first event loop, and a closed one stays closed.",
        phase="restart",
        at=failure,
    )


FAILS_ON_RESTART = Rule(
    code="LS124",
    slug="fails-on-restart",
    severity="error",
    summary="The application starts and stops once, but not a second time in the same process.",
    explanation="""\
Test suites do it for each test, and servers that reload do it too: one process, a new event loop, the same object. What
was made at import and closed at the first shutdown is still closed at the second startup, and what is tied to an event
loop is tied to the first.

Make such things in the startup and keep them in the state.""",
    source="Starlette documentation, Testing lifespan and event handlers; asked for with `--restart`",
    bad="""\
# lifespan-check --restart
once = []


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        if once:
            raise RuntimeError("the pool is closed")
        once.append(True)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
# lifespan-check --restart
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        scope["state"]["pool"] = []
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_second_start,
)

SLOW_FIRST_REQUEST = Rule(
    code="LS208",
    slug="slow-first-request",
    severity="warning",
    summary="The first request takes much longer than the second: a part of the start is hidden in it.",
    explanation="""\
Middleware stacks, schemas, templates and connections are often made when they are first needed. Startup looks quick,
and the first user, or the readiness probe, waits for the rest. That is told from 200 ms on, where the second answer
takes a third of that at most.

Do it in the startup, or send such a request there.""",
    source="inferred; asked for with `--request`",
    bad="""\
# lifespan-check --request /
import time

schemas = []


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
    else:
        if not schemas:
            time.sleep(0.4)
            schemas.append("built")
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})""",
    good="""\
# lifespan-check --request /
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        scope["state"]["schemas"] = ["built"]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
    else:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})""",
    judge=_slow_first,
)

REQUEST_FAILED = Rule(
    code="LS209",
    slug="request-failed",
    severity="error",
    summary="A request between startup and shutdown failed: an exception, no answer, or a status from 500 on.",
    explanation="""\
The application came up, and cannot answer: state that is not there, a middleware that expects something else, a view
that raises. A status below 500 is an answer.

The finding names the line that raised.""",
    source="ASGI specification, HTTP & WebSocket Message Format: Response Start and Body; asked for with `--request`",
    bad="""\
# lifespan-check --request /
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
    else:
        raise KeyError("database")""",
    good="""\
# lifespan-check --request /
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
    else:
        await send({"type": "http.response.start", "status": 404})
        await send({"type": "http.response.body"})""",
    judge=_failed,
)
