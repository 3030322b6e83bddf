"""Where asyncio, anyio and trio keep what is waited for, and what the threads have that work for it.

No call of theirs tells what a task waits for. It stands in the locals of their frames, in the closures of callbacks, in
attributes of their futures, and behind the opaque objects that drive async generators. Each of these is tested when it
is met for the first time: the frame's code has the variable, the object has the attribute.
"""

from gc import get_referents

from lifespan_cli.probe.internals import MISSING, NEWEST, OLDEST, Internal
from lifespan_cli.probe.internals.interpreter import getframe
from lifespan_cli.probe.loading.server_imports import standard_if_loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType, FrameType
    from typing import Any

    from lifespan_cli.probe.internals import Version


class Way(Internal):
    """From a variable of a function of a library's to what is waited for there, from attribute to attribute.

    `function` and `path` tell the function: the end of its qualified name, and that of its file's path. `ways` are the
    alternatives that the versions of the library have; the first one that the function has is taken.
    """

    __slots__ = ("_name", "_way", "function", "path", "ways")

    def __init__(
        self,
        name: str,
        measurement: str,
        place: "tuple[str, str]",
        *ways: "tuple[str, ...]",
        versions: "tuple[Version, Version]" = (OLDEST, NEWEST),
        library: str = "Python",
    ) -> None:
        super().__init__(name, measurement, versions, library=library)
        self.function, self.path = place
        self._name = self.function.rpartition(".")[2]
        self.ways = ways or ((),)
        self._way: tuple[str, ...] = ()

    def fits(self, code: "CodeType") -> bool:
        """The code is of this function, and has what leads on from it."""
        if code.co_name != self._name or not code.co_filename.endswith(self.path):
            return False
        qualified = "." + getattr(code, "co_qualname", self.function)  # new in 3.11
        if not qualified.endswith("." + self.function) or not self.works():
            return False
        names = (*code.co_varnames, *code.co_freevars, *code.co_cellvars)
        found = next((way for way in self.ways if not way or way[0] in names), None)
        if found is None:
            self.fail(MISSING)
            return False
        self._way = found
        return True

    def follow(self, frame: "FrameType", awaited: "Any" = None) -> "Any":
        """What is waited for in a frame of this function, without a way what is awaited there; None for nothing."""
        return self._lead(local(frame, self._way[0])) if self._way else awaited

    def within(self, callback: "Any") -> "Any":
        """The same of a function that is not called yet, by its closure."""
        for name, cell in zip(callback.__code__.co_freevars, callback.__closure__ or (), strict=True):
            if name == self._way[0]:
                return self._lead(cell.cell_contents)
        return None

    def _lead(self, value: "Any") -> "Any":
        for name in self._way[1:]:
            if value is None:
                break
            try:
                value = getattr(value, name)
            except AttributeError:
                self.fail(MISSING)
                return None
        return value


class QueueWay(Way):
    """Leads only to the queue that what is waited for is put into; `completing` leads on from there."""


def local(frame: "FrameType", name: str) -> "Any":
    """A local variable of a function's frame, or None.

    Before 3.13 asking for it leaves a copy of all of them in the frame, which would keep alive what the application is
    done with; but who debugs a frame may be at that copy.
    """
    copy = frame.f_locals
    value = copy.get(name)
    if type(copy) is dict and frame.f_trace is None:
        copy.clear()
    return value


FRAME, GENERATOR = type(getframe(0)), type(_ for _ in ())
_ANYIO, _TRIO = "/anyio/_backends/_asyncio.py", "/trio/_threads.py"
_GROUP = "the tasks that {} waits for"
_THREAD = "the work in threads that {} waits for"

