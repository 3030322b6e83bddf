"""What the probe finds registered in real frameworks' applications, and what of it ran, in this process.

Where the interpreter has no events of code objects (before 3.12) what is alive tells of lifespans; of handlers nothing
does, and what was not seen is uncertain.
"""

import asyncio
import functools
import gc
import types
import weakref
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest
from fastapi import APIRouter, FastAPI
from litestar import Litestar, asgi
from observing import EXACT, handlers, observed, ran, rows
from quart import Quart
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount, Route, Router

from lifespan_cli.probe import internals
from lifespan_cli.probe.frameworks.identity import identify
from lifespan_cli.probe.internals import interpreter

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
ONCE = 1 if EXACT else None
"""What is known of a handler that ran once."""


@asynccontextmanager
async def sessions(app):
    yield


@asynccontextmanager
async def other(app):
    yield


def calling(call):
    """An application with handlers that only its own lifespan calls, as the argument does it."""

    @asynccontextmanager
    async def lifespan(app):
        await call(app.router.on_startup)
        yield

    async def connect(): ...

    app = FastAPI(lifespan=lifespan)
    app.router.on_startup.append(connect)
    return app


async def by_index(handlers):
    for index in range(len(handlers)):
        await handlers[index]()


async def popped(handlers):
    while handlers:
        await handlers.pop()()


async def in_a_task(handlers):
    await asyncio.gather(*(asyncio.ensure_future(handler()) for handler in reversed(handlers)))


async def through_others(handlers):
    await by_index(list(handlers))


@pytest.mark.parametrize("call", [by_index, popped, in_a_task, through_others])
def test_a_handler_that_the_lifespan_calls_itself_ran(call):
    assert ran(calling(call))[":connect"] == ONCE


async def listed(handlers):
    assert [handler.__name__ for handler in list(handlers)] == ["connect"]


async def made_and_not_awaited(handlers):
    for handler in handlers:
        handler().close()


@pytest.mark.parametrize("call", [listed, made_and_not_awaited])
def test_a_handler_that_is_only_listed_or_made_did_not_run(call):
    row = handlers(calling(call))[":connect"]
    assert (row["ignored"], row["ran"], bool(row["uncertain"])) == (True, 0 if EXACT else None, not EXACT)


class Service:
    """Handlers of every kind."""

    async def start(self):
        self.started = True

    async def __call__(self):
        self.called = True

    @staticmethod
    def static(): ...

    @classmethod
    def of_class(cls): ...


def test_handlers_of_every_kind():
    async def failing():
        raise ValueError("nobody minds")

    def plain(name): ...

    @asynccontextmanager
    async def lifespan(app):
        for handler in app.router.on_startup:
            with suppress(ValueError):
                result = await asyncio.to_thread(handler)
                if result is not None:
                    await result
        yield

    app = FastAPI(lifespan=lifespan)
    service = Service()
    app.router.on_startup += [service.start, service, Service.static, Service.of_class, failing, print]
    app.router.on_startup.append(functools.partial(plain, "database"))
    found = ran(app)
    assert service.started
    assert service.called
    assert found.pop(":print") is None
    assert found.pop(":lifespan") == 1
    assert found == dict.fromkeys((":start", ":Service", ":static", ":of_class", ":failing", ":plain"), ONCE)


def entering(*inner, enter=()):
    """An application with others mounted in it, of which its lifespan enters some."""

    @asynccontextmanager
    async def lifespan(app):
        entered = [one.router.lifespan_context(one) for one in enter]
        for context in entered:
            await context.__aenter__()
        yield
        for context in entered:
            await context.__aexit__(None, None, None)

    return Starlette(lifespan=lifespan, routes=[Mount(f"/{index}", app) for index, app in enumerate(inner)])


def one_of(name):
    @asynccontextmanager
    async def lifespan(app):
        app.state.name = name
        yield

    return lifespan


class Manager:
    def __init__(self, name):
        self.name = name

    @asynccontextmanager
    async def run(self, app):
        yield


@pytest.mark.parametrize("lifespans", [(one_of("a"), one_of("b")), (Manager("a").run, Manager("b").run)])
def test_two_lifespans_of_one_code_are_told_apart(lifespans):
    first, second = (Starlette(lifespan=lifespan) for lifespan in lifespans)
    counts = [(row["mount"], row["ran"], row["left"]) for row in rows(entering(first, second, enter=(first,)))]
    assert counts == [("", 1, 1), ("/0", 1, 1), ("/1", 0, 0)]


