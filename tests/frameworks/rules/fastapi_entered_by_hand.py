# expect: LS405
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager  # here
async def sessions(app):
    yield


inner = FastAPI(lifespan=sessions)


@asynccontextmanager
async def lifespan(app):
    app.state.entered = inner.router.lifespan_context(inner)
    await app.state.entered.__aenter__()
    yield


app = FastAPI(lifespan=lifespan)
app.mount("/inner", inner)
