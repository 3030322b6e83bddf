# expect: LS102
import asyncio


async def deep(level):
    if not level:
        raise ZeroDivisionError("at the bottom")
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(deep(level - 1))


async def app(scope, receive, send):
    await receive()
    await deep(9)