HOLDERS = (
    Way(
        "asyncio.TaskGroup._tasks",
        _GROUP.format("asyncio.TaskGroup"),
        ("TaskGroup.__aexit__", "/asyncio/taskgroups.py"),
        ("self", "_tasks"),
        versions=((3, 11), NEWEST),
    ),
    Way("asyncio.wait's fs", _GROUP.format("asyncio.wait"), ("_wait", "/asyncio/tasks.py"), ("fs",)),
    Way(
        "asyncio.as_completed's _todo",
        _GROUP.format("asyncio.as_completed"),
        ("_AsCompletedIterator._wait_for_one", "/asyncio/tasks.py"),
        ("self", "_todo"),
        versions=((3, 13), NEWEST),
    ),
    QueueWay(
        "asyncio.as_completed's done",
        _GROUP.format("asyncio.as_completed"),
        ("as_completed.<locals>._wait_for_one", "/asyncio/tasks.py"),
        ("done",),
        versions=(OLDEST, (3, 12)),
    ),
    Way(
        "asyncio.wait_for's fut",
        _GROUP.format("asyncio.wait_for"),
        ("wait_for", "/asyncio/tasks.py"),
        ("fut",),
        versions=(OLDEST, (3, 11)),
    ),
    Way(
        "anyio.TaskGroup._tasks",
        _GROUP.format("anyio's task group"),
        ("TaskGroup.__aexit__", _ANYIO),
        ("self", "_tasks"),
        library="anyio",
    ),
    Way(
        "anyio.TaskGroup.start's task",
        _GROUP.format("anyio's TaskGroup.start"),
        ("TaskGroup.start", _ANYIO),
        ("handle",),
        ("task",),
        library="anyio",
    ),
    Way(
        "anyio.TaskHandle.wait's self",
        _GROUP.format("anyio's task handle"),
        ("TaskHandle.wait", "/anyio/_core/_tasks.py"),
        ("self",),
        library="anyio",
    ),
    Way(
        "trio.Nursery._children",
        _GROUP.format("trio's nursery"),
        ("Nursery._nested_child_finished", "/trio/_core/_run.py"),
        ("self", "_children"),
        library="trio",
    ),
)
"""Frames that wait for tasks or futures: the way to one of them, or to all."""

_COMPLETING = Way(
    "asyncio.as_completed's todo",
    _GROUP.format("asyncio.as_completed"),
    ("as_completed", "/asyncio/tasks.py"),
    ("todo",),
    versions=(OLDEST, (3, 12)),
)
DEEPEST_GENERATOR = 4
"""Iterators around the one that is looked for, as of a progress bar, with Python 3.10's frames between them."""


def completing(awaitables: "Iterable[Any]", queue: "Any") -> "Any":
    """The futures that will be put into that queue of `asyncio.as_completed`'s; None where they are not found.

    Only its generator has them, which the for statement of one of these awaitables goes through.
    """
    found, seen = [*awaitables], set[int]()
    for _ in range(DEEPEST_GENERATOR):
        inner = [one for owner in found for one in get_referents(owner) if type(one) in (GENERATOR, FRAME)]
        found = [one for one in inner if id(one) not in seen]
        seen.update(map(id, found))
        for one in found:
            frame = getattr(one, "gi_frame", None)
            if frame is not None and _COMPLETING.fits(frame.f_code) and local(frame, "done") is queue:
                return _COMPLETING.follow(frame)
    return None


WORKERS = (
    Way(
        "concurrent.futures' _WorkItem.future",
        _THREAD.format("asyncio.to_thread"),
        ("_WorkItem.run", "/concurrent/futures/thread.py"),
        ("self", "future"),
    ),
    Way(
        "anyio's WorkerThread.run's future",
        _THREAD.format("anyio.to_thread"),
        ("WorkerThread.run", _ANYIO),
        ("future",),
        library="anyio",
    ),
    Way(
        "trio's task_register",
        _THREAD.format("trio.to_thread"),
        ("to_thread_run_sync.<locals>.worker_fn", _TRIO),
        ("task_register",),
        library="trio",
    ),
)
"""Frames of threads that work for a coroutine: the way to what the frame that waits for one of them has, too."""

HANDS = (
    Way(
        "anyio.to_thread's future",
        _THREAD.format("anyio.to_thread"),
        ("run_sync_in_worker_thread", _ANYIO),
        library="anyio",
    ),
    Way(
        "trio.to_thread.run_sync's task_register",
        _THREAD.format("trio.to_thread"),
        ("to_thread_run_sync", _TRIO),
        ("task_register",),
        library="trio",
    ),
)
"""Frames that wait for the work of a thread: the way to what that has, too; without one it is the future awaited."""

