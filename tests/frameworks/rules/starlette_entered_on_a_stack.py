# expect: LS405
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Mount

stack = AsyncExitStack()


@asynccontextmanager  # here
async def sessions(app):
    yield


@asynccontextmanager
async def lifespan(app):
    await stack.enter_async_context(inner.router.lifespan_context(inner))
    yield


inner = Starlette(lifespan=sessions)
app = Starlette(routes=[Mount("/inner", inner)], lifespan=lifespan)
