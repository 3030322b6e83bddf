# expect: none
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def sessions(app):
    yield


@asynccontextmanager
async def lifespan(app):
    async with AsyncExitStack() as stack:
        for inner in (first, second):
            await stack.enter_async_context(inner.router.lifespan_context(inner))
        yield


first, second = FastAPI(lifespan=sessions), FastAPI(lifespan=sessions)
app = FastAPI(lifespan=lifespan)
app.mount("/first", first)
app.mount("/second", second)
