"""LS101, LS123: the application raises on the lifespan scope itself, before it received or sent anything."""

from collections.abc import Iterable

from lifespan_cli.model import Failure, Finding
from lifespan_cli.rules.rule import Case, Rule
from lifespan_cli.rules.wording import told

_REQUEST_KEYS = ("path", "method", "headers", "query_string", "raw_path", "client")


def _crash_on_scope(case: Case) -> Failure | None:
    """The exception that came before anything was received."""
    transcript = case.transcript
    return None if transcript.delivered or transcript.startup else case.crash("startup")


def _is_refusal(case: Case) -> bool:
    """It says "not this scope", as the probe tells by the exception's type."""
    startup = case.run.phase("startup")
    return startup is not None and startup.status == "unsupported"


def _unsupported(case: Case) -> Iterable[Finding]:
    failure = _crash_on_scope(case)
    if failure is None or not _is_refusal(case):
        return
    hint = "If that is deliberate, ignore LS101; else answer the lifespan scope, or fix what raised."
    if case.lifespan_required:
        hint = "Answer the lifespan scope: receive lifespan.startup and send lifespan.startup.complete."
    yield LIFESPAN_UNSUPPORTED.finding(
        f"the application refuses the lifespan scope: {told(failure)}",
        hint=hint,
        phase="startup",
        at=failure,
        severity="error" if case.lifespan_required else None,
    )


def _crashed_on_scope(case: Case) -> Iterable[Finding]:
    failure = _crash_on_scope(case)
    if failure is None or _is_refusal(case):
        return
    hint = "Fix the exception; a refusal that is meant should be a ValueError or NotImplementedError that says so."
    if failure.type == "KeyError" and failure.message.strip("'\"") in _REQUEST_KEYS:
        hint = (
            f"A lifespan scope has no {failure.message}: pass every scope whose type is not http or websocket "
            "straight on to the inner application."
        )
    yield CRASHED_ON_SCOPE.finding(
        f"the application crashed on the lifespan scope, before it received anything: {told(failure)}",
        hint=hint,
        phase="startup",
        at=failure,
    )


LIFESPAN_UNSUPPORTED = Rule(
    code="LS101",
    slug="lifespan-unsupported",
    severity="warning",
    summary="The application refuses the lifespan scope with an exception, so it has no startup and no shutdown.",
    explanation="""\
Raising on a scope that is not understood is the way that ASGI provides, and servers go on without a lifespan.
So an application may do this, and the finding is a warning; with --lifespan on it is an error.

The trouble is that a real failure looks the same to a server. An assertion or a RuntimeError in a middleware's
setup is taken for "unsupported" as well, the server starts, and nothing that startup should have made is there.
That is why the exception is always shown here: see whether it is meant.""",
    source="ASGI specification, Lifespan Protocol: Scope; Protocol Specifications",
    bad="""\
async def app(scope, receive, send):
    assert scope["type"] == "http"
    ...""",
    good="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    ...""",
    judge=_unsupported,
)

CRASHED_ON_SCOPE = Rule(
    code="LS123",
    slug="crashed-on-scope",
    severity="error",
    summary="The application crashes on the lifespan scope, with an exception that is no refusal.",
    explanation="""\
A KeyError, an AttributeError or an error of configuration is not how an application says that it has no
lifespan, but servers cannot tell: they take it for a refusal, hide it (uvicorn 0.54.0, gunicorn 27.0.1) or log
a warning (hypercorn 0.18.0, granian 2.8.7), and serve requests without startup.

Most often a middleware reads something that only requests have, scope["path"] or scope["headers"]. Let it look
at scope["type"] first and pass everything but http and websocket on unchanged.""",
    source="ASGI specification, Lifespan Protocol: Scope; that other types are no refusal is inferred",
    bad="""\
class Middleware:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if not scope["path"].startswith("/private"):
            await self.app(scope, receive, send)""",
    good="""\
class Middleware:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] in ("http", "websocket"):
            if scope["path"].startswith("/private"):
                return
        await self.app(scope, receive, send)""",
    judge=_crashed_on_scope,
)
