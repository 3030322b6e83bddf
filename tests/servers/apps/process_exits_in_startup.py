import os

from _answers import answer


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        os._exit(0)
    await answer(send)
