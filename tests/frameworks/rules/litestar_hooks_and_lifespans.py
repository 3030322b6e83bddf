# expect: none
from contextlib import asynccontextmanager

from litestar import Litestar, asgi
from litestar.types import Receive, Scope, Send


@asynccontextmanager
async def lifespan(app):
    yield


async def connect(): ...


@asgi("/inner", is_mount=True)
async def inner(scope: Scope, receive: Receive, send: Send) -> None: ...


app = Litestar([inner], on_startup=[connect], on_shutdown=[connect], lifespan=[lifespan])
