# expect: LS301
# Its task factory replaces the one that tells where tasks are made; where the task waits is known all the same.
import asyncio


async def poll():
    await asyncio.sleep(60)  # here


async def app(scope, receive, send):
    await receive()
    loop = asyncio.get_running_loop()
    loop.set_task_factory(lambda loop, coroutine, **options: asyncio.Task(coroutine, loop=loop, **options))
    app.task = loop.create_task(poll())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
