# expect: LS102
import asyncio


async def app(scope, receive, send):
    await receive()
    raise asyncio.CancelledError
