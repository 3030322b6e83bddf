# expect: none
import asyncio
import contextlib
import contextvars

current = contextvars.ContextVar("current")


@contextlib.asynccontextmanager
async def lifespan():
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        token = current.set("up")
        ticker = group.create_task(asyncio.sleep(3600))
        yield {"database": "open"}
        ticker.cancel()
        current.reset(token)


async def app(scope, receive, send):
    await receive()
    async with lifespan() as state:
        scope["state"].update(state)
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})
