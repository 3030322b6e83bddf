# expect: LS301
import asyncio


async def poll():
    while True:
        await asyncio.sleep(5)


async def app(scope, receive, send):
    await receive()
    app.task = asyncio.create_task(poll())  # here
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
