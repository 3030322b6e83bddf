# expect: LS301
# Three from one line are told once.
import asyncio


async def app(scope, receive, send):
    await receive()
    queue = asyncio.Queue()
    app.workers = [asyncio.ensure_future(queue.get()) for _ in range(3)]  # here
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
