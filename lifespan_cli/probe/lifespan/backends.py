"""asyncio, uvloop and trio, each as what the driver needs of an event loop.

They are imported as a server imports them, before the application could do anything to that.

The loop is made as uvicorn makes it: by `asyncio.Runner` where there is one, from a loop factory, so that the driver's
task is Task-1 and the lifespan's is Task-2. No timer and no wait makes a task.
"""

import sys

from lifespan_cli.probe.loading.server_imports import server_imports, standard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator
    from typing import Any, Protocol

    Steps = Generator[float, None, None]

    class Event(Protocol):
        """What asyncio and trio both call so."""

        def set(self) -> Any:
            """Let everyone go on who waits."""

        async def wait(self) -> Any:
            """Wait until it is set."""

    class Task(Protocol):
        """A task that a loop has started."""

        done: bool
        task: Any

        def cancel(self) -> Any:
            """Cancel it, once."""

    class Loop(Protocol):
        """An event loop, and what the driver asks of it."""

        def run(self, steps: Steps) -> None:
            """Run the steps to their end; between two of them wait as long as they say, or until something happens."""

        def close(self) -> None:
            """Cancel what is left and close the loop."""

        def wake(self) -> None:
            """Something happened: let the steps go on. In the loop's own thread."""

        def call_from_thread(self, function: Callable[[], None]) -> None:
            """Have the loop's thread call it; from another thread, or from a signal handler."""

        def start(self, function: Callable[[], Awaitable[None]]) -> Task:
            """Run an asynchronous function in a task of its own."""

        def event(self) -> Event:
            """A new event, which is not set."""

        def now_s(self) -> float:
            """The loop's own clock."""


FOREVER_S = float("inf")
MOST_CANCELLATIONS = 1000
"""How often an application may cancel the driver's task, which goes on in another one each time."""


class AsyncioLoop:
    """asyncio's own loop, or uvloop's."""

    def __init__(self, factory: "Callable[[], Any]") -> None:
        self._asyncio = asyncio = standard("asyncio")
        self._runner: Any = (
            asyncio.Runner(loop_factory=factory) if sys.version_info >= (3, 11) else RunnerOfPython310(factory)
        )
        self._loop: Any = self._runner.get_loop()  # made here, by the import system of a server
        self._tasks: list[AsyncioTask] = []
        self._progress = asyncio.Event()

    def run(self, steps: "Steps") -> None:
        """Run the steps. An application that cancels every task but its own ends one of ours, not the steps."""
        for _ in range(MOST_CANCELLATIONS):
            try:
                self._runner.run(self._go_through(steps))
            except self._asyncio.CancelledError:
                continue
            return
        raise RuntimeError("the application keeps cancelling the task of the server")

    async def _go_through(self, steps: "Steps") -> None:
        self._loop = self._asyncio.get_running_loop()
        while True:
            self._progress.clear()
            seconds = next(steps, None)
            if seconds is None:
                return
            timer = None if seconds == FOREVER_S else self._loop.call_later(seconds, self._progress.set)
            try:
                await self._progress.wait()
            finally:
                if timer is not None:
                    timer.cancel()

    def close(self) -> None:
        """Close it as `asyncio.run` does, but without cancelling twice what ignores that it was cancelled."""
        stubborn = [one.task for one in self._tasks if one.cancelled and not one.done]
        if stubborn and not self._loop.is_closed():
            left = self._asyncio.all_tasks(self._loop)
            for task in left.difference(stubborn):
                task.cancel()
            self._loop.run_until_complete(self._asyncio.gather(*left, return_exceptions=True))
        self._tasks = []
        self._runner.close()

    def wake(self) -> None:
        """Let the steps go on."""
        self._progress.set()

    def call_from_thread(self, function: "Callable[[], None]") -> None:
        """Have the loop's thread call it."""
        self._loop.call_soon_threadsafe(function)

    def start(self, function: "Callable[[], Awaitable[None]]") -> "AsyncioTask":
        """Run it in a task of its own."""
        task = AsyncioTask(self)
        self._tasks.append(task)
        task.task = self._loop.create_task(task.run(function))
        return task

    def event(self) -> "Event":
        """A new event."""
        event: Event = self._asyncio.Event()
        return event

    def now_s(self) -> float:
        """The loop's own clock."""
        now_s: float = self._loop.time()
        return now_s


