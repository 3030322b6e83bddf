# expect: none
# Lifespans that are a class, an object, a partial and a generator, all of which are entered.
import warnings
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.routing import Mount

warnings.simplefilter("ignore", DeprecationWarning)


class Sessions:
    def __init__(self, app): ...

    async def __aenter__(self): ...

    async def __aexit__(self, *error): ...


class Opener:
    def __call__(self, app):
        return Sessions(app)


@asynccontextmanager
async def named(name, app):
    yield


async def generator(app):
    yield


class Outer(Sessions):
    async def __aenter__(self):
        self.stack = AsyncExitStack()
        for inner in mounted:
            await self.stack.enter_async_context(inner.router.lifespan_context(inner))

    async def __aexit__(self, *error):
        await self.stack.aclose()


lifespans = (Sessions, Opener(), partial(named, "database"), asynccontextmanager(generator))
mounted = [Starlette(lifespan=lifespan) for lifespan in lifespans]
routes = [Mount(f"/{number}", inner) for number, inner in enumerate(mounted)]
app = Starlette(routes=routes, lifespan=Outer)
