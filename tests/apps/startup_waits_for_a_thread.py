# expect: LS105
# options: --startup-timeout 1
import asyncio
import time


async def app(scope, receive, send):
    await receive()
    await asyncio.to_thread(time.sleep, 2)  # here
