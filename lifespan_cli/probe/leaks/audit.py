"""What is there after shutdown, and after the event loop is closed, that was not there before startup."""

from time import sleep

from lifespan_cli.probe.clock import clock_gettime_ns, monotonic_ns
from lifespan_cli.probe.internals.interpreter import current_frames
from lifespan_cli.probe.internals.leftovers import is_idle, log_handlers
from lifespan_cli.probe.leaks.allocation_sites import CLOCK, Origins
from lifespan_cli.probe.leaks.audit_events import AuditEvents
from lifespan_cli.probe.leaks.descriptors import open_descriptors, peer_of
from lifespan_cli.probe.leaks.function_calls import FunctionCalls
from lifespan_cli.probe.leaks.processes import child_processes
from lifespan_cli.probe.leaks.tasks import Tasks
from lifespan_cli.probe.leaks.threads import Threads, is_own_thread, running_threads
from lifespan_cli.probe.leaks.unclosed import initializers
from lifespan_cli.probe.leaks.warnings import Warnings
from lifespan_cli.probe.loading.modules import loaded
from lifespan_cli.probe.loading.server_imports import standard, standard_if_loaded
from lifespan_cli.probe.sampler.await_chain import awaited_frames
from lifespan_cli.probe.sampler.frames import is_ours
from lifespan_cli.probe.wire import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    from lifespan_cli.probe.code_events import CodeEvents
    from lifespan_cli.probe.leaks.allocation_sites import Calls
    from lifespan_cli.probe.leaks.processes import Child
    from lifespan_cli.probe.lifespan.backends import Steps, Task
    from lifespan_cli.probe.sampler.garbage import Garbage
    from lifespan_cli.probe.wire import Wire

PATIENCE_NS = 100_000_000
"""How long what is about to end may take to end: cancelled tasks, threads on their way out."""
STEP_S = 0.005
MOST_LEFT = 100
MOST_CALLS = 25


class Audit:
    """Compares before with after, and writes one event for each thing that is left."""

    def __init__(self, wire: "Wire", code_events: "CodeEvents", garbage: "Garbage") -> None:
        self._wire = wire
        self._events = AuditEvents()
        self._calls = FunctionCalls(code_events)
        self._origins = Origins()
        self._threads = Threads()
        self._warnings = Warnings(self._put_complaint, self._origins, garbage)
        self._tasks = Tasks(self._put_complaint, self._warnings.dropped)
        self._known_tasks: list[Any] = []
        self._known_threads: list[Any] = []
        self._descriptors: dict[int, str] = {}
        self._children: dict[int, Child] = {}
        self._count = 0
        self._begun = False
        self.listens = True
        """What Python complains of is written; it goes on to the end of the process."""

    def begin(self) -> None:
        """Startup is next: remember what is there. Called in the running loop."""
        self._begun = True
        self._known_threads = _threads()
        self._descriptors = open_descriptors()
        self._children = child_processes()
        self._events.begin()
        self._warnings.begin(self._calls, self._events)
        self._threads.begin(self._calls)
        self._follow_initializers(list(loaded.values()))
        loop = _asyncio_loop()
        if loop is not None:
            self._known_tasks = _pending()
            self._tasks.begin(loop, self._calls)
        self._origins.begin(self._events)

    def imported(self, name: str) -> None:
        """The application has imported a module while it starts, or is up."""
        if self._begun:
            self._follow_initializers([loaded.get(name)])

    def _follow_initializers(self, modules: "list[Any]") -> None:
        if self._calls.exact:
            for function in initializers(modules):
                self._calls.follow(function, called=self._origins.note_object)

    def look_at_tasks(self) -> None:
        """Startup is complete, or shutdown is next: which tasks have died so far."""
        self._tasks.look()

    def end_of_lifespan(self, lifespan: "Task | None") -> "Steps":
        """The callable has ended: which tasks are still there, before whoever closes the loop cancels them.

        Not the lifespan's own, of which other rules tell.
        """
        if _asyncio_loop() is None:
            return
        asyncio = standard("asyncio")
        deadline_ns = monotonic_ns() + PATIENCE_NS
        known = (*self._known_tasks, asyncio.current_task(), lifespan.task if lifespan else None)
        while (left := _others(known)) and monotonic_ns() < deadline_ns:
            yield STEP_S
        for task in left:
            stack = tuple(_call(frame) for frame in _frames(task))
            self._put("task", _name(task), text(_coroutine_name(task), 200), self._tasks.origin(task), stack)
        self._tasks.judge()
        self._known_tasks = []

    def end_of_loop(self) -> None:
        """The loop is closed: what else is left."""
        if not self._begun:
            return
        self._tasks.judge()
        self._warnings.conclude()
        descriptors = self._wait_for_ends()
        self._origins.end(self._events)
        for thread, frame in self._left_threads():
            kind = "idle worker" if is_idle(frame) else "daemon" if thread.daemon else "not a daemon"
            self._put("thread", text(thread.name, 200), kind, self._threads.origin(thread), _stack(frame))
        for child in self._left_children():
            origin = self._origins.of_process(child)
            name, detail = f"pid {child.pid}", text(child.command, 500)
            if child.name:
                name, detail = child.name, f"{origin.runs}, {name}" if origin.runs else name
            self._put("process", name, detail, origin.calls, ())
        self._put_descriptors(descriptors)
        self._known_threads = []

    def end(self) -> None:
        """The interpreter is next to end: what Python complains of from now on is told at once."""
        self._warnings.conclude()
        self._warnings.at_once = True

    def _wait_for_ends(self) -> "dict[int, str]":
        """Give what is about to end the time to do so. The descriptors that were open all the while.

        Files and sockets that a running thread has open are its own business: it may be about to close them.
        """
        began_ns, deadline_ns = clock_gettime_ns(CLOCK), monotonic_ns() + PATIENCE_NS
        open_all_the_while = self._left_descriptors()
        while monotonic_ns() < deadline_ns:
            threads = running_threads()
            if not (self._left_threads() or self._left_children() or (open_all_the_while and threads)):
                break
            sleep(STEP_S)
            now = self._left_descriptors()
            open_all_the_while = dict(open_all_the_while.items() & now.items())
        threads = running_threads()
        found = {}
        for number, what in open_all_the_while.items():
            origin = self._origins.of_file(what) if what.startswith("/") else self._origins.of_socket(number)
            if origin.at_ns < began_ns and origin.thread not in threads:
                found[number] = what
        return found

    def _left_threads(self) -> "list[tuple[Any, Any]]":
        """Those that are new and not kept on purpose, each with its innermost frame."""
        frames = current_frames()
        new = [(one, frames.get(one.ident)) for one in _threads() if one not in self._known_threads]
        new = [(thread, frame) for thread, frame in new if not is_own_thread(frame)]
        return [(thread, frame) for thread, frame in new if not self._threads.is_kept(thread, frame)]

    def _left_children(self) -> "list[Child]":
        return [child for pid, child in child_processes().items() if pid not in self._children]

    def _left_descriptors(self) -> "dict[int, str]":
        """Those that are new and no log files."""
        logged = _descriptors_of_loggers()
        return {
            number: what
            for number, what in open_descriptors().items()
            if self._descriptors.get(number) != what and number not in logged
        }

    def _put_descriptors(self, descriptors: "dict[int, str]") -> None:
        for number, what in descriptors.items():
            if what.startswith("/"):
                self._put("file", what, f"descriptor {number}", self._origins.of_file(what).calls, ())
                continue
            detail, worth = peer_of(number, what)
            if worth:
                self._put("socket", detail, f"descriptor {number}", self._origins.of_socket(number).calls, ())

    def _put_complaint(self, kind: str, name: str, said: str, calls: "Calls") -> None:
        if self.listens:
            self._put(kind, name, said, calls, ())

    def _put(self, kind: str, name: str, detail: str, origin: "Calls", stack: "Calls") -> None:
        """`origin` and `stack` are innermost first: what made it, and where it is."""
        self._count += 1
        if self._count <= MOST_LEFT:
            self._wire.put(
                "Left", kind=kind, name=text(name, 500), detail=text(detail, 2000), origin=origin, stack=stack
            )


