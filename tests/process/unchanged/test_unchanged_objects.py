"""An application's own objects, and those of contextlib and its framework, are under the tool what they are elsewhere.

Identity, types, signatures, code, stack levels, tracebacks and destructors; that no property of it is read; and that
another's `lifespan_context`, which takes other arguments than Starlette's, is called by nobody else.
"""

import pytest
from observe import Observed, observe

pytestmark = pytest.mark.versions

APP = """
import contextlib
import gc
import inspect
import sys
import traceback
import weakref
from self_inspection import note, stack

from fastapi import FastAPI
from starlette.routing import Mount

manager = contextlib._AsyncGeneratorContextManager
methods = {name: getattr(manager, name) for name in ("__aenter__", "__aexit__", "__init__")}
codes = {name: (method.__code__, method.__code__.co_code) for name, method in methods.items()}


class Noting:
    def __init__(self, name):
        self.name = name

    def __del__(self, note=note):
        note(f"destroyed {self.name}", "then")


@contextlib.asynccontextmanager
async def pool(noting):
    note("stack in a context manager", stack())
    yield
    del noting
    note("after a local variable is deleted", "now")


@contextlib.asynccontextmanager
async def failing():
    yield
    raise ValueError("of the context manager")


async def connect():
    note("stack in a handler", stack())


class Sessions:
    def __init__(self, app): ...

    async def __aenter__(self): ...

    async def __aexit__(self, *error): ...


class Guarded:
    def __init__(self, inner):
        self.__dict__["inner"] = inner

    @property
    def router(self):
        note("a property was read", "router")

    def __getattr__(self, name):
        note("an attribute was asked for", name)
        raise AttributeError(name)

    async def __call__(self, scope, receive, send):
        await self.__dict__["inner"](scope, receive, send)


class Stream:
    # Takes other arguments than Starlette's, as FastStream's does.
    def __init__(self):
        self.lifespan_context = lambda *, logger, extra=None: contextlib.nullcontext(logger)
        self.kept = self.lifespan_context

    async def __call__(self, scope, receive, send): ...


def see(moment):
    router = app.router
    note(f"{moment}: lifespan_context", router.lifespan_context is lifespan)
    note(f"{moment}: of what is mounted", [inner.router.lifespan_context is Sessions, inspect.isclass(Sessions)])
    note(f"{moment}: coroutine functions", [inspect.iscoroutinefunction(one) for one in router.on_startup])
    note(f"{moment}: lists", [type(router.on_startup) is list, router.on_startup is kept, kept == [connect]])
    note(f"{moment}: routes", [type(route).__name__ for route in router.routes])
    note(f"{moment}: stream", [stream.lifespan_context is stream.kept, repr(inspect.signature(stream.kept))])
    for name, method in methods.items():
        note(f"{moment}: contextlib {name}", [getattr(manager, name) is method, method.__code__ is codes[name][0]])
        note(f"{moment}: code of {name}", method.__code__.co_code == codes[name][1])
    note(f"{moment}: code of the lifespan", lifespan.__wrapped__.__code__.co_code == lifespan_code)
    note(f"{moment}: profiled", [repr(sys.getprofile()), repr(sys.gettrace())])


@contextlib.asynccontextmanager
async def lifespan(app):
    see("startup")
    note("stack in the lifespan", stack())
    for handler in app.router.on_startup:
        await handler()
    dropped = Noting("what is mounted and dropped")
    app.mount("/dropped", FastAPI(on_startup=[lambda noting=dropped: None]))
    app.router.routes.pop()
    del dropped
    gc.collect()
    note("after what was mounted is dropped", "now")
    try:
        async with failing():
            pass
    except ValueError as error:
        note("traceback", [frame.name for frame in traceback.extract_tb(error.__traceback__)])
    async with pool(Noting("the argument of a context manager")):
        with stream.lifespan_context(logger="logger") as logger:
            yield
    note("what the stream gave", logger)
    see("shutdown")


lifespan_code = lifespan.__wrapped__.__code__.co_code
stream = Stream()
inner = FastAPI(lifespan=Sessions)
inner.mount("/stream", stream)
app = FastAPI(lifespan=lifespan, on_startup=[connect])
app.mount("/inner", inner)
app.mount("/guarded", Guarded(inner))
kept = app.router.on_startup
"""


@pytest.fixture(scope="module")
def observed(tmp_path_factory) -> tuple[Observed, Observed]:
    under_uvicorn, under_tool = observe(tmp_path_factory.mktemp("observed"), APP)
    assert (under_uvicorn.exit_code, under_tool.exit_code) == (0, 0), (under_uvicorn.output, under_tool.output)
    return under_uvicorn, under_tool


def test_everything_is_noted_in_the_same_order(observed):
    under_uvicorn, under_tool = ([name for name, _ in one.notes] for one in observed)

    assert under_tool == under_uvicorn
    destroyed = under_tool.index("destroyed the argument of a context manager")
    assert under_tool[destroyed + 1] == "after a local variable is deleted"
    assert "a property was read" not in under_tool


def test_every_note_is_the_same(observed):
    under_uvicorn, under_tool = (dict(one.notes) for one in observed)

    assert under_tool == under_uvicorn
    assert under_tool["startup: lifespan_context"] is True
    assert under_tool["startup: lists"] == [True, True, True]