def combined(*lifespans):
    @asynccontextmanager
    async def lifespan(app):
        async with AsyncExitStack() as stack:
            for one in lifespans:
                await stack.enter_async_context(one(app))
            yield

    return lifespan


def test_one_of_the_same_code_that_is_not_registered_is_no_second_run():
    (row,) = rows(Starlette(lifespan=combined(sessions, combined(other, combined(sessions)))))
    assert (row["ran"], row["left"], row["repeated"]) == (1, 1, 0)


async def connect(): ...


def including(*routers, **options):
    app = FastAPI(**options)
    for router in routers:
        app.include_router(router)
    return app


def with_handlers(*found):
    return APIRouter(on_startup=list(found))


@pytest.mark.parametrize(
    ("make", "ran", "repeated"),
    [
        (lambda: FastAPI(on_startup=[connect]), 1, 0),
        (lambda: FastAPI(on_startup=[connect, connect]), 2, 1),
        # FastAPI copies the handlers of a router, and enters the router's lifespan as well
        (lambda: including(with_handlers(connect)), 2, 1),
        (lambda: including(*[with_handlers(connect)] * 2), 4, 3),
        (lambda: including(with_handlers(functools.partial(connect)), with_handlers(print)), 2, 1),
        (lambda: Litestar(on_startup=[connect, connect]), 2, 0),
        (lambda: FastAPI(on_startup=[connect], on_shutdown=[connect]), 2, 0),
        (lambda: FastAPI(on_startup=[connect, connect], on_shutdown=[connect]), 3, 1),
    ],
)
def test_a_handler_that_runs_twice(make, ran, repeated):
    (first, *_) = [row for row in rows(make()) if row["name"] == "connect"]
    assert (first["ran"], first["repeated"]) == (ran if EXACT else None, repeated)


def test_a_handler_that_is_ignored_does_not_run_twice():
    first, second, _ = sorted(
        rows(FastAPI(on_startup=[connect, connect], lifespan=sessions)), key=lambda row: row["kind"], reverse=True
    )
    assert [(row["name"], row["ran"], row["repeated"]) for row in (first, second)] == [("connect", 0, 0)] * 2


def test_a_variable_that_is_bound_anew_before_hides_no_run():
    starts = object()

    @asynccontextmanager
    async def lifespan(app):
        nonlocal starts
        starts = object()
        yield

    @asynccontextmanager
    async def outer(app):
        nonlocal starts
        starts = object()
        async with inner.router.lifespan_context(inner):
            yield

    inner = Starlette(lifespan=lifespan)
    assert ran(Starlette(lifespan=outer, routes=[Mount("/inner", inner)])) == {":outer": 1, "/inner:lifespan": 1}


def test_a_lifespan_that_is_entered_and_not_left():
    inner = Starlette(lifespan=sessions)
    kept = []

    @asynccontextmanager
    async def lifespan(app):
        kept.append(inner.router.lifespan_context(inner))
        await kept[0].__aenter__()
        yield

    row = handlers(Starlette(lifespan=lifespan, routes=[Mount("/inner", inner)]))["/inner:sessions"]
    assert (row["ran"], row["left"]) == (1, 0)


async def start(): ...


async def stop(): ...


async def start_by_another():
    await start()
    await asyncio.sleep(0)  # of the standard library: that nobody else awaits it says nothing


@asynccontextmanager
async def starting(app):
    await start()
    yield
    await stop()


@asynccontextmanager
async def starting_by_another(app):
    await start_by_another()
    yield


@asynccontextmanager
async def starting_itself(app):
    await start()
    yield
    await stop()


@asynccontextmanager
async def starting_more(app):
    await start()
    await not_started()
    yield


async def not_started(): ...


@pytest.mark.parametrize("inner", [starting, starting_by_another])
def test_a_lifespan_whose_work_the_outer_one_does_itself_counts_as_run(inner):
    app = Starlette(lifespan=starting_itself, routes=[Mount("/inner", Starlette(lifespan=inner))])
    assert ran(app)[f"/inner:{inner.__name__}"] == ONCE


def test_a_lifespan_of_whose_work_the_outer_one_does_a_part_does_not():
    app = Starlette(lifespan=starting_itself, routes=[Mount("/inner", Starlette(lifespan=starting_more))])
    assert ran(app)["/inner:starting_more"] == 0


