# expect: none
# options: --select=LS3
# The task is cancelled, and nobody waits for its end.
import asyncio


async def app(scope, receive, send):
    await receive()
    task = asyncio.create_task(asyncio.sleep(3600))
    await send({"type": "lifespan.startup.complete"})
    await receive()
    task.cancel()
    await send({"type": "lifespan.shutdown.complete"})
