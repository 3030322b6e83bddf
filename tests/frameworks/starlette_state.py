"""Starlette, "Lifespan": what the lifespan yields becomes the state of the requests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route


class Client:
    """Stands for the client of another service."""

    async def __aenter__(self) -> "Client":
        print("client open")
        return self

    async def __aexit__(self, *_: object) -> None:
        print("client closed")


class State(TypedDict):
    """What every request finds."""

    client: Client


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[State]:
    """Keep one client open for as long as the application serves."""
    async with Client() as client:
        yield {"client": client}


async def homepage(request: Request) -> PlainTextResponse:
    """Uses the client of the state."""
    return PlainTextResponse(type(request.state.client).__name__)


app = Starlette(lifespan=lifespan, routes=[Route("/", homepage)])
