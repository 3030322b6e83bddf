"""Which line opened, started or created what may be left over: noted while the lifespan runs, forgotten afterwards.

By audit hook (PEP 578), which sees files, connections, threads and processes of Python code without replacing anything
that the application finds; and by a task factory, which asyncio and uvloop both ask.
"""

import sys

from lifespan_cli.probe.machinery import is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Calls = tuple[tuple[str, str, int], ...]

MOST_ORIGINS = 5_000
MOST_CALLS = 25
THREAD_EVENTS = ("_thread.start_new_thread", "_thread.start_joinable_thread")


def calls_here(skip: int = 1) -> "Calls":
    """The present stack, innermost call first, without the probe's own frames."""
    calls: list[tuple[str, str, int]] = []
    frame = sys._getframe(skip)
    while frame is not None and len(calls) < MOST_CALLS:
        if not is_ours(frame):
            code = frame.f_code
            calls.append((getattr(code, "co_qualname", code.co_name), code.co_filename, frame.f_lineno or 0))
        frame = frame.f_back  # type: ignore[assignment]
    return tuple(calls)


class Origins:
    """Keeps the stack of every opening and starting, under a key by which the thing is found again at the end."""

    def __init__(self) -> None:
        self._active = False
        self._calls: dict[object, Calls] = {}
        self._tasks: Any = None

    def begin(self) -> None:
        """From now on origins are noted."""
        self._active = True
        try:
            sys.addaudithook(self._heed)
        except Exception:  # a hook of the application's forbids others
            self._active = False

    def end(self) -> None:
        """Note nothing any more; a hook cannot be taken back, but it can do nothing."""
        self._active = False

    def of(self, key: object) -> "Calls":
        """The calls that led to it, innermost first; none where they are not known."""
        return self._calls.get(key, ())

    def of_task(self, task: "Any") -> "Calls":
        """The calls that created a task."""
        found: Calls = self._tasks.get(task, ()) if self._tasks is not None else ()
        return found

    def _heed(self, event: str, arguments: "tuple[Any, ...]") -> None:
        if not self._active:
            return
        if event == "open":
            if isinstance(arguments[0], str):
                self._note(("file", arguments[0]))
        elif event == "socket.connect" or event == "socket.bind":
            self._note(("socket", arguments[0].fileno()))
        elif event in THREAD_EVENTS:
            self._note(("thread", id(getattr(arguments[0], "__self__", None))))
        elif event == "subprocess.Popen":
            self._note(("process", " ".join(map(str, arguments[1])) if isinstance(arguments[1], (list, tuple)) else ""))

    def _note(self, key: object) -> None:
        if len(self._calls) < MOST_ORIGINS:
            self._calls[key] = calls_here(3)

    def follow_tasks(self, loop: "Any") -> None:
        """Note where each task of an asyncio loop is created. A factory that the application sets replaces this one."""
        import asyncio
        from weakref import WeakKeyDictionary

        tasks: Any = WeakKeyDictionary()
        self._tasks = tasks
        inner = loop.get_task_factory()

        def factory(loop: "Any", coroutine: "Any", **options: "Any") -> "Any":
            task = asyncio.Task(coroutine, loop=loop, **options) if inner is None else inner(loop, coroutine, **options)
            if self._active and len(tasks) < MOST_ORIGINS:
                tasks[task] = calls_here(2)
            return task

        loop.set_task_factory(factory)
