# expect: LS403 LS405
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager  # here
async def sessions(app):
    yield


async def connect():  # here
    app.state.entered = inner.router.lifespan_context(inner)
    await app.state.entered.__aenter__()


inner = FastAPI(lifespan=sessions)
app = FastAPI(on_startup=[connect])
app.mount("/inner", inner)
