# expect: none
import os
import warnings

warnings.simplefilter("ignore")


async def app(scope, receive, send):
    await receive()
    if os.fork() == 0:
        raise RuntimeError("in the child")
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
