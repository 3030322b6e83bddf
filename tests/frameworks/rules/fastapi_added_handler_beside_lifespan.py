# expect: LS401
from contextlib import asynccontextmanager

from fastapi import FastAPI


async def connect(): ...  # here


@asynccontextmanager
async def lifespan(app):
    yield


app = FastAPI(lifespan=lifespan)
app.router.on_startup.append(connect)
