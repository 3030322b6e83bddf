"""A lifespan whose statements cost what they say, in every construct of trio's."""

from contextlib import AsyncExitStack, asynccontextmanager

import trio
from truth import begin, block, compute, compute_in_c, cost, finish, serve


async def wait(seconds):
    await trio.sleep(seconds)


@asynccontextmanager
async def pool(seconds):
    await wait(seconds)
    yield
    await wait(seconds / 2)


async def rows(count):
    for number in range(count):
        await wait(0.03)
        yield number


async def collect(source):
    async for _ in source:
        pass


async def block_in_child(seconds):
    await trio.sleep(0.002)
    block(seconds)


async def group(*seconds):
    async with trio.open_nursery() as nursery:
        for one in seconds:
            nursery.start_soon(wait, one)


async def group_of_groups():
    async with trio.open_nursery() as nursery:
        nursery.start_soon(group, 0.02, 0.07)
        nursery.start_soon(wait, 0.03)


async def group_with_blocking():
    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait, 0.02)
        nursery.start_soon(block_in_child, 0.08)


async def start_then_wait(seconds, *, task_status):
    await wait(seconds)
    task_status.started()
    await trio.sleep_forever()


async def set_later(event, seconds):
    await wait(seconds)
    event.set()


async def with_timeout(seconds):
    with trio.fail_after(5):
        await wait(seconds)


async def in_process(seconds):
    await trio.run_process(["sleep", str(seconds)])


@asynccontextmanager
async def lifespan():
    outer = begin("context managers", "wait")
    async with pool(0.06), pool(0.06):
        finish()
        stack = AsyncExitStack()
        with cost("exit stack", "wait"):
            await stack.enter_async_context(pool(0.07))
        with cost("async for in a coroutine", "wait"):
            await collect(rows(2))
        with cost("anext with default", "wait"):
            await anext(rows(1), None)
        with cost("timeout", "wait"):
            await with_timeout(0.06)
        with cost("nursery", "wait"):
            await group(0.03, 0.08)
        with cost("nursery of nurseries", "wait"):
            await group_of_groups()
        with cost("nursery with a blocking child", "block"):
            await group_with_blocking()
        nursery = await stack.enter_async_context(trio.open_nursery())
        with cost("start", "wait"):
            await nursery.start(start_then_wait, 0.06)
        event = trio.Event()
        nursery.start_soon(set_later, event, 0.06)
        with cost("event", "lifespan"):
            await event.wait()
        with cost("process", "in_process"):
            await in_process(0.06)
        with cost("thread that blocks", "block"):
            await trio.to_thread.run_sync(block, 0.07)
        with cost("thread that computes", "compute"):
            await trio.to_thread.run_sync(compute, 0.07)
        with cost("blocking", "block"):
            block(0.07)
        with cost("computing", "compute"):
            compute(0.08)
        with cost("computing in C", "compute_in_c"):
            compute_in_c(6_000_000)
        yield
        with cost("waiting at shutdown", "wait"):
            await wait(0.05)
        with cost("nursery at shutdown", "wait"):
            await group(0.02, 0.06)
        with cost("thread at shutdown", "block"):
            await trio.to_thread.run_sync(block, 0.05)
        nursery.cancel_scope.cancel()
        with cost("leaving an exit stack", "wait"):
            await stack.aclose()
        begin("leaving context managers", "wait", outer)
    finish()


async def app(scope, receive, send):
    await serve(scope, receive, send, lifespan)
