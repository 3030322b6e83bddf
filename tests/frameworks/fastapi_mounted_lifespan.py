"""FastAPI, "Lifespan Events": a mounted application's own lifespan, which is never run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def main_lifespan(app: FastAPI) -> AsyncIterator[None]:
    """The one that runs."""
    print("main up")
    yield
    print("main down")


@asynccontextmanager
async def sub_lifespan(app: FastAPI) -> AsyncIterator[None]:
    """The one that does not."""
    print("sub up")
    yield
    print("sub down")


app = FastAPI(lifespan=main_lifespan)
app.mount("/subapi", FastAPI(lifespan=sub_lifespan))
