# expect: LS203
# options: --hold 0.6
import asyncio
import time


async def poll():
    await asyncio.sleep(0.1)
    time.sleep(0.3)  # here


async def app(scope, receive, send):
    await receive()
    task = asyncio.create_task(poll())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await task
    await send({"type": "lifespan.shutdown.complete"})
