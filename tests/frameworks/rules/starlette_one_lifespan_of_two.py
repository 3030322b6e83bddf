# expect: none
# One function is the lifespan of both applications: it is to run twice.
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Mount


@asynccontextmanager
async def lifespan(app):
    if app is inner:
        yield
    else:
        async with inner.router.lifespan_context(inner):
            yield


inner = Starlette(lifespan=lifespan)
app = Starlette(routes=[Mount("/inner", inner)], lifespan=lifespan)
