# expect: LS206
import asyncio


async def load(name):
    await asyncio.sleep(0.25)
    return name


async def app(scope, receive, send):
    await receive()
    scope["state"]["users"] = await load("users")  # here
    scope["state"]["prices"] = await load("prices")
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
