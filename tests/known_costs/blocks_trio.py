"""What keeps trio's thread, and what only looks like it."""

from contextlib import asynccontextmanager

import trio
from truth import block, compute, serve


async def block_in_child():
    await trio.sleep(0.01)
    block(0.15)
    await trio.sleep(0.01)


async def in_steps():
    for _ in range(40):
        compute(0.005)
        await trio.lowlevel.checkpoint()


async def compute_once():
    compute(0.015)


async def one_turn():
    """Twelve tasks that are ready in the same turn, each far below what counts as a block."""
    async with trio.open_nursery() as nursery:
        for _ in range(12):
            nursery.start_soon(compute_once)


@asynccontextmanager
async def lifespan():
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.sleep, 0.01)
        nursery.start_soon(block_in_child)
    await in_steps()
    await one_turn()
    compute(0.12)
    await trio.sleep(0.01)
    yield


async def app(scope, receive, send):
    await serve(scope, receive, send, lifespan)
