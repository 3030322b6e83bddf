"""LS401 to LS405: what a framework was to run in the lifespan, and what of it really ran.

Judged by what was observed (`Run.handlers`), never by attributes alone: a lifespan or handler counts as run when its
code ran, whoever called it, or when all that it calls did.
"""

from collections.abc import Iterable, Iterator

from lifespan_cli.model import Finding, Handler, Severity
from lifespan_cli.rules.rule import Case, Rule
from lifespan_cli.rules.wording import bounded, lasting


def _unique(handlers: Iterable[Handler]) -> Iterator[Handler]:
    """FastAPI copies the handlers of an included router into its own list: they are told once."""
    seen = set()
    for handler in handlers:
        key = (handler.kind, handler.name, handler.path, handler.line, handler.mount)
        if key not in seen:
            seen.add(key)
            yield handler


def _ignored(case: Case) -> Iterable[Finding]:
    if not case.transcript.started:
        return
    for handler in _unique(item for item in case.run.handlers if item.ignored and not item.mount and item.ran == 0):
        name = bounded(handler.name, 100)
        yield HANDLERS_IGNORED.finding(
            f"{handler.kind} handler {name} {_never(handler)}: "
            f"{handler.framework} ignores on_{handler.kind} handlers when lifespan= is given",
            hint="Move what it does into the lifespan, before or after its yield.",
            phase="shutdown" if handler.kind == "shutdown" else "startup",
            at=handler,
            severity=_severity(handler),
        )


def _mounted(case: Case) -> Iterable[Finding]:
    refused = any(phase.status == "unsupported" for phase in case.run.phases if phase.name == "startup")
    if not (case.transcript.started or refused):  # where startup was refused, servers serve without it
        return
    waiting = (item for item in case.run.handlers if not item.ignored and item.kind in ("lifespan", "startup"))
    for handler in _unique(item for item in waiting if item.ran == 0):
        what = "lifespan" if handler.kind == "lifespan" else "startup handler"
        reason = f"nothing passes the lifespan on to the {handler.framework} app that it belongs to"
        if handler.mount:
            app = f"the {handler.framework} app mounted at {bounded(handler.mount)}"
            reason = f"it belongs to {app}, and a server starts the outermost app only"
        yield MOUNTED_NEVER_RUNS.finding(
            f"{_named(what, handler)} {_never(handler)}: {reason}",
            hint="Enter it in the outer lifespan: `async with inner.router.lifespan_context(inner): yield`."
            if handler.framework in ("FastAPI", "Starlette")
            else "Pass the lifespan on to it, or start it in the outer lifespan.",
            phase="startup",
            at=handler,
            severity=_severity(handler),
        )


def _never(handler: Handler) -> str:
    """That it did not run, or was not seen to."""
    return f"was not seen to run ({handler.uncertain})" if handler.uncertain else "never runs"


def _severity(handler: Handler) -> Severity:
    """What is not certain is no error."""
    return "warning" if handler.uncertain else "error"


def _named(what: str, handler: Handler) -> str:
    """`lifespan warm_up`, but no `lifespan lifespan`."""
    return what if handler.name == what else f"{what} {bounded(handler.name, 100)}"


def _deprecated(case: Case) -> Iterable[Finding]:
    handlers = list(_unique(item for item in case.run.handlers if item.deprecated and not item.ignored))
    if not handlers:
        return
    first, *rest = handlers
    more = f" and {len(rest)} more" if rest else ""
    yield DEPRECATED_HANDLERS.finding(
        f"{bounded(first.name, 100)}{more}: `on_event`, `on_startup` and `on_shutdown` are deprecated",
        hint="Give the application one `lifespan=` function instead: Starlette 1.0 has removed the handlers.",
        phase="shutdown" if first.kind == "shutdown" else "startup",
        at=first,
    )


