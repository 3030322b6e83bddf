# expect: none
# options: --select=LS3
# The task is kept and failed long ago; its exception is retrieved after the outcome of shutdown.
import asyncio


async def refresh():
    raise ConnectionError("no route to the cache")


async def app(scope, receive, send):
    await receive()
    app.task = asyncio.create_task(refresh())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
    try:
        await app.task
    except ConnectionError:
        pass
