"""A lifespan whose statements cost what they say, in what anyio offers on asyncio, uvloop and trio alike."""

import subprocess
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import anyio
import anyio.to_thread
from truth import begin, block, compute, compute_in_c, cost, finish, serve


async def wait(seconds):
    await anyio.sleep(seconds)


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
    await anyio.sleep(0.002)
    block(seconds)


async def group(*seconds):
    async with anyio.create_task_group() as tasks:
        for one in seconds:
            tasks.start_soon(wait, one)


async def group_of_groups():
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(group, 0.02, 0.07)
        tasks.start_soon(wait, 0.03)


async def group_with_blocking():
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait, 0.03)
        tasks.start_soon(block_in_child, 0.08)


async def start_then_wait(seconds, *, task_status):
    await wait(seconds)
    task_status.started()
    await anyio.sleep_forever()


async def receive_one(stream):
    await stream.receive()


async def send_later(stream, seconds):
    await wait(seconds)
    await stream.send(1)


async def with_timeout(seconds):
    with anyio.fail_after(5):
        await wait(seconds)


async def in_process(seconds):
    await anyio.run_process(["sleep", str(seconds)], stdout=subprocess.DEVNULL)


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
        with cost("group", "wait"):
            await group(0.03, 0.08)
        with cost("group of groups", "wait"):
            await group_of_groups()
        with cost("group with a blocking child", "block"):
            await group_with_blocking()
        tasks = await stack.enter_async_context(anyio.create_task_group())
        with cost("start", "wait"):
            await tasks.start(start_then_wait, 0.06)
        sender, receiver = anyio.create_memory_object_stream(1)
        tasks.start_soon(send_later, sender, 0.06)
        with cost("stream", "receive_one"):
            await receive_one(receiver)
        with cost("process", "in_process"):
            await in_process(0.06)
        with cost("thread that blocks", "block"):
            await anyio.to_thread.run_sync(block, 0.07)
        with cost("thread that computes", "compute"):
            await anyio.to_thread.run_sync(partial(compute, 0.07))
        with cost("blocking", "block"):
            block(0.07)
        with cost("computing", "compute"):
            compute(0.08)
        with cost("computing in C", "compute_in_c"):
            compute_in_c(6_000_000)
        yield
        with cost("waiting at shutdown", "wait"):
            await wait(0.05)
        with cost("group at shutdown", "wait"):
            await group(0.02, 0.06)
        with cost("thread at shutdown", "block"):
            await anyio.to_thread.run_sync(block, 0.05)
        tasks.cancel_scope.cancel()
        sender.close()
        receiver.close()
        with cost("leaving an exit stack", "wait"):
            await stack.aclose()
        begin("leaving context managers", "wait", outer)
    finish()


async def app(scope, receive, send):
    await serve(scope, receive, send, lifespan)
