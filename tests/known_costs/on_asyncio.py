"""A lifespan whose statements cost what they say, in every construct of asyncio's."""

import asyncio
import sys
import types
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager

import anyio.to_thread
from truth import begin, block, compute, compute_in_c, cost, finish, serve


async def wait(seconds):
    await asyncio.sleep(seconds)


async def wait_in_steps(seconds):
    for _ in range(10):
        await asyncio.sleep(seconds / 10)


@asynccontextmanager
async def pool(seconds):
    await wait(seconds)
    yield
    await wait(seconds / 2)


@asynccontextmanager
async def pool_of_pools(seconds):
    async with pool(seconds / 2), pool(seconds / 2):
        yield


class Broker:
    async def __aenter__(self):
        await wait(0.06)

    async def __aexit__(self, *error):
        await wait(0.04)


async def rows(count):
    for number in range(count):
        await wait(0.03)
        yield number


async def collect(source):
    async for _ in source:
        pass


@types.coroutine
def old_style(seconds):
    yield from wait(seconds).__await__()


async def set_later(event, seconds):
    await wait(seconds)
    event.set()


async def block_in_child(seconds):
    await asyncio.sleep(0)
    block(seconds)


async def nothing():
    await asyncio.sleep(0)


async def gather_again(*seconds):
    await asyncio.gather(*map(wait, seconds))


async def group(*seconds):
    async with asyncio.TaskGroup() as tasks:
        for one in seconds:
            tasks.create_task(wait(one))


async def group_with_blocking():
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(wait(0.03))
        tasks.create_task(block_in_child(0.06))


async def get(queue):
    await queue.get()


async def hold(lock):
    async with lock:
        pass


async def in_process(seconds):
    process = await asyncio.create_subprocess_exec("sleep", str(seconds))
    await process.wait()


@asynccontextmanager
async def lifespan():
    loop = asyncio.get_running_loop()
    executor = ThreadPoolExecutor(2)
    outer = begin("nested context managers", "wait")
    async with pool_of_pools(0.08):
        finish()
        inner = begin("class-based context manager", "wait")
        async with Broker():
            finish()
            stack = AsyncExitStack()
            with cost("first of an exit stack", "wait"):
                await stack.enter_async_context(pool(0.07))
            with cost("second of an exit stack", "wait"):
                await stack.enter_async_context(pool_of_pools(0.06))
            begin("async for", "wait")
            async for _ in rows(3):
                pass
            finish()
            with cost("async for in a coroutine", "wait"):
                await collect(rows(2))
            with cost("anext with default", "wait"):
                await anext(rows(1), None)
            with cost("gather of coroutines", "wait_in_steps"):
                await asyncio.gather(wait(0.05), wait_in_steps(0.1), wait(0.02))
            with cost("gather in gather", "wait"):
                await asyncio.gather(wait(0.02), asyncio.gather(wait(0.03), wait(0.07)))
            with cost("gather in a child", "wait"):
                await asyncio.gather(gather_again(0.02, 0.06), wait(0.03))
            with cost("gather with a blocking child", "block"):
                await asyncio.gather(nothing(), block_in_child(0.08))
            if sys.version_info >= (3, 11):
                with cost("task group", "wait"):
                    await group(0.03, 0.08)
                with cost("task group with a blocking child", "block"):
                    await group_with_blocking()
            with cost("asyncio.wait", "wait"):
                await asyncio.wait([asyncio.create_task(wait(0.07)), asyncio.create_task(wait(0.02))])
            with cost("as_completed", "wait" if sys.version_info >= (3, 13) else "lifespan"):
                [await one for one in asyncio.as_completed([wait(0.06), wait(0.03)])]
            with cost("wait_for", "wait"):
                await asyncio.wait_for(wait(0.06), 5)
            with cost("shield", "wait"):
                await asyncio.shield(wait(0.06))
            task = asyncio.create_task(wait(0.07), name="prefetch")
            with cost("task", "wait"):
                await task
            with cost("types.coroutine", "wait"):
                await old_style(0.06)
            event = asyncio.Event()
            task = asyncio.create_task(set_later(event, 0.06))
            with cost("event", "lifespan"):
                await event.wait()
            queue = asyncio.Queue()
            loop.call_later(0.06, queue.put_nowait, 1)
            with cost("queue", "get"):
                await get(queue)
            lock = asyncio.Lock()
            await lock.acquire()
            loop.call_later(0.06, lock.release)
            with cost("lock", "hold"):
                await hold(lock)
            with cost("subprocess", "in_process"):
                await in_process(0.06)
            with cost("to_thread that blocks", "block"):
                await asyncio.to_thread(block, 0.07)
            with cost("to_thread that computes", "compute"):
                await asyncio.to_thread(compute, 0.07)
            with cost("executor", "block"):
                await loop.run_in_executor(executor, block, 0.06)
            with cost("two threads", "block"):
                await asyncio.gather(asyncio.to_thread(block, 0.03), loop.run_in_executor(executor, block, 0.07))
            with cost("anyio.to_thread", "block"):
                await anyio.to_thread.run_sync(block, 0.06)
            with cost("blocking", "block"):
                block(0.08)
            with cost("computing", "compute"):
                compute(0.08)
            with cost("computing in C", "compute_in_c"):
                compute_in_c(6_000_000)
            yield
            with cost("waiting at shutdown", "wait"):
                await wait(0.05)
            with cost("blocking at shutdown", "block"):
                block(0.05)
            with cost("gather at shutdown", "wait"):
                await asyncio.gather(wait(0.03), wait(0.06))
            with cost("thread at shutdown", "block"):
                await asyncio.to_thread(block, 0.05)
            with cost("leaving an exit stack", "wait"):
                await stack.aclose()
            begin("leaving a class-based context manager", "wait", inner)
        finish()
        begin("leaving nested context managers", "wait", outer)
    finish()
    executor.shutdown()


async def app(scope, receive, send):
    await serve(scope, receive, send, lifespan)
