# expect: LS115 LS118
# options: --shutdown-timeout 1
import asyncio


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    while True:
        try:
            await asyncio.sleep(3600)
        except BaseException:
            pass
