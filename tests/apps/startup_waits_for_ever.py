# expect: LS105
# options: --startup-timeout 1
import asyncio


async def app(scope, receive, send):
    await receive()
    await asyncio.Event().wait()  # here
