import sys

from _answers import answer


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        sys.exit(2)
    await answer(send)