def _threads() -> "list[Any]":
    """Every thread that threading knows."""
    threading = standard_if_loaded("threading")
    return list(threading.enumerate()) if threading is not None else []


def _asyncio_loop() -> "Any":
    asyncio = standard_if_loaded("asyncio")
    try:
        return asyncio.get_running_loop() if asyncio is not None else None
    except RuntimeError:
        return None


def _pending() -> "list[Any]":
    return [task for task in standard("asyncio").all_tasks() if not task.done()]


def _name(task: "Any") -> str:
    return text(task.get_name(), 200) if hasattr(task, "get_name") else "a task"


def _coroutine_name(task: "Any") -> str:
    coroutine = task.get_coro()
    return str(getattr(coroutine, "__qualname__", coroutine))


def _others(known: "tuple[Any, ...]") -> "list[Any]":
    return [task for task in _pending() if task not in known]


def _frames(task: "Any") -> "list[FrameType]":
    steps = list(awaited_frames(task.get_coro()))
    return [step for step in reversed(steps) if hasattr(step, "f_code") and not is_ours(step)][:MOST_CALLS]


def _stack(frame: "FrameType | None") -> "Calls":
    calls: list[tuple[str, str, int]] = []
    while frame is not None and len(calls) < MOST_CALLS:
        if not is_ours(frame):
            calls.append(_call(frame))
        frame = frame.f_back
    return tuple(calls)


def _call(frame: "FrameType") -> "tuple[str, str, int]":
    code = frame.f_code
    return getattr(code, "co_qualname", code.co_name), code.co_filename, frame.f_lineno or 0


def _descriptors_of_loggers() -> "set[int]":
    """Log files stay open until the interpreter ends, by logging's own design."""
    found = set()
    for handler in log_handlers():
        stream: Any = getattr(handler, "stream", None)
        try:
            found.add(stream.fileno())
        except Exception:  # noqa: S112  # no file, or a closed one
            continue
    return found
