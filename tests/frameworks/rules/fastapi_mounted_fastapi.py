# expect: LS402
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager  # here
async def sessions(app):
    yield


inner = FastAPI(lifespan=sessions)
app = FastAPI()
app.mount("/inner", inner)
