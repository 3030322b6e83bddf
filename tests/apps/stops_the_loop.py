# expect: LS121
import asyncio


async def app(scope, receive, send):
    await receive()
    asyncio.get_running_loop().stop()
    await asyncio.sleep(3600)
