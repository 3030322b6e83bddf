"""LS003, LS004, LS005, LS007, LS008: what the target's name leads to, and whether that is an ASGI application."""

import difflib
from collections.abc import Iterable

from lifespan_cli.model import Application, Finding, Shape
from lifespan_cli.rules.rule import Case, Rule
from lifespan_cli.rules.wording import bounded

_SHOWN = 5
_MAKERS = ("app", "build", "create", "factory", "get", "make", "server")
"""Words in the names of factories: much else can be called without arguments."""


def _found(case: Case, *shapes: Shape) -> Application | None:
    """The application, if it is of one of these shapes and nothing went wrong on the way to it."""
    application = case.run.application
    if application is None or application.shape not in shapes or case.crash("resolve"):
        return None
    return application


def _named(case: Case) -> str:
    """The target, with the attribute that was taken where the user left it out."""
    call = "()" if case.target.endswith("()") else ""
    return f"{case.module}:{case.attribute}{call}" if case.attribute else case.module


def _attribute_not_found(case: Case) -> Iterable[Finding]:
    application = case.run.application
    if application is None or application.shape != "missing":
        return
    message = f"{case.module} holds no ASGI application under a usual name"
    if case.attribute:
        message = f"{case.module} has no attribute {case.attribute}"
    yield ATTRIBUTE_NOT_FOUND.finding(message, hint=_other_names(case, application), phase="resolve", at=application)


def _other_names(case: Case, application: Application) -> str:
    """What the user may have meant: the nearest names, and the applications that are there."""
    words = reversed(case.attribute.split("."))
    near = [name for word in words for name in difflib.get_close_matches(word, application.names, _SHOWN)]
    hints = []
    if near:
        hints.append(f"Did you mean {_listed(near)}?")
    if application.apps:
        hints.append(f"ASGI applications seen there: {_listed(application.apps)}.")
    makers = [name for name in application.factories if any(word in name.lower() for word in _MAKERS)]
    if makers and not hints:
        shown, first = _listed(makers), bounded(makers[0], 80)
        hints.append(
            f"Functions there that can be called without arguments: {shown}. "
            f"If one makes the application, have it called: {case.module}:{first}()."
        )
    return " ".join(hints) or f"Name the application: {case.module}:NAME."


def _listed(names: Iterable[str]) -> str:
    shown = list(dict.fromkeys(bounded(name, 80) for name in names))
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more


def _not_an_app(case: Case) -> Iterable[Finding]:
    application = _found(case, "none", "other", "wsgi", "class")
    if application is None:
        return
    named = _named(case)
    other = f"{named} is no ASGI application but an object of type {application.type}"
    if application.returned is not None:
        other = f"{named}, called with scope, receive and send, returns {application.returned} and no coroutine"
    message, hint = {
        "none": (
            f"{named} is None",
            "Assign the application to that name, or return it from the factory.",
        ),
        "wsgi": (
            f"{named} looks like a WSGI application ({application.name}), not an ASGI one",
            "Wrap it, `app = asgiref.wsgi.WsgiToAsgi(wsgi_app)`, or serve it with a WSGI server.",
        ),
        "class": (
            f"{named} is the class {application.name}, not an instance of it",
            f"Name an instance: `app = {application.name.rpartition('.')[2]}(...)`.",
        ),
        "other": (
            other,
            "Name an async callable that takes scope, receive and send.",
        ),
    }[application.shape]
    yield NOT_AN_ASGI_APP.finding(message, hint=hint, phase="resolve", at=application)


def _factory(case: Case) -> Iterable[Finding]:
    application = _found(case, "factory")
    if application is None:
        return
    named = _named(case)
    if application.traits and "no-arguments" not in application.traits:
        yield LOOKS_LIKE_A_FACTORY.finding(
            f"{named} takes an argument that is not the scope: it looks like a factory, not an application",
            hint="A factory is called without arguments: give its parameter a default and have it called with "
            f"--factory, or make the application at module level, `app = {application.name}(...)`, and name that.",
            phase="resolve",
            at=application,
        )
        return
    yield LOOKS_LIKE_A_FACTORY.finding(
        f"{named} can be called without arguments: it looks like a factory, not an application",
        hint="Have the factory return the application itself."
        if named.endswith("()")
        else f"Have it called with --factory, or write {named}().",
        phase="resolve",
        at=application,
    )


def _double_callable(case: Case) -> Iterable[Finding]:
    application = _found(case, "asgi2")
    if application is None:
        return
    yield ASGI2_APP.finding(
        f"{_named(case)} ({application.name}) is an ASGI 2 application: it is called with the scope first",
        hint="Wrap it: `app = asgiref.compatibility.guarantee_single_callable(app)`.",
        phase="resolve",
        at=application,
    )


def _how(application: Application) -> str:
    if application.returns_coroutine:
        return "not async but returns a coroutine"
    return "called like an ASGI application but not async"