def _twice(case: Case) -> Iterable[Finding]:
    """One function may be the lifespan of several applications: it is to run once for each of them."""
    told: set[object] = set()
    for handler in case.run.handlers:
        place = handler.name, handler.path, handler.line
        if not handler.repeated or place in told or (handler.ran is None and not case.transcript.started):
            continue
        told.add(place)
        what = "lifespan" if handler.kind == "lifespan" else f"{handler.kind} handler"
        spent = f", {lasting(handler.wall_ns)} in all" if handler.wall_ns else ""
        ran = f"ran {handler.ran} times in one start{spent}"
        if handler.ran is None:
            ran = f"is registered {handler.repeated + 1} times, to run as often in one start ({handler.uncertain})"
        yield RAN_TWICE.finding(
            f"the {_named(what, handler)} {ran}",
            hint="Register it in one place: on the application, or on a router that is included once.",
            phase="shutdown" if handler.kind == "shutdown" else "startup",
            at=handler,
        )


def _not_left(case: Case) -> Iterable[Finding]:
    if not case.transcript.stopped:
        return
    lifespans = (item for item in case.run.handlers if item.kind == "lifespan" and item.ran)
    for handler in _unique(item for item in lifespans if (item.ran or 0) > item.left):
        yield NOT_LEFT.finding(
            f"the {_named('lifespan', handler)} was entered and never left: its shutdown did not run",
            hint="Enter it with `async with`, or keep an AsyncExitStack and close it in the shutdown.",
            phase="shutdown",
            at=handler,
        )


HANDLERS_IGNORED = Rule(
    code="LS401",
    slug="handlers-ignored",
    severity="error",
    summary="Startup or shutdown handlers never run, because `lifespan=` is given as well.",
    explanation="""\
With `lifespan=` given, Starlette and FastAPI ignore the handlers of `on_event`, `on_startup` and `on_shutdown`, without
a warning. What the handler should open is not open.

A handler counts as run when its code ran, whoever called it: a lifespan may call the handlers itself. Python 3.12 and
newer report that for certain. On 3.10 and 3.11 the finding is a warning, and left out where the lifespan names the
handler or the list that it is in.

Move its body into the lifespan function.""",
    source="FastAPI documentation, Lifespan Events: Alternative Events (deprecated)",
    bad="""\
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app):
    yield


app = FastAPI(lifespan=lifespan)


@app.on_event("startup")
async def connect(): ...""",
    good="""\
from contextlib import asynccontextmanager

from fastapi import FastAPI


async def connect(): ...


@asynccontextmanager
async def lifespan(app):
    await connect()
    yield


app = FastAPI(lifespan=lifespan)""",
    judge=_ignored,
)

MOUNTED_NEVER_RUNS = Rule(
    code="LS402",
    slug="mounted-lifespan-never-runs",
    severity="error",
    summary="The lifespan of a mounted or wrapped application never runs.",
    explanation="""\
A server starts the outermost application only. Starlette and FastAPI do not pass the lifespan on to what is mounted,
and a middleware or dispatcher that answers the lifespan itself does not either. The session manager of a mounted MCP
server is the well-known case: everything starts, and the first request fails.

All applications of Starlette, FastAPI, Litestar, Quart and Sanic are checked that requests may reach from the target:
mounted at import or during startup, or held by a callable in an attribute, a closure, or a global that its code names.
A lifespan counts as run when its code ran, or when all that it awaits ran since the outer lifespan does the same work.
On Python 3.10 and 3.11 only what is open when startup is complete is seen, and the finding is a warning.

Enter the inner lifespan in the outer one, or give it to the outer application: `lifespan=mounted.lifespan`.""",
    source="FastAPI documentation, Lifespan Events: Sub Applications",
    bad="""\
from contextlib import asynccontextmanager

from starlette.applications import Starlette


@asynccontextmanager
async def sessions(app):
    yield


inner = Starlette(lifespan=sessions)
app = Starlette()
app.mount("/inner", inner)""",
    good="""\
from contextlib import asynccontextmanager

from starlette.applications import Starlette


@asynccontextmanager
async def sessions(app):
    yield


inner = Starlette(lifespan=sessions)


@asynccontextmanager
async def lifespan(app):
    async with inner.router.lifespan_context(inner):
        yield


app = Starlette(lifespan=lifespan)
app.mount("/inner", inner)""",
    judge=_mounted,
)

