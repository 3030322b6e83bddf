# expect: none
# options: --select=LS3
# One is awaited, one looked at in a callback, one cancelled, and one gathered.
import asyncio


async def refresh():
    raise ConnectionError("no route to the cache")


async def app(scope, receive, send):
    await receive()
    awaited, watched, cancelled = (asyncio.create_task(refresh()) for _ in range(3))
    watched.add_done_callback(lambda task: task.exception())
    cancelled.cancel()
    await asyncio.gather(refresh(), return_exceptions=True)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    try:
        await awaited
    except ConnectionError:
        pass
    await send({"type": "lifespan.shutdown.complete"})
