# expect: LS124
# options: --restart --timeout 2
import asyncio

n = 0


async def app(scope, receive, send):
    global n
    n += 1
    await receive()
    if n > 1:
        await asyncio.sleep(3600)  # here
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
