# expect: LS405
# What takes over the stack is dropped.
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Mount


@asynccontextmanager  # here
async def sessions(app):
    yield


@asynccontextmanager
async def lifespan(app):
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(inner.router.lifespan_context(inner))
        app.state.stack = stack.pop_all()
    yield


inner = Starlette(lifespan=sessions)
app = Starlette(routes=[Mount("/inner", inner)], lifespan=lifespan)