class AsyncioTask:
    """A task of asyncio, and whether it was cancelled by us."""

    def __init__(self, loop: AsyncioLoop) -> None:
        self.done = self.cancelled = False
        self.task: Any = None
        self._loop = loop

    async def run(self, function: "Callable[[], Awaitable[None]]") -> None:
        """What the task does."""
        try:
            await function()
        finally:
            self.done = True
            self._loop.wake()

    def cancel(self) -> None:
        """Cancel it."""
        self.cancelled = True
        self.task.cancel()


class RunnerOfPython310:
    """What `asyncio.Runner` is from 3.11 on, as uvicorn has it for 3.10."""

    def __init__(self, factory: "Callable[[], Any]") -> None:
        self._loop = factory()

    def get_loop(self) -> "Any":
        """The event loop."""
        return self._loop

    def run(self, coroutine: "Any") -> None:
        """Run it to its end."""
        self._loop.run_until_complete(coroutine)

    def close(self) -> None:
        """Cancel what is left, and close the loop."""
        asyncio = standard("asyncio")
        loop = self._loop
        if loop.is_closed():
            return
        try:
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            loop.run_until_complete(_gather(left))
            for task in left:
                if not task.cancelled() and task.exception() is not None:
                    message = "unhandled exception during asyncio.run() shutdown"
                    loop.call_exception_handler({"message": message, "exception": task.exception(), "task": task})
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()


async def _gather(tasks: "set[Any]") -> None:
    await standard("asyncio").gather(*tasks, return_exceptions=True)


class TrioLoop:
    """trio's."""

    def __init__(self, trio: "Any") -> None:
        self._trio = trio
        self._nursery: Any = None
        self._token: Any = None
        self._progress: Any = trio.Event()

    def run(self, steps: "Steps") -> None:
        """Run the steps, and cancel what is left after them."""
        self._trio.run(self._main, steps)

    async def _main(self, steps: "Steps") -> None:
        self._token = self._trio.lowlevel.current_trio_token()
        async with self._trio.open_nursery() as nursery:
            self._nursery = nursery
            while True:
                self._progress = self._trio.Event()
                seconds = next(steps, None)
                if seconds is None:
                    break
                with self._trio.move_on_after(seconds):
                    await self._progress.wait()
            nursery.cancel_scope.cancel()

    def close(self) -> None:
        """`trio.run` has done that."""

    def wake(self) -> None:
        """Let the steps go on."""
        self._progress.set()

    def call_from_thread(self, function: "Callable[[], None]") -> None:
        """Have the loop's thread call it."""
        self._token.run_sync_soon(function)

    def start(self, function: "Callable[[], Awaitable[None]]") -> "TrioTask":
        """Run it in a task of its own."""
        task = TrioTask(self, self._trio.CancelScope())
        self._nursery.start_soon(task.run, function, name="lifespan")
        return task

    def event(self) -> "Event":
        """A new event."""
        event: Event = self._trio.Event()
        return event

    def now_s(self) -> float:
        """The loop's own clock."""
        now_s: float = self._trio.current_time()
        return now_s


class TrioTask:
    """A task of trio in a cancel scope of its own."""

    def __init__(self, loop: TrioLoop, scope: "Any") -> None:
        self.done = False
        self.task: Any = None
        self.cancel: Callable[[], None] = scope.cancel
        self._loop = loop
        self._scope = scope

    async def run(self, function: "Callable[[], Awaitable[None]]") -> None:
        """What the task does."""
        try:
            with self._scope:
                await function()
        finally:
            self.done = True
            self._loop.wake()


def open_loop(backend: str) -> "Loop":
    """A new event loop of that kind, by the import system of a server. Raises ImportError where it is not installed."""
    with server_imports:
        if backend == "asyncio":
            return AsyncioLoop(standard("asyncio").SelectorEventLoop)
        module = __import__(backend)
        return TrioLoop(module) if backend == "trio" else AsyncioLoop(module.new_event_loop)
