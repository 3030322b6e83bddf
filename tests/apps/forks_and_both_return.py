# expect: none
import os
import warnings

warnings.simplefilter("ignore")


async def app(scope, receive, send):
    await receive()
    os.fork()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
