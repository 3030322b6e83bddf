"""Reports."""

import time
from contextlib import asynccontextmanager

import tabular
from fastapi import APIRouter


@asynccontextmanager
async def lifespan(router):
    time.sleep(0.08)  # noqa: ASYNC251  # what is to be found: the licence of the report engine is checked
    yield


router = APIRouter(prefix="/reports", lifespan=lifespan)


@router.get("/monthly")
async def monthly():
    return tabular.frame(range(12))
