"""Started by any version: charges 60 ms to what a coroutine waits for, in each of the constructs of asyncio.

Prints, for every construct, the lines of this file that were charged, `[(function, milliseconds), …]` in their order,
and what is not measured in this interpreter.
Nothing is timed: the loop stands still when it is looked at, and the 60 ms are given.
"""

import asyncio
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from lifespan_cli.probe.internals import report_to
from lifespan_cli.probe.sampler.call_tree import Tree
from lifespan_cli.probe.sampler.loop_steps import NoSteps
from lifespan_cli.probe.sampler.snapshot import Look

MS = 1_000_000
STEPS = 20
"""In so many iterations of the loop every construct has come to what it waits for."""
constructs = {}


class Wire:
    """Where the self-tests of `internals` say what is not measured."""

    def __init__(self):
        self.events = []

    def put(self, _event, **values):
        self.events.append(values)


def construct(function):
    constructs[function.__name__] = function
    return function


async def wait():
    await gate.wait()


def block():
    begun.set()
    opened.wait()


async def rows():
    await wait()
    yield


async def results():
    for one in asyncio.as_completed([wait(), wait()]):
        yield await one


@construct
async def shield():
    await asyncio.shield(wait())


@construct
async def shield_of_a_task():
    task = asyncio.create_task(wait())
    await asyncio.shield(task)


@construct
async def gather():
    await asyncio.gather(wait(), wait())


@construct
async def gather_in_gather():
    await asyncio.gather(asyncio.gather(wait()), wait())


@construct
async def shield_of_gather():
    await asyncio.shield(asyncio.gather(wait(), wait()))


@construct
async def wait_for():
    await asyncio.wait_for(wait(), 60)


@construct
async def wait_for_a_coroutine_that_gathers():
    await asyncio.wait_for(gather_in_gather(), 60)


@construct
async def wait_for_shield():
    await asyncio.wait_for(asyncio.shield(wait()), 60)


@construct
async def wait_for_several():
    await asyncio.wait([asyncio.create_task(wait()), asyncio.create_task(wait())])


@construct
async def task():
    await asyncio.create_task(wait())


@construct
async def async_for():
    async for _ in rows():
        pass


@construct
async def anext_with_default():
    await anext(rows(), None)


@construct
async def thread():
    await asyncio.to_thread(block)


@construct
async def shield_of_a_thread():
    await asyncio.shield(asyncio.to_thread(block))


@construct
async def future_with_a_callback_that_knows_other_futures():
    other = asyncio.create_task(wait())
    future = asyncio.get_running_loop().create_future()
    future.add_done_callback(lambda _: other.cancel())
    await future


if sys.version_info >= (3, 11):  # noqa: UP036  # 3.10 starts this, too

    @construct
    async def timeout():
        async with asyncio.timeout(60):
            await wait()

    @construct
    async def task_group():
        async with asyncio.TaskGroup() as group:
            group.create_task(wait())
            group.create_task(wait())


if sys.version_info >= (3, 12):

    @construct
    async def eager_tasks():
        loop = asyncio.get_running_loop()
        loop.set_task_factory(asyncio.eager_task_factory)
        try:
            both = asyncio.gather(wait(), asyncio.shield(wait()))
        finally:
            loop.set_task_factory(None)
        await both


@construct
async def as_completed():
    for one in asyncio.as_completed([wait(), wait()]):
        await one


@construct
async def as_completed_through_another_iterator():
    for one in (one for one in asyncio.as_completed([wait(), wait()])):
        await one


@construct
async def as_completed_of_an_async_generator():
    async for _ in results():
        pass


if sys.version_info >= (3, 13):

    @construct
    async def async_for_as_completed():
        async for one in asyncio.as_completed([wait(), wait()]):
            await one


def charged(awaitable, main):
    """What is charged below the awaitable; what else the main thread does is not asked for."""
    tree = Tree()
    look = Look(tree, main, None)
    look.at_loop(awaitable, NoSteps())
    look.charges.charge(1, 60 * MS, 60 * MS, 0, 0, 1.0)
    found, inside = [], False
    for depth, function, path, _line, _task, _width, total_ns, *_ in tree.rows():
        inside = (inside and depth > 0) or function == awaitable.__name__
        if inside and path == __file__:
            found.append((function, total_ns // MS))
    return found


async def main():
    global begun, gate, opened
    seen = {}
    for name, function in constructs.items():
        begun, gate, opened = threading.Event(), asyncio.Event(), threading.Event()
        coroutine = function()
        task = asyncio.create_task(coroutine)
        for _ in range(STEPS):
            await asyncio.sleep(0)
        if "thread" in name:
            await asyncio.to_thread(begun.wait)
        seen[name] = await asyncio.to_thread(charged, coroutine, threading.get_ident())
        gate.set()
        opened.set()
        task.cancel()
        await asyncio.wait([task])
    print((seen, wire.events))


wire = Wire()
report_to(wire)
asyncio.run(main())
