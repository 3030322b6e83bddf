"""What keeps the loop's thread, and what only looks like it."""

import asyncio
from contextlib import asynccontextmanager

from truth import block, compute, serve


async def block_in_child():
    await asyncio.sleep(0.01)
    block(0.15)
    await asyncio.sleep(0.01)


async def in_steps():
    for _ in range(40):
        compute(0.005)
        await asyncio.sleep(0)


async def compute_once():
    compute(0.015)


async def one_turn():
    """Twelve tasks and twelve callbacks that are ready in the same turn, each far below what counts as a block."""
    await asyncio.gather(*(compute_once() for _ in range(12)))
    loop = asyncio.get_running_loop()
    if hasattr(loop, "_ready"):  # uvloop shows nothing that would tell its plain callbacks apart
        for _ in range(12):
            loop.call_soon(compute, 0.015)
        await asyncio.sleep(0.2)


@asynccontextmanager
async def lifespan():
    await asyncio.gather(asyncio.sleep(0.01), block_in_child())
    await in_steps()
    await one_turn()
    compute(0.12)
    await asyncio.sleep(0.01)
    yield


async def app(scope, receive, send):
    await serve(scope, receive, send, lifespan)
