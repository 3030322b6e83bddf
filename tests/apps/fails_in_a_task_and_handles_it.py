# expect: LS305
# Its own handler of exceptions is called as before, which ends the process if it is not.
import asyncio
import os

heard = []


async def refresh():
    raise ConnectionError("no route to the cache")  # here


async def app(scope, receive, send):
    await receive()
    loop = asyncio.get_running_loop()
    assert loop.get_exception_handler() is None
    loop.set_exception_handler(lambda loop, context: heard.append(context["message"]))
    asyncio.create_task(refresh())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    if heard != ["Task exception was never retrieved"]:
        os._exit(3)
    await send({"type": "lifespan.shutdown.complete"})
