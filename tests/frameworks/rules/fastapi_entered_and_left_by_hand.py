# expect: none
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def sessions(app):
    yield


inner = FastAPI(lifespan=sessions)


@asynccontextmanager
async def lifespan(app):
    entered = inner.router.lifespan_context(inner)
    await entered.__aenter__()
    yield
    await entered.__aexit__(None, None, None)


app = FastAPI(lifespan=lifespan)
app.mount("/inner", inner)
