# expect: LS402
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Host, Router


@asynccontextmanager  # here
async def sessions(app):
    yield


app = Starlette(routes=[Host("api.example.org", Router(lifespan=sessions))])
