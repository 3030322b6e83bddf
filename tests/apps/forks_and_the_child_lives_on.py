# expect: none
import os
import time
import warnings

warnings.simplefilter("ignore")


async def app(scope, receive, send):
    await receive()
    if os.fork() == 0:
        time.sleep(3600)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
