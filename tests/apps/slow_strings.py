# expect: none
import time


class Slow(str):
    def __str__(self):
        time.sleep(3600)


async def app(scope, receive, send):
    await receive()
    await send({Slow("type"): Slow("lifespan.startup.complete"), Slow("message"): Slow("ready")})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