SOURCES = (
    Way(
        "asyncio.shield's inner",
        _GROUP.format("asyncio.shield"),
        ("shield.<locals>._outer_done_callback", "/asyncio/tasks.py"),
        ("inner",),
    ),
    Way(
        "asyncio.wrap_future's source",
        _THREAD.format("asyncio.to_thread"),
        ("_chain_future.<locals>._call_check_cancel", "/asyncio/futures.py"),
        ("source",),
    ),
)
"""Callbacks of a future that another one ends: the way to that. What else their closures hold is not waited for."""


def way_of(code: "CodeType", ways: "Iterable[Way]") -> "Way | None":
    """The one of these ways that begins in functions of this code."""
    return next((way for way in ways if way.fits(code)), None)


class _Loop:
    """Stands for an event loop where a future is made to look at it."""

    def get_debug(self) -> bool:
        return False

    def call_soon(self, *_args: object, **_options: object) -> None:
        pass


def _test_callbacks() -> str:
    future = standard_if_loaded("asyncio").Future(loop=_Loop())
    future.add_done_callback(_test_callbacks)
    return "" if future._callbacks[0][0] is _test_callbacks else "holds other values"


CALLBACKS = Internal("asyncio.Future._callbacks", "what futures wait for", test=_test_callbacks)


def sources(future: "Any") -> "list[Any]":
    """The futures whose end sets this one: shield's inner one, the executor's behind `wrap_future`."""
    found: list[Any] = []
    for entry in (getattr(future, "_callbacks", None) or ()) if CALLBACKS.works() else ():
        callback = entry[0] if isinstance(entry, tuple) else None
        code = getattr(callback, "__code__", None)
        way = None if code is None else way_of(code, SOURCES)
        if way is not None:
            found.append(way.within(callback))
    return found


def _test_children() -> str:
    asyncio = standard_if_loaded("asyncio")
    loop = _Loop()
    child = asyncio.Future(loop=loop)
    return "" if asyncio.tasks._GatheringFuture([child], loop=loop)._children == [child] else "holds other values"


CHILDREN = Internal("asyncio.gather's _GatheringFuture._children", _GROUP.format("asyncio.gather"), test=_test_children)


def gathered(future: "Any") -> "list[Any] | None":
    """The futures that gather's future waits for; None for any other."""
    if type(future).__name__ != "_GatheringFuture" or not CHILDREN.works():
        return None
    children: list[Any] = future._children
    return children


_OPAQUE = frozenset(
    {"async_generator_asend", "async_generator_athrow", "anext_awaitable", "coroutine_wrapper", "FutureIter"}
)
"""What drives async generators, and what `anext`, async `for` and futures wrap around it."""


def _test_opaque() -> str:
    async def generate() -> "Any":
        yield

    async def nothing() -> None:
        pass

    generator, coroutine = generate(), nothing()
    step, throw, wrapper = generator.asend(None), generator.athrow(ValueError), coroutine.__await__()
    pairs = ((step, generator), (throw, generator), (wrapper, coroutine))
    known = all(is_opaque(one) and inner in get_referents(one) for one, inner in pairs)
    for one in (step, throw, coroutine):  # or Python complains that it was never awaited
        one.close()
    return "" if known else "does not refer to its generator"


OPAQUE = Internal("async_generator_asend", "what is awaited in async generators", test=_test_opaque)


def referents(awaitable: "Any") -> "list[Any]":
    """What an opaque awaitable refers to: what it drives is among them. Nothing for any other object."""
    return get_referents(awaitable) if is_opaque(awaitable) and OPAQUE.works() else []


def is_opaque(item: "Any") -> bool:
    """It drives something, and has no attribute that tells what."""
    return type(item).__name__ in _OPAQUE


OPAQUE.works()  # now: a loop that runs would take the test's generator for the application's, and make a task to end it
