# expect: LS105
# options: --startup-timeout 1
import asyncio
import contextlib


async def connect():
    await asyncio.get_running_loop().create_future()  # here


async def connect_with_retries():
    for _ in range(3):
        await connect()


@contextlib.asynccontextmanager
async def database():
    await connect_with_retries()
    yield


@contextlib.asynccontextmanager
async def lifespan():
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(database())
        yield


async def app(scope, receive, send):
    await receive()
    async with lifespan():
        await send({"type": "lifespan.startup.complete"})
