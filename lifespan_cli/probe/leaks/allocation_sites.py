"""Which line opened, started or created what may be left over: noted while the lifespan runs, forgotten afterwards.

By audit hook (PEP 578), which sees files, connections and processes of Python code without replacing anything that the
application finds; and by a task factory, which asyncio and uvloop both ask.
"""

import sys
from os import fsdecode
from os import path as _path

from lifespan_cli.probe.sampler.frames import is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Calls = tuple[tuple[str, str, int], ...]

MOST_ORIGINS = 5_000
MOST_CALLS = 25
MODULES = (".py", ".pyc", ".so")
SQLITE = ("-wal", "-shm", "-journal")
"""What SQLite opens beside a database."""


def calls_here(skip: int = 1) -> "Calls":
    """The present stack, innermost call first, without the probe's own frames."""
    calls: list[tuple[str, str, int]] = []
    frame = sys._getframe(skip)
    while frame is not None and len(calls) < MOST_CALLS:
        if not is_ours(frame):
            code = frame.f_code
            calls.append((getattr(code, "co_qualname", code.co_name), code.co_filename, frame.f_lineno or 0))
        frame = frame.f_back  # type: ignore[assignment]  # None ends the loop
    return tuple(calls)


class Origins:
    """Keeps the stack of every opening and starting, under a key by which the thing is found again at the end."""

    def __init__(self) -> None:
        self._active = False
        self._calls: dict[object, Calls] = {}
        self._tasks: Any = {}
        self._keys: dict[str, Callable[[Any], object]] = {
            "open": lambda arguments: _file(arguments[0]),
            "sqlite3.connect": lambda arguments: _file(arguments[0]),
            "socket.connect": lambda arguments: ("socket", arguments[0].fileno()),
            "socket.bind": lambda arguments: ("socket", arguments[0].fileno()),
            "subprocess.Popen": lambda arguments: ("process", _command(arguments[1])),
            "os.posix_spawn": lambda arguments: ("process", _command(arguments[1])),
            "os.fork": lambda _: "fork",
        }

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

    def _heed(self, event: str, arguments: "tuple[Any, ...]") -> None:
        if self._active and event in self._keys and len(self._calls) < MOST_ORIGINS:
            try:
                key = self._keys[event](arguments)
                if key is not None:
                    self._calls[key] = calls_here(2)
            except Exception:  # whatever it is, it must not come out of what the application does
                return

    # each answers with the calls that led to it, innermost first; none where they are not known

    def of_file(self, path: str) -> "Calls":
        """A file, by the path that the system tells."""
        path = path.removesuffix(" (deleted)")
        names = {path, *(path[: -len(end)] for end in SQLITE if path.endswith(end))}
        known = [key for key in self._calls if isinstance(key, tuple) and key[0] == "file"]
        return next((self._calls[key] for key in known if key[1] in names or _path.realpath(key[1]) in names), ())

    def of_socket(self, descriptor: int) -> "Calls":
        """A socket that was connected or bound."""
        return self._calls.get(("socket", descriptor), ())

    def of_process(self, command: str) -> "Calls":
        """A child process, by its command line; one that is a copy of ours was forked."""
        return self._calls.get(("process", command)) or self._calls.get("fork", ())

    def of_object(self, source: "Any") -> "Calls":
        """What is unclosed: a file, a socket, a transport, a child process."""
        try:
            source = getattr(source, "_sock", source)
            if hasattr(source, "args"):
                return self._calls.get(("process", _command(source.args)), ())
            if hasattr(source, "getsockname"):
                return self.of_socket(source.fileno())
            return self.of_file(_path.abspath(source.name)) if isinstance(source.name, str) else ()
        except Exception:
            return ()

    def of_task(self, task: "Any") -> "Calls":
        """A task of asyncio's."""
        found: Calls = self._tasks.get(task, ())
        return found

    @property
    def tasks(self) -> "list[Any]":
        """The tasks that were created and are still there."""
        return list(self._tasks)

    def follow_tasks(self, loop: "Any") -> None:
        """Note where each task of an asyncio loop is created. A factory that the application sets replaces this one."""
        import asyncio
        from weakref import WeakKeyDictionary

        tasks = self._tasks = WeakKeyDictionary()
        inner = loop.get_task_factory()

        def factory(loop: "Any", coroutine: "Any", **options: "Any") -> "Any":
            task = asyncio.Task(coroutine, loop=loop, **options) if inner is None else inner(loop, coroutine, **options)
            if self._active and len(tasks) < MOST_ORIGINS:
                tasks[task] = calls_here(2)
            return task

        loop.set_task_factory(factory)


def _file(path: "Any") -> "tuple[str, str] | None":
    """The key of a file that may be left open; modules are not, and there are thousands of them."""
    if isinstance(path, bytes):
        path = fsdecode(path)
    if not isinstance(path, str) or path.endswith(MODULES):
        return None
    return "file", _path.abspath(path)


def _command(arguments: "Any") -> str:
    """A command line as the system tells it."""
    if isinstance(arguments, (str, bytes)) or not isinstance(arguments, (list, tuple)):
        arguments = [arguments]
    return " ".join(one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in arguments)
