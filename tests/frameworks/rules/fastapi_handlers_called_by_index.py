# expect: LS401
# The lifespan calls one handler by its index, and lists the other.
from contextlib import asynccontextmanager

from fastapi import FastAPI


async def connect(): ...


async def warm_up(): ...  # here


@asynccontextmanager
async def lifespan(app):
    await app.router.on_startup[0]()
    app.state.handlers = [handler.__name__ for handler in app.router.on_startup]
    yield


app = FastAPI(lifespan=lifespan)
app.router.on_startup += [connect, warm_up]