@pytest.mark.parametrize("enters", [True, False])
def test_what_is_mounted_during_startup(enters):
    @asynccontextmanager
    async def lifespan(app):
        inner = FastAPI(lifespan=sessions)
        app.mount("/late", inner)
        if enters:
            async with inner.router.lifespan_context(inner):
                yield
        else:
            yield

    row = handlers(FastAPI(lifespan=lifespan))["/late:sessions"]
    assert (row["ran"], row["left"], bool(row["uncertain"])) == (enters, enters, not enters and not EXACT)


def test_a_handler_of_what_is_mounted_during_startup_is_uncertain():
    @asynccontextmanager
    async def lifespan(app):
        app.mount("/late", FastAPI(on_startup=[start]))
        yield

    row = handlers(FastAPI(lifespan=lifespan))["/late:start"]
    assert row["ran"] == (0 if EXACT else None)
    assert row["uncertain"] == "it was registered during startup" or not EXACT


A, B = FastAPI(lifespan=sessions), FastAPI(lifespan=other)


def closing_over(strange):
    async def asgi_(scope, receive, send):
        await strange(scope, receive, send)

    return asgi_


class Slotted:
    __slots__ = ("__strange",)

    def __init__(self, inner):
        self.__strange = inner

    async def __call__(self, scope, receive, send):
        await self.__strange(scope, receive, send)

    def __getattr__(self, name):
        raise SystemExit(f"{name} was asked for")


class Refusing:
    """Ends whoever runs a line of it."""

    def __init__(self):
        self.config = types.SimpleNamespace(apps=[A, B])

    async def __call__(self, scope, receive, send):
        await self.config.apps[0](scope, receive, send)

    @property
    def app(self):
        raise SystemExit("a property was read")

    def __getattr__(self, name):
        raise SystemExit(f"{name} was asked for")

    def __eq__(self, other):
        raise SystemExit("it was compared")

    __hash__ = None


async def by_names(scope, receive, send):
    await (A if scope["type"] == "lifespan" else B)(scope, receive, send)


APPS = {"/a": A, "/b": B}
MODULE = types.ModuleType("shop")
MODULE.inner, MODULE.outer = A, B


def choose(scope):
    return APPS["/a"]


async def by_another_function(scope, receive, send):
    await choose(scope)(scope, receive, send)


async def by_module(scope, receive, send):
    await (MODULE.inner if scope["type"] == "lifespan" else MODULE.outer)(scope, receive, send)


async def with_arguments(first, second, scope, receive, send):
    await first(scope, receive, send)


class Dispatcher:
    async def dispatch(self, scope, receive, send):
        await A(scope, receive, send)

    async def __call__(self, scope, receive, send):
        await (B if scope["type"] == "http" else A)(scope, receive, send)


TARGETS = {
    "attributes of attributes": Refusing,
    "globals": lambda: by_names,
    "globals of another function": lambda: by_another_function,
    "names of a module": lambda: by_module,
    "arguments of a partial": lambda: functools.partial(with_arguments, A, B),
    "globals of a method": Dispatcher,
    "a closure": lambda: closing_over(Dispatcher()),
    "slots": lambda: Slotted(closing_over(Refusing())),
}


@pytest.mark.parametrize("kept_in", TARGETS)
def test_every_application_that_a_callable_may_pass_on_to_is_found(kept_in):
    found = ran(TARGETS[kept_in]())
    assert {name.partition(":")[2]: count for name, count in found.items()} == {"sessions": 1, "other": 0}


def test_an_application_that_only_an_endpoint_names_is_not_one_that_requests_are_passed_on_to():
    async def endpoint(request):
        return A

    assert ran(Starlette(routes=[Route("/", endpoint)])) == {}
    assert ran(FastAPI(dependencies=[], routes=[Route("/", endpoint)])) == {}


def test_what_is_mounted_behind_many_routes():
    async def endpoint(request): ...

    routes = [Route(f"/{number}", endpoint) for number in range(1500)]
    assert ran(Starlette(routes=[*routes, Mount("/inner", B)])) == {"/inner:other": 0}


class Admin:
    def __init__(self, app, admin):
        self.app, self.admin = app, admin

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)


def included():
    router = APIRouter()
    router.mount("/inner", B)
    app = FastAPI(lifespan=sessions)
    app.include_router(router)
    return app


def with_middleware():
    app = FastAPI(lifespan=sessions)
    app.add_middleware(Admin, admin=B)
    return app


def in_litestar():
    return Litestar([asgi("/inner", is_mount=True, copy_scope=True)(B)], lifespan=[sessions])


def in_quart():
    app = Quart("shop")

    @app.while_serving
    async def sessions():
        yield

    app.asgi_app = Admin(app.asgi_app, B)
    return app


