# expect: LS102
import asyncio


async def connect(name):
    raise ConnectionError(f"no {name}")


async def app(scope, receive, send):
    await receive()
    async with asyncio.TaskGroup() as group:
        group.create_task(connect("database"))
        group.create_task(connect("queue"))
