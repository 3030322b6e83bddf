# expect: LS105
# options: --startup-timeout 1
import asyncio


async def connect():
    await asyncio.sleep(3600)


async def app(scope, receive, send):
    await receive()
    await asyncio.gather(asyncio.sleep(0), connect())  # here
