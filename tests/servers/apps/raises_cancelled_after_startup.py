import asyncio

from _answers import Life, answer


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        Life.up = True
        raise asyncio.CancelledError
    await answer(send)
