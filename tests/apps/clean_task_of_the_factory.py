# expect: none
# target: clean_task_of_the_factory:create_app()
# options: --select=LS3
# The task is there before the lifespan begins.
import asyncio


async def create_app():
    app.task = asyncio.create_task(asyncio.sleep(3600))
    return app


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
