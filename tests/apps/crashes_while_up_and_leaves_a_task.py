# expect: LS111 LS301
# options: --hold 50ms --select=LS1 --select=LS3
import asyncio


async def poll():
    await asyncio.sleep(3600)


async def app(scope, receive, send):
    await receive()
    app.task = asyncio.create_task(poll())
    await send({"type": "lifespan.startup.complete"})
    await asyncio.sleep(0.01)
    raise ConnectionError("lost the broker")
