# expect: LS113
# What comes after the yield raises: it was left all the same.
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app):
    yield
    raise OSError("the queue does not answer")


app = FastAPI(lifespan=lifespan)
