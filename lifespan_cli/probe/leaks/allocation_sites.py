"""Which line opened, started or created what may be left over: noted while the lifespan runs, forgotten afterwards.

By audit hook (PEP 578), which sees files, connections and processes of Python code without replacing anything that the
application finds.
"""

import time
from _thread import get_ident
from os import fsdecode
from os import path as _path

from lifespan_cli.probe.clock import clock_gettime_ns
from lifespan_cli.probe.internals.awaiting import local
from lifespan_cli.probe.internals.interpreter import frame_above
from lifespan_cli.probe.internals.leftovers import socket_of, starting_process
from lifespan_cli.probe.leaks.processes import TICK_NS, child_processes
from lifespan_cli.probe.sampler.frames import is_ours
from lifespan_cli.probe.wire import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from lifespan_cli.probe.leaks.audit_events import AuditEvents
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


def calls_here(skip: int = 1, without: "Any" = None) -> "Calls":
    """The present stack, innermost call first, without the probe's own frames.

    Without the innermost methods of that object, too: those that make it.
    """
    calls: list[tuple[str, str, int]] = []
    frame = frame_above(skip)
    while frame is not None and len(calls) < MOST_CALLS:
        if not is_ours(frame):
            code = frame.f_code
            if without is None or not code.co_argcount or local(frame, code.co_varnames[0]) is not without:
                calls.append((getattr(code, "co_qualname", code.co_name), code.co_filename, frame.f_lineno or 0))
                without = None
        frame = frame.f_back
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
        self._known: dict[object, Origin] = {}
        self._starts: list[tuple[str, Origin]] = []
        self._objects: dict[int, Calls] = {}
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

    def begin(self, events: "AuditEvents") -> None:
        """From now on origins are noted."""
        events.listen(EVENTS, self._note)

    def end(self, events: "AuditEvents") -> None:
        """Note nothing any more."""
        events.stop(EVENTS)

    def note_object(self, made: "Any", *_arguments: "Any") -> None:
        """An object is made that will complain when it is dropped unclosed."""
        if id(made) in self._objects or len(self._objects) < MOST_ORIGINS:
            self._objects[id(made)] = calls_here(without=made)

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
        """The calls that made what is unclosed: a file, a socket, a transport, a child process, a client."""
        made = self._objects.get(id(source))
        if made is not None:
            return made
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

    def of_named_object(self, said: str) -> "Calls":
        """The same of an object whose address Python says."""
        address = address_in(said)
        return self._objects.get(int(address, 16), ()) if address else ()

    def of_text(self, said: str) -> "Calls":
        """The same, as far as what Python says of it names it: by its address, its descriptor, its file, its number."""
        made = self.of_named_object(said)
        if made:
            return made
        descriptor = _between(said, " fd=", (",", ">", " "))
        if descriptor:
            return self.of_socket(int(descriptor)).calls
        name = _between(said, " name='", ("' ", "'>"))
        if name:
            return self.of_file(_path.abspath(name)).calls
        pid = _between(said, "subprocess ", (" is still running",))
        child = child_processes().get(int(pid)) if pid.isdecimal() else None
        return self.of_process(child).calls if child is not None else ()


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


def address_in(said: str) -> str:
    """The first address of an object in a text, as it stands there; empty where there is none."""
    digits = _between(said, " at 0x", (">", " "))
    return f"0x{digits}" if digits else ""


def _between(said: str, before: str, after: "tuple[str, ...]") -> str:
    """What stands there between two texts, of the latter the first one; empty where they are missing."""
    rest = said.partition(before)[2]
    ends = [rest.index(one) for one in after if one in rest]
    return rest[: min(ends)] if ends else ""
