# expect: LS121
import asyncio


async def app(scope, receive, send):
    await receive()
    loop = asyncio.get_running_loop()
    loop.stop()
    loop.call_soon(loop.close)
    await asyncio.sleep(3600)
