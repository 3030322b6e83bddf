# expect: none
# options: --select=LS2
import asyncio
import time


def load():
    time.sleep(0.4)


async def app(scope, receive, send):
    await receive()
    await asyncio.gather(asyncio.to_thread(load), asyncio.to_thread(load))
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
