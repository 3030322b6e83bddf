# expect: LS305
import asyncio

tasks = []


async def refresh():
    raise ConnectionError("no route to the cache")  # here


async def app(scope, receive, send):
    await receive()
    tasks.append(asyncio.create_task(refresh()))
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
