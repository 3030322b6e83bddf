# expect: none
# The famous way out: what is mounted gives its lifespan to the outer application.
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Mount


@asynccontextmanager
async def sessions(app):
    yield


inner = Starlette(lifespan=sessions)
app = Starlette(routes=[Mount("/inner", inner)], lifespan=inner.router.lifespan_context)
