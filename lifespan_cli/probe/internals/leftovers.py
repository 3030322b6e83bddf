"""What threads, processes, log handlers, tasks and warnings keep of themselves, for those who look for what is left.

Each is tested on the classes of its module, which the application or the probe has loaded by then.
"""

import sys

from lifespan_cli.probe.internals import MISSING, OTHER_ARGUMENTS, TASK_EXCEPTIONS, WARNINGS, Internal, module
from lifespan_cli.probe.internals.awaiting import Way
from lifespan_cli.probe.internals.interpreter import getframe
from lifespan_cli.probe.loading.server_imports import standard_if_loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType
    from typing import Any

_DEEPEST_START = 20
_POOL_FILE = "/concurrent/futures/thread.py"


def _assigned(owner: str, function: str, *names: str) -> "Callable[[], str]":
    """A self-test: this function of the module's assigns attributes of these names."""

    def test() -> str:
        found: Any = sys.modules[owner]
        for part in function.split("."):
            found = getattr(found, part)
        return "" if set(names) <= set(found.__code__.co_names) else MISSING

    return test


THREAD = Internal(
    "threading.Thread._target", "what threads run", test=_assigned("threading", "Thread.__init__", "_target", "_args")
)


def module_of(thread: "Any") -> str:
    """Where the code of a thread is from: the module of its function, else of its class."""
    target = getattr(thread, "_target", None) if THREAD.works() else None
    return str(getattr(target, "__module__", None) or type(thread).__module__)


POOL = Internal(
    "concurrent.futures.ThreadPoolExecutor._adjust_thread_count",
    "which pool a thread belongs to",
    test=_assigned("concurrent.futures.thread", "ThreadPoolExecutor._adjust_thread_count", "ref", "Thread"),
)
"""It gives its threads a weak reference to the pool, first."""


def pool_of(thread: "Any") -> "Any":
    """The pool whose worker a thread is; None for any other, and when the pool is gone."""
    if module_of(thread) != "concurrent.futures.thread" or not POOL.works() or not getattr(thread, "_args", ()):
        return None
    return thread._args[0]()


IDLE = Way("concurrent.futures.thread._worker", "which threads are idle", ("_worker", _POOL_FILE), ("work_queue",))


def is_idle(frame: "FrameType | None") -> bool:
    """The innermost frame is of a pool's worker that waits for work."""
    return frame is not None and IDLE.fits(frame.f_code)


HANDLERS = Internal(
    "logging._handlerList",
    "which files are of loggers",
    test=lambda: "" if type(standard_if_loaded("logging")._handlerList) is list else "holds other values",
)


def log_handlers() -> "Iterator[Any]":
    """The handlers of logging that are still there."""
    logging = module("logging")
    if logging is not None and HANDLERS.works():
        yield from filter(None, (reference() for reference in list(logging._handlerList)))


PROCESS = Internal(
    "multiprocessing.process.BaseProcess._identity",
    "the names of multiprocessing's processes",
    test=_assigned(
        "multiprocessing.process", "BaseProcess.__init__", "_identity", "_parent_pid", "_popen", "_name", "_target"
    ),
)
CHILDREN = Internal(
    "multiprocessing.process._children",
    "the names of multiprocessing's processes",
    test=lambda: "" if type(standard_if_loaded("multiprocessing.process")._children) is set else "holds other values",
)


def processes() -> "Iterator[tuple[int, int, str, object]]":
    """The processes that multiprocessing has started and not yet joined: `(pid, parent's pid, name, identity)`."""
    multiprocessing = module("multiprocessing.process")
    if multiprocessing is None or not (CHILDREN.works() and PROCESS.works()):
        return
    for process in list(multiprocessing._children):
        pid = getattr(process._popen, "pid", None)
        if isinstance(pid, int):
            yield pid, process._parent_pid, process._name, process._identity


START = Way(
    "multiprocessing's Popen._launch",
    "where multiprocessing's processes are started",
    ("Popen._launch", ".py"),
    ("process_obj",),
)


def starting_process(skip: int) -> "tuple[object, str] | None":
    """The identity and the function's name of the multiprocessing.Process that the present thread is starting.

    `skip` frames are left out at the stack's end.
    """
    if module("multiprocessing.process") is None or not PROCESS.works():
        return None
    frame: FrameType | None = getframe(skip + 1)
    for _ in range(_DEEPEST_START):
        if frame is None:
            return None
        if "multiprocessing" in frame.f_code.co_filename and START.fits(frame.f_code):
            process: Any = START.follow(frame)
            return process._identity, str(getattr(process._target, "__qualname__", ""))
        frame = frame.f_back
    return None


TRANSPORT = Internal(
    "asyncio's _SelectorTransport._sock",
    "where unclosed connections are opened",
    test=lambda: _assigned("asyncio.selector_events", "_SelectorTransport.__init__", "_sock")(),
)


def socket_of(source: "Any") -> "Any":
    """The socket of an asyncio transport; any other object itself."""
    selector_events = module("asyncio.selector_events")
    if selector_events is None or not TRANSPORT.works() or not isinstance(source, selector_events._SelectorTransport):
        return source
    return source._sock


TASK = Internal(
    "asyncio.Task._log_traceback",
    TASK_EXCEPTIONS,
    test=lambda: "" if {"_log_traceback", "_exception"} <= set(dir(standard_if_loaded("asyncio").Task)) else MISSING,
)


def unretrieved(task: "Any") -> "BaseException | None":
    """The exception of a finished task of asyncio's that nobody has retrieved. Asking the task would retrieve it."""
    if not TASK.works() or not issubclass(type(task), standard_if_loaded("asyncio").Task):
        return None
    failed = task.done() and not task.cancelled() and task._log_traceback
    error: BaseException | None = task._exception if failed else None
    return error


def exception_of(task: "Any") -> "BaseException | None":
    """The exception of a finished task of asyncio's, without retrieving it."""
    error: BaseException | None = task._exception if TASK.works() and task.done() and not task.cancelled() else None
    return error


def _test_show() -> str:
    code = standard_if_loaded("warnings")._showwarnmsg.__code__
    return "" if (code.co_argcount, code.co_kwonlyargcount) == (1, 0) else OTHER_ARGUMENTS


SHOW_WARNING = Internal(
    "warnings._showwarnmsg",
    WARNINGS,
    test=_test_show,
    owner=lambda: standard_if_loaded("warnings"),
)
"""What C and Python call to show a warning, a `warnings.WarningMessage`; looked up at each call."""
