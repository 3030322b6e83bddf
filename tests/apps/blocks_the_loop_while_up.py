# expect: LS115
# options: --hold 0.2 --timeout 2
import asyncio
import time


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await asyncio.sleep(0.1)
    time.sleep(3600)  # here
