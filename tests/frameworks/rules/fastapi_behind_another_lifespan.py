# expect: LS402
# A wrapper that answers the lifespan itself, as socketio.ASGIApp does when it is given handlers of its own.
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager  # here
async def sessions(app):
    yield


class Events:
    def __init__(self, other):
        self.other = other

    async def __call__(self, scope, receive, send):
        if scope["type"] != "lifespan":
            await self.other(scope, receive, send)
            return
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


app = Events(FastAPI(lifespan=sessions))
