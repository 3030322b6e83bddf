# expect: LS307
# options: --exit-timeout 1
import atexit
import time


@atexit.register
def farewell():
    time.sleep(3600)  # here


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
