# expect: none
# Handlers of other names, and a list of handlers that is the application's own.
from contextlib import asynccontextmanager

from fastapi import FastAPI


class Plugin:
    def __init__(self):
        self.on_startup = [print]


@asynccontextmanager
async def lifespan(app):
    yield {"plugin": Plugin()}


app = FastAPI(lifespan=lifespan)
app.state.on_startup = [print]
