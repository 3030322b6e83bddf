# expect: none
import asyncio

settings = asyncio.run(asyncio.sleep(0, {"debug": True}))


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
