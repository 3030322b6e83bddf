# expect: LS301
# Where the task is made is known whoever makes it.
import asyncio


async def poll():
    await asyncio.sleep(3600)


async def app(scope, receive, send):
    await receive()
    loop = asyncio.get_running_loop()
    loop.set_task_factory(lambda loop, coroutine, **options: asyncio.Task(coroutine, loop=loop, **options))
    app.task = loop.create_task(poll())  # here
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
