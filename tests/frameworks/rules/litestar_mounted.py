# expect: LS402 LS402
# A lifespan and a hook of Litestar behind Starlette, which starts neither.
from contextlib import asynccontextmanager

from litestar import Litestar
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount


@asynccontextmanager  # here
async def sessions(app):
    yield


async def connect(): ...  # here


inner = Litestar(lifespan=[sessions], on_startup=[connect])
app = Starlette(routes=[Mount("/inner", GZipMiddleware(inner))])
