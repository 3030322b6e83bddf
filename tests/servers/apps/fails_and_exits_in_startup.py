import sys

from _answers import answer


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no configuration"})
        sys.exit("no configuration")  # as it comes through a framework, which sends the message before
    await answer(send)
