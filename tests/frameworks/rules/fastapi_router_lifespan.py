# expect: none
# The lifespan of a router that is included runs.
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI


@asynccontextmanager
async def sessions(app):
    yield


@asynccontextmanager
async def lifespan(app):
    yield


router = APIRouter(lifespan=sessions)
app = FastAPI(lifespan=lifespan)
app.include_router(router)
