# expect: LS404
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Mount


@asynccontextmanager  # here
async def sessions(app):
    yield


@asynccontextmanager
async def lifespan(app):
    async with inner.router.lifespan_context(inner), inner.router.lifespan_context(inner):
        yield


inner = Starlette(lifespan=sessions)
app = Starlette(routes=[Mount("/inner", inner)], lifespan=lifespan)
