# expect: LS402
# Two applications that the lifespan makes: it enters one of them.
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def entered(app):
    yield


@asynccontextmanager  # here
async def sessions(app):
    yield


@asynccontextmanager
async def lifespan(app):
    first, second = FastAPI(lifespan=entered), FastAPI(lifespan=sessions)
    app.mount("/first", first)
    app.mount("/second", second)
    async with first.router.lifespan_context(first):
        yield


app = FastAPI(lifespan=lifespan)
