# expect: none
# The lifespan calls the handlers itself.
from contextlib import asynccontextmanager

from fastapi import FastAPI


async def connect(): ...


@asynccontextmanager
async def lifespan(app):
    for handler in app.router.on_startup:
        await handler()
    yield


app = FastAPI(lifespan=lifespan)
app.router.on_startup.append(connect)
