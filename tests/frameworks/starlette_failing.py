"""Starlette: a lifespan that raises before its yield. Starlette tells the server, with a traceback for a message."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Never comes to its yield."""
    raise ConnectionRefusedError("no database at db:5432")
    yield


app = Starlette(lifespan=lifespan)
