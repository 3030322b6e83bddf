"""The interpreter's frames and threads, and what a bare one has of functools and weakref without loading them.

`sys._getframe` and `sys._current_frames` are documented, as CPython's alone.
"""

import sys
from _functools import partial  # type: ignore[import-not-found]  # what functools has it from
from _operator import itemgetter
from _thread import get_ident
from _weakref import ref

from lifespan_cli.probe.internals import LINES, NEWEST, OTHER_ARGUMENTS, Internal, module
from lifespan_cli.probe.loading.server_imports import standard_if_loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

__all__ = [
    "current_frames",
    "forget_thread",
    "frame_above",
    "getframe",
    "itemgetter",
    "marks",
    "marks_of_inspect",
    "partial",
    "ref",
    "thread_names",
]

getframe = sys._getframe
"""The frame so many calls up: 0 is the caller's own."""


def _test_getframe() -> str:
    return "" if getframe(0).f_code is _test_getframe.__code__ else "returns another frame"


GETFRAME = Internal("sys._getframe", "who imports, opens and starts what", test=_test_getframe)


def current_frames() -> "dict[int, FrameType]":
    """The innermost frame of every thread by its identity; none where this Python, or an audit hook, does not tell."""
    if not CURRENT_FRAMES.works():
        return {}
    try:
        return sys._current_frames()
    except Exception as error:
        CURRENT_FRAMES.refused(error)
        return {}


def frame_above(depth: int) -> "FrameType | None":
    """The frame so many calls above the caller's; None where an audit hook of the application's forbids to look."""
    if not GETFRAME.works():
        return None
    try:
        return getframe(depth + 1)
    except Exception as error:
        GETFRAME.refused(error)
        return None


def _test_current_frames() -> str:
    return "" if sys._current_frames()[get_ident()] is getframe(0) else "returns other frames"


CURRENT_FRAMES = Internal("sys._current_frames", LINES, test=_test_current_frames)


def _test_ref() -> str:
    return "" if ref(_test_ref)() is _test_ref else "refers to something else"


REF = Internal("_weakref.ref", LINES, test=_test_ref)


def _test_functions() -> str:
    return "" if (partial(int, "7")(), itemgetter(1)("ab")) == (int("7"), "b") else OTHER_ARGUMENTS


FUNCTIONS = Internal("_functools.partial or _operator.itemgetter", LINES, test=_test_functions)


def _test_threads() -> str:
    threading = standard_if_loaded("threading")
    return "" if threading._active[threading.main_thread().ident].name else "holds other values"


THREADS = Internal("threading._active", "the names of threads", test=_test_threads)


def thread_names() -> "dict[int, str]":
    """The names of the threads that threading knows, by identity. Without its lock, which a thread that hangs may hold.

    None before it is loaded.
    """
    threading = module("threading")
    if threading is None or not THREADS.works():
        return {}
    return {ident: str(thread.name) for ident, thread in threading._active.copy().items()}


def joins_threads(function: str, path: str) -> bool:
    """It is threading's part in the interpreter's end, which waits for threads."""
    return function == "_shutdown" and path.endswith("/threading.py")


def joined_at_exit() -> "dict[int, str]":
    """The names of the threads, the main one among them, whose end the interpreter's own waits for, by identity."""
    threading = module("threading")
    if threading is None or not THREADS.works():
        return {}
    return {ident: str(one.name) for ident, one in threading._active.copy().items() if not one.daemon}


def forget_thread(ident: int) -> None:
    """Have threading not know the thread of that identity."""
    threading = module("threading")
    if threading is not None and THREADS.works():
        threading._active.pop(ident, None)


def _test_mark() -> str:
    def function() -> None:
        pass

    standard_if_loaded("inspect").markcoroutinefunction(function)
    return "" if hasattr(function, "_is_coroutine_marker") else "does not exist"


MARK = Internal(
    "inspect._is_coroutine_marker", "marks of coroutine functions", versions=((3, 12), NEWEST), test=_test_mark
)


def marks_of_inspect() -> "tuple[str, ...]":
    """The attribute by which inspect marks a function whose calls give coroutines; none before it is loaded."""
    return ("_is_coroutine_marker",) if module("inspect") and MARK.works() else ()


def marks() -> "tuple[str, ...]":
    """That attribute, and the one that asyncio had for it, which asgiref sets too."""
    return (*marks_of_inspect(), "_is_coroutine")
