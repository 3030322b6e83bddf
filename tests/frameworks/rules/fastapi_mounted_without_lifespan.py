# expect: none
# An application without a lifespan, one whose lifespan is the outer one's, and no framework's application.
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def sessions(app):
    yield


async def plain(scope, receive, send): ...


inner = FastAPI(lifespan=sessions)
app = FastAPI(lifespan=sessions)
app.mount("/inner", inner)
app.mount("/other", FastAPI())
app.mount("/plain", plain)
