"""A FastAPI application whose startup waits, computes, and uses tasks and a thread, as services do."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def pool(seconds):
    """A connection that takes its time."""
    await asyncio.sleep(seconds)
    yield
    await asyncio.sleep(seconds / 4)


async def chat(turns):
    """Many short waits, as a protocol has them."""
    for _ in range(turns):
        await asyncio.sleep(0.001)


def index(count):
    """CPU time."""
    return sum(number * number % 7 for number in range(count))


@asynccontextmanager
async def lifespan(app: FastAPI):
    """The resources of a service."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(pool(0.06))
        await stack.enter_async_context(pool(0.04))
        await asyncio.gather(chat(60), chat(40), asyncio.sleep(0.05))
        await asyncio.to_thread(index, 300_000)
        index(1_500_000)
        yield


app = FastAPI(lifespan=lifespan)
