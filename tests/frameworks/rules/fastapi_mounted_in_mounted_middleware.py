# expect: LS402
# Two mounts deep, and behind middleware on both floors.
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware


@asynccontextmanager  # here
async def sessions(app):
    yield


inner = Starlette(lifespan=sessions)
middle = FastAPI()
middle.mount("/inner", GZipMiddleware(inner))
app = FastAPI()
app.mount("/middle", GZipMiddleware(middle))
app = GZipMiddleware(app)
