"""Which line opened, started or created what may be left over: noted while the lifespan runs, forgotten afterwards.

By audit hook (PEP 578), which sees files, connections and processes of Python code without replacing anything that the
application finds; and where the event loop makes tasks.
"""

import sys
import time
from _thread import get_ident
from os import fsdecode
from os import path as _path
from time import clock_gettime_ns

from lifespan_cli.probe.internals.interpreter import getframe
from lifespan_cli.probe.internals.leftovers import socket_of, starting_process
from lifespan_cli.probe.leaks.processes import TICK_NS
from lifespan_cli.probe.sampler.frames import is_ours
from lifespan_cli.probe.wire import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from lifespan_cli.probe.code_events import CodeEvents
    from lifespan_cli.probe.leaks.processes import Child

    Calls = tuple[tuple[str, str, int], ...]

MOST_ORIGINS = 5_000
MOST_CALLS = 25
DEEPEST_START = 8
"""How many frames above the system's call that starts it a multiprocessing.Process is known at most."""
CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""The clock by which Linux tells when a process was started."""
NEAR_NS = 100_000_000
"""A process whose command is not the one that was started (a shell's, say) was started so shortly before at most."""
PROCESS_EVENTS = ("os.fork", "socket.connect", "open")
"""Of the start methods "fork", "forkserver" and "spawn"; the last opens the pipe to the new process."""
EVENTS = frozenset(
    [
        *("open", "sqlite3.connect", "socket.connect", "socket.bind"),
        *("subprocess.Popen", "os.posix_spawn", "os.fork", "os.forkpty"),
    ]
)
MODULES = (".py", ".pyc", ".so")
SQLITE = ("-wal", "-shm", "-journal")
"""What SQLite opens beside a database."""


def calls_here(skip: int = 1) -> "Calls":
    """The present stack, innermost call first, without the probe's own frames."""
    calls: list[tuple[str, str, int]] = []
    frame = getframe(skip)
    while frame is not None and len(calls) < MOST_CALLS:
        if not is_ours(frame):
            code = frame.f_code
            calls.append((getattr(code, "co_qualname", code.co_name), code.co_filename, frame.f_lineno or 0))
        frame = frame.f_back  # type: ignore[assignment]  # None ends the loop
    return tuple(calls)


class Origin:
    """One opening or starting."""

    __slots__ = ("at_ns", "calls", "runs", "thread")

    def __init__(self, calls: "Calls", runs: str = "") -> None:
        self.calls = calls
        """The stack that led to it, innermost call first."""
        self.runs = runs
        """Of a process, the function that it is to run."""
        self.thread = get_ident()
        self.at_ns = clock_gettime_ns(CLOCK)


NOWHERE = Origin(())


class Origins:
    """Keeps the stack of every opening and starting, under a key by which the thing is found again at the end."""

    def __init__(self) -> None:
        self._active = False
        self._known: dict[object, Origin] = {}
        self._starts: list[tuple[str, Origin]] = []
        self._tasks: Any = {}
        self._keys: dict[str, Callable[[Any], object]] = {
            "open": lambda arguments: _file(arguments[0]),
            "sqlite3.connect": lambda arguments: _file(arguments[0]),
            "socket.connect": lambda arguments: ("socket", arguments[0].fileno()),
            "socket.bind": lambda arguments: ("socket", arguments[0].fileno()),
        }
        self._commands: dict[str, Callable[[Any], str]] = {
            "subprocess.Popen": lambda arguments: _command(arguments[1]),
            "os.posix_spawn": lambda arguments: _command(arguments[1]),
            "os.fork": lambda _: "",
            "os.forkpty": lambda _: "",
        }

    def begin(self) -> None:
        """From now on origins are noted."""
        self._active = True
        try:
            sys.addaudithook(self._audit)
        except Exception:  # a hook of the application's forbids others
            self._active = False

    def end(self) -> None:
        """Note nothing any more; a hook cannot be taken back, but it can do nothing."""
        self._active = False

    def _audit(self, event: str, arguments: "tuple[Any, ...]") -> None:
        if not self._active or event not in EVENTS:
            return
        try:
            self._note(event, arguments)
        except Exception:  # whatever it is, it must not come out of what the application does
            return

    def _note(self, event: str, arguments: "tuple[Any, ...]") -> None:
        full = len(self._known) + len(self._starts) >= MOST_ORIGINS
        if event in self._commands:
            if not full:
                self._starts.append((self._commands[event](arguments), Origin(calls_here(3))))
        elif event in self._keys:
            key = self._keys[event](arguments)
            if key is not None and (key in self._known or not full):
                self._known[key] = Origin(calls_here(3))
        if not full and event in PROCESS_EVENTS and (event != "open" or isinstance(arguments[0], int)):
            process = starting_process(2)
            if process is not None:
                identity, runs = process
                self._known.setdefault(("process", identity), Origin(calls_here(3), text(runs, 200)))

    def of_file(self, path: str) -> Origin:
        """A file, by the path that the system tells."""
        path = path.removesuffix(" (deleted)")
        names = {path, *(path[: -len(end)] for end in SQLITE if path.endswith(end))}
        known = [key for key in list(self._known) if isinstance(key, tuple) and key[0] == "file"]
        found = (key for key in known if key[1] in names or _path.realpath(key[1]) in names)
        return max((self._known[key] for key in found), key=lambda origin: origin.at_ns, default=NOWHERE)

    def of_socket(self, descriptor: int) -> Origin:
        """A socket that was connected or bound."""
        return self._known.get(("socket", descriptor), NOWHERE)

    def of_process(self, child: "Child") -> Origin:
        """A child process: of those that were started with its command, or else by a copy of ours, the last before it.

        One that multiprocessing started is known by itself.
        """
        if child.identity is not None:
            return self._known.get(("process", child.identity), NOWHERE)
        before = [(command, one) for command, one in self._starts if one.at_ns < child.started_ns + TICK_NS]
        named = [one for command, one in before if command == child.command]
        near = [one for _, one in before if child.started_ns - one.at_ns < NEAR_NS]
        return (named or near or [NOWHERE])[-1]

    def of_object(self, source: "Any") -> "Calls":
        """The calls that made what is unclosed: a file, a socket, a transport, a child process."""
        try:
            source = socket_of(source)
            if hasattr(source, "args"):
                command = _command(source.args)
                return next((one.calls for known, one in reversed(self._starts) if known == command), ())
            if hasattr(source, "getsockname"):
                return self.of_socket(source.fileno()).calls
            return self.of_file(_path.abspath(source.name)).calls if isinstance(source.name, str) else ()
        except Exception:
            return ()

    def of_task(self, task: "Any") -> "Calls":
        """The calls that made a task of asyncio's."""
        found: Calls = self._tasks.get(task, ())
        return found

    @property
    def tasks(self) -> "list[Any]":
        """The tasks that were created and are still there."""
        return list(self._tasks)

    def follow_tasks(self, loop: "Any", events: "CodeEvents") -> None:
        """Note where each task of an asyncio loop is created: when the loop's `create_task` returns it.

        Where there are no events of its code, before Python 3.12 and on uvloop, by a task factory; one that the
        application sets replaces this one.
        """
        from weakref import WeakKeyDictionary

        self._tasks = WeakKeyDictionary()
        code = getattr(type(loop).create_task, "__code__", None)
        if code is None or events.missing:
            self._make_tasks(loop)
            return
        creation = events.watch(code)
        creation.records = False
        creation.on_return = lambda task: self._note_task(task, 4)

    def _make_tasks(self, loop: "Any") -> None:
        import asyncio

        inner = loop.get_task_factory()

        def factory(loop: "Any", coroutine: "Any", **options: "Any") -> "Any":
            task = asyncio.Task(coroutine, loop=loop, **options) if inner is None else inner(loop, coroutine, **options)
            self._note_task(task, 3)
            return task

        loop.set_task_factory(factory)

    def _note_task(self, task: "Any", skip: int) -> None:
        if self._active and len(self._tasks) < MOST_ORIGINS:
            try:
                self._tasks[task] = calls_here(skip)
            except TypeError:  # of the application's own making, and cannot be a key
                return


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
