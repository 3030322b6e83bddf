# expect: LS203
import time


def load():
    time.sleep(0.3)  # here


async def app(scope, receive, send):
    await receive()
    load()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
