# expect: LS115
# options: --shutdown-timeout 1
import asyncio


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await asyncio.Event().wait()  # here