def _rejected_shape(case: Case) -> Iterable[Finding]:
    application = _found(case, "partial", "awaitable")
    if application is None or application.returned is not None:  # what returns anything else is no application at all
        return
    named = _named(case)
    if application.shape == "partial":
        message = f"{named} is a functools.partial: uvicorn 0.54.0 answers every request with 500"
    else:
        message = (
            f"{named} ({application.type}) is {_how(application)}: "
            "uvicorn 0.54.0, hypercorn 0.18.0 and daphne 4.2.3 answer every request with 500"
        )
    yield SHAPE_SOME_SERVERS_REJECT.finding(
        message,
        hint="Put an `async def app(scope, receive, send)` around it that awaits it.",
        phase="resolve",
        at=application,
    )


ATTRIBUTE_NOT_FOUND = Rule(
    code="LS003",
    slug="attribute-not-found",
    severity="error",
    summary="The module was imported, but holds no such name.",
    explanation="""\
The part of the target after the colon is a path of attributes in the module. Servers need it to exist when the
import has ended: a name assigned later, inside a function or behind `if __name__ == "__main__":`, is not there
for them.

The finding lists the nearest names and the ASGI applications that the module does hold. If the application is
made by a function, name that function as a factory: module:create_app().""",
    source="Python Language Reference, The import system; inferred from ASGI specification, Applications",
    bad="""\
# lifespan-check main:app
if __name__ == "__main__":

    async def app(scope, receive, send): ...""",
    good="""\
# lifespan-check main:app
async def app(scope, receive, send): ...""",
    judge=_attribute_not_found,
)

NOT_AN_ASGI_APP = Rule(
    code="LS004",
    slug="not-an-asgi-app",
    severity="error",
    summary="The target exists but is no ASGI application.",
    explanation="""\
An ASGI application is one callable that takes scope, receive and send. Several servers do not look: with None
or a number, uvicorn 0.54.0, hypercorn 0.18.0, granian 2.8.7 and daphne 4.2.3 start as usual and answer every
request with 500, so that a health check of the process alone passes.

A Flask or Django WSGI application has another interface: wrap it with asgiref.wsgi.WsgiToAsgi, or serve it with
a WSGI server. A class must be instantiated first, and a factory must return what it made.""",
    source="ASGI specification, Applications",
    bad="""\
def app(environ, start_response):  # WSGI
    start_response("200 OK", [])
    return [b"hello"]""",
    good="""\
from asgiref.wsgi import WsgiToAsgi


def wsgi_app(environ, start_response):
    start_response("200 OK", [])
    return [b"hello"]


app = WsgiToAsgi(wsgi_app)""",
    judge=_not_an_app,
)

LOOKS_LIKE_A_FACTORY = Rule(
    code="LS005",
    slug="looks-like-a-factory",
    severity="error",
    summary="The target is a function that does not take the scope, which looks like a factory.",
    explanation="""\
Called with scope, receive and send it can only fail. One without parameters is called by uvicorn 0.54.0, which
guesses and warns; other servers answer every request with 500.

Say what is meant: `--factory` or `module:create_app()` here and the corresponding flag of the server, or make
the application at module level and name that.""",
    source="inferred from ASGI specification, Applications: a callable with three arguments",
    bad="""\
# lifespan-check main:create_app
def create_app():
    async def app(scope, receive, send): ...

    return app""",
    good="""\
# lifespan-check "main:create_app()"
def create_app():
    async def app(scope, receive, send): ...

    return app""",
    judge=_factory,
)

ASGI2_APP = Rule(
    code="LS007",
    slug="asgi2-app",
    severity="warning",
    summary="The application has the double-callable form of ASGI 2, which not every server takes.",
    explanation="""\
Before ASGI 3 an application was called with the scope and returned a second callable for receive and send.
uvicorn 0.54.0 and daphne 4.2.3 still serve that form; hypercorn 0.18.0, granian 2.8.7 and gunicorn 27.0.1
answer every request with 500.

Rewrite it as one async callable with three arguments, or wrap it with
asgiref.compatibility.guarantee_single_callable.""",
    source="ASGI specification, Applications and Legacy Applications",
    bad="""\
class App:
    def __init__(self, scope):
        self.scope = scope

    async def __call__(self, receive, send): ...""",
    good="""\
class App:
    async def __call__(self, scope, receive, send): ...


app = App()""",
    judge=_double_callable,
)

SHAPE_SOME_SERVERS_REJECT = Rule(
    code="LS008",
    slug="shape-some-servers-reject",
    severity="warning",
    summary="The application works when it is awaited, but some servers do not recognise it as async.",
    explanation="""\
Servers decide by inspection how to call an application. A plain function, a lambda or a `def __call__` that
returns a coroutine works on granian 2.8.7 and gunicorn 27.0.1; uvicorn 0.54.0, hypercorn 0.18.0 and daphne
4.2.3 take it for something else and answer every request with 500. uvicorn does the same to a functools.partial
of an async function.

An `async def` around it, or an `async def __call__`, is recognised everywhere and costs one call.""",
    source="ASGI specification, Applications; the servers' behaviour as measured with the versions named",
    bad="""\
import functools


async def serve(settings, scope, receive, send): ...


app = functools.partial(serve, {"debug": False})""",
    good="""\
async def serve(settings, scope, receive, send): ...


async def app(scope, receive, send):
    await serve({"debug": False}, scope, receive, send)""",
    judge=_rejected_shape,
)
