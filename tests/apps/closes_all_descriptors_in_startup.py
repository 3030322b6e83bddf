# expect: LS121
import asyncio
import os


async def app(scope, receive, send):
    await receive()
    os.closerange(3, 100)
    await asyncio.sleep(0.1)
    await send({"type": "lifespan.startup.complete"})
