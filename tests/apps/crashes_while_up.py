# expect: LS111
# options: --hold 1
import asyncio


async def watch():
    await asyncio.sleep(0.2)
    raise ConnectionError("lost")


async def app(scope, receive, send):
    await receive()
    async with asyncio.TaskGroup() as group:
        group.create_task(watch())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
