# expect: LS402
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Mount


@asynccontextmanager  # here
async def sessions(app):
    yield


app = Starlette(routes=[Mount("/inner", Starlette(lifespan=sessions))])
