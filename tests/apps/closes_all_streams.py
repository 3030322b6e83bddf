# expect: none
import os


async def app(scope, receive, send):
    await receive()
    os.closerange(0, 3)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
