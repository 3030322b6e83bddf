# expect: LS205
import time


def connect():
    time.sleep(0.3)


connect()  # here


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
