"""asyncio's tasks: where each was made, and those that died without anybody asking.

Told are a task whose exception nobody has retrieved, and one that was destroyed while it was pending. asyncio complains
of them when they are collected. A task that is kept is not, and `cancel()` on one that is dead silences it: so they are
looked at when startup is complete, when the application is to stop, and at the end.
"""

from lifespan_cli.probe.internals.leftovers import exception_of, unretrieved
from lifespan_cli.probe.leaks.allocation_sites import MOST_ORIGINS, calls_here
from lifespan_cli.probe.loading.server_imports import standard
from lifespan_cli.probe.wire import stack_of, text, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from lifespan_cli.probe.leaks.allocation_sites import Calls
    from lifespan_cli.probe.leaks.function_calls import FunctionCalls

    Tell = Callable[[str, str, str, Calls], None]

MOST_TOLD = 100
DESTROYED = "was destroyed while it was pending"
RETRIEVED, PENDING, UNCLOSED = "never retrieved", "was destroyed but it is pending", "unclosed"
"""What the messages say, the last one in the beginning."""


class Tasks:
    """Those of one loop. `tell` is given kind, name, what happened and the calls that led to it, innermost first."""

    def __init__(self, tell: "Tell", dropped: "Callable[[str, list[Any], str], None]") -> None:
        self._tell = tell
        self._dropped = dropped
        """Told of what calls itself unclosed in the loop's handler of exceptions, with the objects that it is about, or
        with what the log says of them."""
        self._alive: Any = ()
        self._made: dict[int, Calls] = {}
        """By the task's identity: when it is destroyed, nothing refers to it any more."""
        self._named: dict[str, Calls] = {}
        """The same by its name."""
        self._dead: dict[int, tuple[Any, Any]] = {}
        self._told: set[tuple[str, str]] = set()

    def begin(self, loop: "Any", calls: "FunctionCalls") -> None:
        """Follow the tasks of this loop."""
        asyncio = standard("asyncio")
        self._alive = standard("weakref").WeakSet()
        if not calls.follow(type(loop).create_task, returned=self._note):  # uvloop's is in C
            calls.follow(asyncio.create_task, returned=self._note)
            calls.follow(asyncio.ensure_future, returned=self._note)
            if hasattr(asyncio, "TaskGroup"):
                calls.follow(asyncio.TaskGroup.create_task, returned=self._note)
        if not calls.follow(type(loop).call_exception_handler, called=self._handled):
            calls.follow(standard("logging").Logger.error, called=self._logged, names=("self", "msg", "kwargs"))

    def _note(self, task: "Any") -> None:
        if len(self._alive) < MOST_ORIGINS and task not in self._alive:
            self._alive.add(task)
            self._made[id(task)] = self._named[_name(task)] = calls_here()

    def origin(self, task: "Any") -> "Calls":
        """The calls that made the task."""
        return self._made.get(id(task), ())

    def look(self) -> None:
        """Note which tasks are dead and nobody has asked."""
        for task in list(self._alive):
            error = _unretrieved(task)
            if error is not None:
                self._dead[id(task)] = task, error.__traceback__

    def judge(self) -> None:
        """Tell of those that are dead, unless somebody has retrieved the exception since it was noted.

        Who does has it raised, which its traceback shows; who cancels a task that is dead only silences it.
        """
        self.look()
        dead, self._dead = self._dead, {}
        for task, traceback in dead.values():
            error = exception_of(task)
            if error is not None and (_unretrieved(task) is not None or error.__traceback__ is traceback):
                self._failed(_name(task), error)

    def _handled(self, _loop: "Any", context: "Any") -> None:
        """The loop's handler of exceptions is called."""
        said = str(context.get("message", ""))
        task = context.get("task") or context.get("future")
        error = context.get("exception")
        if RETRIEVED in said and isinstance(error, BaseException):
            self._failed(_name(task), error)
        elif PENDING in said:
            self._put(_name(task), f"{DESTROYED}: {_coroutine_name(task)}", self.origin(task))
        elif said.lower().startswith(UNCLOSED):
            self._dropped(said, list(context.values()), "")

    def _logged(self, logger: "Any", said: "Any", options: "Any") -> None:
        """uvloop's own handler writes to asyncio's log: the message, and a line for each object that it is about."""
        if logger.name != "asyncio":
            return
        message, _, objects = text(said).partition("\n")
        name = objects.partition(" name='")[2].partition("'")[0]
        details = options.get("exc_info")
        if RETRIEVED in message and isinstance(details, tuple):
            self._failed(name, details[1])
        elif PENDING in message:
            coroutine = objects.partition(" coro=<")[2].partition("(")[0]
            self._put(name, f"{DESTROYED}: {coroutine}", self._named.get(name, ()))
        elif message.lower().startswith(UNCLOSED):
            self._dropped(message, [], objects)

    def _failed(self, name: str, error: BaseException) -> None:
        self._put(name, f"{type_name(type(error))}: {text(error, 1000)}", tuple(reversed(stack_of(error))))

    def _put(self, name: str, said: str, calls: "Calls") -> None:
        if (name, said) not in self._told and len(self._told) < MOST_TOLD:
            self._told.add((name, said))
            self._tell("exception", name, said, calls)

    def forget(self) -> None:
        """Keep no task."""
        self._dead = {}


def _unretrieved(task: "Any") -> "BaseException | None":
    try:
        return unretrieved(task)
    except Exception:  # a task of the application's own making
        return None


def _name(task: "Any") -> str:
    return text(task.get_name(), 200) if hasattr(task, "get_name") else ""


def _coroutine_name(task: "Any") -> str:
    coroutine = task.get_coro()
    return text(getattr(coroutine, "__qualname__", type_name(type(coroutine))), 200)
