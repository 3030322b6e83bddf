# expect: LS404
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI


@asynccontextmanager  # here
async def sessions(app):
    yield


router = APIRouter(lifespan=sessions)
app = FastAPI()
app.include_router(router)
app.include_router(router, prefix="/again")
