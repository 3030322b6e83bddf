# expect: LS113
# options: --select=LS3
# What is left is the consequence of a shutdown that failed, which is told.
import asyncio


async def app(scope, receive, send):
    await receive()
    app.task = asyncio.create_task(asyncio.sleep(3600))
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.failed", "message": "the queue does not answer"})
