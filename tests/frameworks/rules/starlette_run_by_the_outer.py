# expect: none
# The outer lifespan runs the session manager of what is mounted, and another one uses a class directly.
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Mount


class Sessions:
    @asynccontextmanager
    async def run(self):
        yield


class Cache:
    def __init__(self, app): ...

    async def __aenter__(self): ...

    async def __aexit__(self, *error): ...


@asynccontextmanager
async def lifespan(app):
    async with sessions.run(), Cache(app):
        yield


sessions = Sessions()
first, second = Starlette(lifespan=lambda app: sessions.run()), Starlette(lifespan=Cache)
app = Starlette(routes=[Mount("/mcp", first), Mount("/cache", second)], lifespan=lifespan)
