"""Litestar, "Lifespan Hooks" and "Lifespan Context Managers": both together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar, get


@asynccontextmanager
async def connection(app: Litestar) -> AsyncIterator[None]:
    """Open for as long as the application serves."""
    app.state.connection = "open"
    print("connection open")
    try:
        yield
    finally:
        print("connection closed")


async def announce(app: Litestar) -> None:
    """A hook; it may take the application, or nothing."""
    print("started, connection", app.state.connection)


def farewell() -> None:
    """A hook that is a plain function."""
    print("stopped")


@get("/", sync_to_thread=False)
def index() -> str:
    """Something to serve."""
    return "hello"


app = Litestar([index], lifespan=[connection], on_startup=[announce], on_shutdown=[farewell])
