# expect: LS401 LS401
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app):
    yield


app = FastAPI(lifespan=lifespan)


@app.on_event("startup")  # here
async def connect(): ...


@app.on_event("shutdown")  # here
def disconnect(): ...
