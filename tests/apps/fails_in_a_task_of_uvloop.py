# expect: LS305
# options: --backend uvloop
# uvloop is written in C, and what it says of a task that is freed at once goes to the log, which is disabled here.
import asyncio
import logging

logging.getLogger("asyncio").disabled = True


async def refresh():
    raise ConnectionError("no route to the cache")  # here


async def app(scope, receive, send):
    await receive()
    asyncio.create_task(refresh())
    await asyncio.sleep(0.01)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
