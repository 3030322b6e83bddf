# expect: none
import os

os.closerange(3, 100)
spare = [open(os.devnull) for _ in range(90)]


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
