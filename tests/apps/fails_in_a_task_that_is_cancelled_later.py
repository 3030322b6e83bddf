# expect: LS305
# To cancel a task that is dead silences it, and to gather it afterwards with return_exceptions passes over its failure.
import asyncio


async def refresh():
    raise ConnectionError("no route to the cache")  # here


async def app(scope, receive, send):
    await receive()
    task = asyncio.create_task(refresh())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await send({"type": "lifespan.shutdown.complete"})
