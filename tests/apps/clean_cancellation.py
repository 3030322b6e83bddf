# expect: none
# Cancels what it started and lets its own cancellation through.
import asyncio


async def app(scope, receive, send):
    worker = asyncio.create_task(asyncio.sleep(3600))
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    worker.cancel()
    try:
        await worker
    except asyncio.CancelledError:
        pass
    await send({"type": "lifespan.shutdown.complete"})
