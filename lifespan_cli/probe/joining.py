"""What an awaitable without a frame stands for: the tasks, and the work in threads, that somebody waits for there.

Found in what the libraries keep: a task's coroutine, gather's children, the tasks of the task groups in asyncio, anyio
and trio, what `asyncio.wait` and `wait_for` hold in their locals, what `shield` and `wrap_future` hold in closures.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType
    from typing import Any

MOST_JOINED = 64
LOOKED_BACK = 4
"""How many frames above the innermost one may hold what is waited for."""

# Where a library's frame keeps what it waits for: (function, end of the path) → names to follow from its locals.
HOLDERS = {
    ("__aexit__", "asyncio/taskgroups.py"): ("self", "_tasks"),
    ("__aexit__", "anyio/_backends/_asyncio.py"): ("self", "_tasks"),
    ("_wait", "asyncio/tasks.py"): ("fs",),
    ("wait_for", "asyncio/tasks.py"): ("fut",),
    ("_nested_child_finished", "trio/_core/_run.py"): ("self", "_children"),
}


def joined(frames: "list[FrameType]", leaf: "Any") -> "list[Any]":
    """The futures and tasks that are waited for in the innermost of `frames`, or that `leaf` stands for."""
    for frame in reversed(frames[-LOOKED_BACK:]):
        names = HOLDERS.get((frame.f_code.co_name, _tail(frame.f_code.co_filename)))
        if names:
            held = _follow(frame, names)
            return _pending(held if isinstance(held, (set, list, tuple, frozenset)) else [held])
    if leaf is None:
        return []
    gathered = getattr(leaf, "_children", None)
    if isinstance(gathered, (list, tuple)):
        return _pending(gathered)
    if hasattr(leaf, "get_coro"):
        return [leaf]
    return _pending(_sources(leaf))


def _tail(path: str) -> str:
    parts = path.rsplit("/", 3)
    wide = "/".join(parts[-3:])
    return wide if wide.startswith(("anyio/", "trio/")) else "/".join(parts[-2:])


def _follow(frame: "FrameType", names: "tuple[str, ...]") -> "Any":
    value = frame.f_locals.get(names[0])
    for name in names[1:]:
        value = getattr(value, name, None)
    return value


def _pending(items: "Iterable[Any]") -> "list[Any]":
    """Those that are not done: of very many the first and the last, since the last to finish is what delays."""
    waiting = [item for item in items if item is not None and not _done(item)]
    if len(waiting) > MOST_JOINED:
        half = MOST_JOINED // 2
        waiting[half:-half] = []
    return waiting


def _done(item: "Any") -> bool:
    done = getattr(item, "done", None)
    return bool(done()) if callable(done) else False


def _sources(future: "Any") -> "list[Any]":
    """The futures whose end sets this one: shield's inner one, the executor's behind `wrap_future`."""
    found: list[Any] = []
    for entry in getattr(future, "_callbacks", None) or ():
        callback = entry[0] if isinstance(entry, tuple) else entry
        for cell in getattr(callback, "__closure__", None) or ():
            try:
                value = cell.cell_contents
            except ValueError:
                continue
            if value is not future and hasattr(value, "add_done_callback"):
                found.append(value)
    return found


def coroutine_of(item: "Any") -> "Any":
    """The coroutine that a task of asyncio or trio runs, or None."""
    get_coroutine = getattr(item, "get_coro", None)
    if callable(get_coroutine):
        return get_coroutine()
    return getattr(item, "coro", None)


def name_of(item: "Any") -> str:
    """A task's name."""
    get_name = getattr(item, "get_name", None)
    name = get_name() if callable(get_name) else getattr(item, "name", "")
    return str(name)


def working_thread(frames: "list[FrameType]", leaf: "Any", threads: "dict[int, FrameType]") -> "int | None":
    """The thread that does the work waited for: executor's, anyio's or trio's worker; None where none is found.

    Exact where the worker holds the very future; where it does not (trio), the only busy worker is taken.
    """
    leaves = [leaf, *_sources(leaf)]
    guesses = []
    for ident, frame in threads.items():
        held = _held_by_worker(frame)
        if held is None:
            continue
        if any(held is one for one in leaves):
            return ident
        if held is GUESS:
            guesses.append(ident)
    waits_for_trio = any(frame.f_code.co_name == "to_thread_run_sync" for frame in frames[-LOOKED_BACK:])
    return guesses[0] if len(guesses) == 1 and waits_for_trio else None


GUESS = object()


def _held_by_worker(frame: "FrameType | None") -> "Any":
    """The future that a busy worker will set; GUESS for a worker of trio's, which holds none."""
    while frame is not None:
        name, path = frame.f_code.co_name, frame.f_code.co_filename
        if name == "run" and path.endswith("concurrent/futures/thread.py"):
            return getattr(frame.f_locals.get("self"), "future", None)
        if name == "run" and path.endswith("anyio/_backends/_asyncio.py"):
            return frame.f_locals.get("future")
        if name == "_handle_job" and path.endswith("trio/_core/_thread_cache.py"):
            return GUESS
        frame = frame.f_back
    return None


def thread_name(ident: int) -> str:
    """The name of a thread that threading knows."""
    threading = sys.modules.get("threading")
    active: dict[int, Any] = getattr(threading, "_active", {})
    return str(getattr(active.get(ident), "name", "a thread"))
