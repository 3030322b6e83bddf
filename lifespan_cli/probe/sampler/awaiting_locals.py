"""Where the libraries' frames keep what is waited for in them, and what the threads have that work for it.

A way leads from a frame's local variable on from attribute to attribute.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import TypeVar

    Way = tuple[str, ...]
    Ways = TypeVar("Ways")

# (function, end of the path) → the ways to what the frame waits for
_HOLDERS: "dict[tuple[str, str], tuple[Way, ...]]" = {
    ("__aexit__", "/asyncio/taskgroups.py"): (("self", "_tasks"),),
    ("__aexit__", "/anyio/_backends/_asyncio.py"): (("self", "_tasks"),),
    ("start", "/anyio/_backends/_asyncio.py"): (("handle",), ("task",)),
    ("wait", "/anyio/_core/_tasks.py"): (("self",),),
    ("_wait", "/asyncio/tasks.py"): (("fs",),),
    ("_wait_for_one", "/asyncio/tasks.py"): (("todo",), ("self", "_todo")),
    ("wait_for", "/asyncio/tasks.py"): (("fut",),),
    ("_nested_child_finished", "/trio/_core/_run.py"): (("self", "_children"),),
}
# → the way, from the frame of a thread that works, to what the frame that waits for it has, too
_WORKERS: "dict[tuple[str, str], Way]" = {
    ("run", "/concurrent/futures/thread.py"): ("self", "future"),
    ("run", "/anyio/_backends/_asyncio.py"): ("future",),
    ("worker_fn", "/trio/_threads.py"): ("task_register",),
}
# → the way to that from the frame that waits; of no steps where it is the future that is awaited there
_HANDS: "dict[tuple[str, str], Way]" = {
    ("run_sync_in_worker_thread", "/anyio/_backends/_asyncio.py"): (),
    ("to_thread_run_sync", "/trio/_threads.py"): ("task_register",),
}
_NAMES = frozenset(name for table in (_HOLDERS, _WORKERS, _HANDS) for name, _ in table)


def held_by(code: "CodeType") -> "tuple[Way, ...] | None":
    """The ways to what a frame of this code waits for: tasks and futures, one or a container of them."""
    return _found(code, _HOLDERS)


def works(code: "CodeType") -> "Way | None":
    """In a thread that works for a coroutine: the way to what tells for which."""
    return _found(code, _WORKERS)


def hands_over(code: "CodeType") -> "Way | None":
    """In a coroutine that waits for a thread's work: the way to what tells in which; empty for the awaited future."""
    return _found(code, _HANDS)


def _found(code: "CodeType", table: "dict[tuple[str, str], Ways]") -> "Ways | None":
    name, path = code.co_name, code.co_filename
    if name not in _NAMES:
        return None
    return next((way for (known, end), way in table.items() if name == known and path.endswith(end)), None)
