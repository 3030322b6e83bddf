"""anyio, "Creating and managing tasks": a worker in the lifespan's task group, fed and ended by a stream."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream
from starlette.applications import Starlette


async def write_log(lines: MemoryObjectReceiveStream[str]) -> None:
    """Ends when the other end is closed."""
    async with lines:
        async for line in lines:
            print("log:", line)
    print("log closed")


def load_settings() -> str:
    """Blocks, so it runs in a thread."""
    return "settings"


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Keep the worker for as long as the application serves."""
    send, receive = anyio.create_memory_object_stream(10)
    async with anyio.create_task_group() as group:
        group.start_soon(write_log, receive)
        async with send:
            with anyio.fail_after(20):
                await send.send(await anyio.to_thread.run_sync(load_settings))
                await anyio.sleep(0.01)
            print("up")
            yield
            print("down")


app = Starlette(lifespan=lifespan)