DEPRECATED_HANDLERS = Rule(
    code="LS403",
    slug="deprecated-event-handlers",
    severity="info",
    summary="The application uses handlers of startup and shutdown, which are deprecated.",
    explanation="""\
Starlette deprecated `on_event`, `on_startup` and `on_shutdown` and removed them in 1.0; FastAPI deprecates them since
0.93 and keeps an implementation of its own for the time being. They share no scope between startup and shutdown, and
are ignored as soon as a `lifespan=` comes along.

Write one lifespan function: what comes before its yield is the startup, what comes after it the shutdown.""",
    source="FastAPI documentation, Lifespan Events: Alternative Events (deprecated); Starlette release notes, 1.0",
    bad="""\
from fastapi import FastAPI

app = FastAPI()


@app.on_event("startup")
async def connect(): ...""",
    good="""\
from contextlib import asynccontextmanager

from fastapi import FastAPI


async def connect(): ...


@asynccontextmanager
async def lifespan(app):
    await connect()
    yield


app = FastAPI(lifespan=lifespan)""",
    judge=_deprecated,
)

RAN_TWICE = Rule(
    code="LS404",
    slug="handler-ran-twice",
    severity="warning",
    summary="A handler or a lifespan ran more than once in one start.",
    explanation="""\
The second run costs its time again, and leaves behind what the first opened: a pool that nobody closes, a scheduler
that fires twice. Including a router that has handlers does it in some versions of FastAPI (0.165.0, measured): the
handlers are copied, and the router's own lifespan is entered as well.

Of a handler the calls by the framework count, of a lifespan each entering; a function that is the lifespan of two
applications may run twice. Before Python 3.12 only lifespans that are open at the same time are counted, and of a
handler how often the application has it in its list: that it was called as often is not seen.

Register it in one place only, best in the application's lifespan function.""",
    source="inferred; FastAPI 0.165.0, measured",
    bad="""\
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI


@asynccontextmanager
async def connected(app):
    yield


router = APIRouter(lifespan=connected)
app = FastAPI(lifespan=connected)
app.include_router(router)""",
    good="""\
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI


@asynccontextmanager
async def connected(app):
    yield


router = APIRouter()
app = FastAPI(lifespan=connected)
app.include_router(router)""",
    judge=_twice,
)

NOT_LEFT = Rule(
    code="LS405",
    slug="lifespan-entered-but-not-left",
    severity="warning",
    summary="A lifespan context was entered, and not left when shutdown was complete.",
    explanation="""\
What comes after its yield never ran: connections are not closed, buffers not flushed. It happens where a context is
entered by hand, with `__aenter__`, in a startup handler.

Enter it with `async with` around the yield of the outer lifespan, or through an AsyncExitStack that is closed.""",
    source="Python documentation, Data model: Asynchronous Context Managers",
    bad="""\
from contextlib import asynccontextmanager

from starlette.applications import Starlette


@asynccontextmanager
async def sessions(app):
    yield


inner = Starlette(lifespan=sessions)


@asynccontextmanager
async def lifespan(app):
    app.entered = inner.router.lifespan_context(inner)
    await app.entered.__aenter__()
    yield


app = Starlette(lifespan=lifespan)
app.mount("/inner", inner)""",
    good="""\
from contextlib import asynccontextmanager

from starlette.applications import Starlette


@asynccontextmanager
async def sessions(app):
    yield


inner = Starlette(lifespan=sessions)


@asynccontextmanager
async def lifespan(app):
    async with inner.router.lifespan_context(inner):
        yield


app = Starlette(lifespan=lifespan)
app.mount("/inner", inner)""",
    judge=_not_left,
)
