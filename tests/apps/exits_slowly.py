# expect: LS207
import atexit
import time

atexit.register(time.sleep, 1.3)


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
