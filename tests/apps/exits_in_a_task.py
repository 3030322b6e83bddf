# expect: LS121
import asyncio
import sys


async def leave():
    sys.exit(3)


async def app(scope, receive, send):
    await receive()
    task = asyncio.create_task(leave())
    await task