@pytest.mark.parametrize("make", [included, with_middleware, in_litestar, in_quart])
def test_what_stands_behind_routes_and_middleware_of_a_framework(make):
    assert {name.rpartition(":")[2]: count for name, count in ran(make()).items()} == {"sessions": 1, "other": 0}


def test_other_frameworks_behind_starlette():
    quart = Quart("shop")
    quart.before_serving(start)
    litestar = Litestar(on_startup=[stop])
    app = Starlette(
        routes=[Mount("/quart", GZipMiddleware(quart)), Mount("/litestar", Router([Mount("/a", litestar)]))]
    )
    found = handlers(app)
    assert {name: row["ran"] for name, row in found.items()} == {"/quart:start": 0, "/litestar/a:stop": 0}
    assert {row["framework"] for row in found.values()} == {"Quart", "Litestar"}
    assert not any(row["deprecated"] for row in found.values())


class Unknown:
    def __init__(self, inner=None):
        self.inner = inner

    async def __call__(self, scope, receive, send): ...


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (A, "FastAPI"),
        (Router(), "Starlette"),
        (Unknown(Unknown(Quart("shop"))), "Quart"),
        (closing_over(Litestar()), "Litestar"),
        (Unknown(), None),
    ],
    ids=["its class", "a router", "in two others", "in a closure", "none"],
)
def test_the_framework_is_that_of_the_class_or_of_what_is_reached(target, name):
    framework, packages = identify(target)
    assert framework == (name and (name, packages[name.lower()]))
    assert "fastapi" in packages


def test_what_the_application_lets_go_is_gone():
    kept, alive = [], []

    class Pool:
        async def open(self):
            kept.append(weakref.ref(self))

    @asynccontextmanager
    async def lifespan(app):
        await app.router.on_startup.pop()()
        app.router.routes.clear()
        gc.collect()
        alive.extend(one() for one in kept)
        yield

    inner = FastAPI(lifespan=sessions, on_startup=[Pool().open])
    kept += [weakref.ref(inner), weakref.ref(inner.router)]
    app = FastAPI(lifespan=lifespan, on_startup=[Pool().open])
    app.mount("/inner", inner)
    del inner
    ran(app)
    assert alive == [None] * 3


def test_nothing_of_the_application_is_replaced():
    class Life:
        def __init__(self, app): ...

        async def __aenter__(self):
            seen.append(app.router.lifespan_context)

        async def __aexit__(self, *error): ...

    seen = []
    app = Starlette(lifespan=Life)
    before = (asynccontextmanager.__globals__["_AsyncGeneratorContextManager"].__aenter__, Life.__aenter__.__code__)
    (row,) = rows(app)
    assert (row["kind"], row["ran"], row["left"]) == ("lifespan", 1, 1)
    assert seen == [Life]
    after = (asynccontextmanager.__globals__["_AsyncGeneratorContextManager"].__aenter__, Life.__aenter__.__code__)
    assert after == before


@asynccontextmanager
async def pool():
    await asyncio.sleep(0.01)
    yield
    await asyncio.sleep(0.02)


@pytest.mark.skipif(not EXACT, reason="there are no events of code objects")
def test_context_managers_are_timed():
    @asynccontextmanager
    async def lifespan(app):
        async with pool():
            yield

    spans = observed(Starlette(lifespan=lifespan)).of("Spanned")
    named = [(span["kind"], span["name"].rpartition(".")[2]) for span in spans]
    assert named == [("enter", "pool"), ("enter", "lifespan"), ("exit", "pool"), ("exit", "lifespan")]
    assert [span["wall_ns"] >= least for span, least in zip(spans, (9e6, 9e6, 19e6, 19e6), strict=True)] == [True] * 4
    assert {span["path"] for span in spans} == {__file__}


@pytest.mark.skipif(not EXACT, reason="there are no events of code objects")
def test_where_an_audit_hook_forbids_to_see_what_runs_nothing_is_said_of_it(monkeypatch):
    @asynccontextmanager
    async def lifespan(app):
        monkeypatch.setattr(interpreter, "GETFRAME", refusing)
        async with pool():
            yield

    def refuse():
        raise PermissionError

    refusing = internals.Internal("sys._getframe", "frames", test=refuse)
    inner = Starlette(lifespan=sessions)
    seen = observed(Starlette(lifespan=lifespan, routes=[Mount("/inner", inner)]))
    assert seen.of("Registered") == []
    assert {entry["measurement"]: entry["reason"] for entry in seen.of("NotMeasured")} == {
        internals.REGISTERED: "an audit hook forbids sys._getframe"
    }
