# expect: LS121
import asyncio


async def app(scope, receive, send):
    await receive()
    asyncio.get_running_loop().call_soon(exit, 0)
    await asyncio.sleep(3600)
