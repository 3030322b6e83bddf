# expect: LS305
# Nobody but the loop's own memory of what is due refers to the task, and nothing is due.
import asyncio
import gc


async def wait():
    await asyncio.get_running_loop().create_future()


async def app(scope, receive, send):
    await receive()
    asyncio.create_task(wait())  # here
    await send({"type": "lifespan.startup.complete"})
    await receive()
    gc.collect()
    await send({"type": "lifespan.shutdown.complete"})
