"""What Python itself complains of, and usually tells nobody: coroutines that nobody awaited, resources that were never
closed, exceptions that it ignores.

Nothing that an application sets is replaced, and no warning is shown that was not shown before. Every warning that no
filter of the application's catches comes to the last filter that takes any message, the one that ignores
ResourceWarning: in the place of its `None` stands an object that says it is None, and is asked whether the text fits.
What is shown then, by whatever filter, comes through `warnings._showwarnmsg`. What Python ignores of exceptions, it
tells the audit hooks.
"""

from _thread import get_ident

from lifespan_cli.probe.internals.awaiting import local
from lifespan_cli.probe.internals.leftovers import SHOW_WARNING
from lifespan_cli.probe.leaks.allocation_sites import address_in, calls_here
from lifespan_cli.probe.loading.server_imports import standard
from lifespan_cli.probe.wire import stack_of, text, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from lifespan_cli.probe.leaks.allocation_sites import Calls, Origins
    from lifespan_cli.probe.leaks.audit_events import AuditEvents
    from lifespan_cli.probe.leaks.function_calls import FunctionCalls
    from lifespan_cli.probe.sampler.garbage import Garbage

    Tell = Callable[[str, str, str, Calls], None]

MOST_COMPLAINTS = 100
UNAWAITED = "was never awaited"
RESOURCE, COROUTINE = "ResourceWarning", "RuntimeWarning"
UNCLOSED = (
    "unclosed",
    "still open",
    "still running",
    "not closed",
    "never closed",
    "before being closed",
    "cleaning up",
)
"""What such a warning says, where its category cannot be told."""
HANDLER = "call_exception_handler"
IGNORED = "Exception ignored in"
ORDERED = (KeyboardInterrupt, SystemExit)


class NoneType:
    """Stands for None in a filter of warnings, and hears the text of each warning that comes to the filter."""

    def __init__(self, hear: "Callable[[str], None]") -> None:
        self._hear = hear

    def match(self, said: str) -> bool:
        """The filter's question; None takes any text."""
        self._hear(said)
        return True

    def __eq__(self, other: object) -> bool:
        return other is None or other is self

    def __hash__(self) -> int:
        return hash(None)

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "None"


class Warnings:
    """Hears complaints from the start of the lifespan to the end of the process.

    `tell` is given kind, name, text and the calls that made what it is about, innermost first.
    """

    def __init__(self, tell: "Tell", origins: "Origins", garbage: "Garbage") -> None:
        self._tell = tell
        self._origins = origins
        self._garbage = garbage
        self._heard: dict[int, tuple[str, Calls]] = {}
        """The last text by thread, as long as it is not known whether it is shown."""
        self._ignores_resources = False
        self._told: list[str] = []
        self.at_once = False
        """The interpreter ends, and nothing comes after a warning that would tell what it was.

        It takes apart what was meant to last as long as the process, too: told is what is known to be of the lifespan.
        """

    def begin(self, calls: "FunctionCalls", events: "AuditEvents") -> None:
        """Listen from now on."""
        warnings = standard("warnings")
        filters: Any = warnings.filters
        for index in range(len(filters) - 1, -1, -1):
            action, said, category, module, line = filters[index]
            if said is None and module is None:
                self._ignores_resources = action == "ignore" and category is ResourceWarning
                filters[index] = action, NoneType(self._hear), category, module, line
                break
        if SHOW_WARNING.works():
            calls.follow(SHOW_WARNING.get(), called=self._shown)
        events.listen(["sys.unraisablehook"], self._ignored)

    def conclude(self) -> None:
        """What was heard last was not shown."""
        for thread in list(self._heard):
            self._conclude(thread)

    def _hear(self, said: str) -> None:
        """A warning comes to the filter."""
        self._conclude(get_ident())
        self._heard[get_ident()] = text(said, 2000), self._calls_here()
        if self.at_once:
            self._conclude(get_ident())

    def _conclude(self, thread: int) -> None:
        """The warning before was not shown: it is of those that the filter ignores."""
        said, calls = self._heard.pop(thread, ("", ()))
        if UNAWAITED in said:
            self._put(COROUTINE, said, calls)
        elif self.at_once:
            made = self._origins.of_named_object(said)
            if made:
                self._put(RESOURCE, said, made)
        elif said and (self._ignores_resources or any(word in said.lower() for word in UNCLOSED)):
            self._put(RESOURCE, said, self._origins.of_text(said) or calls)

    def _shown(self, message: "Any") -> None:
        """A warning is shown: `message` is a warnings.WarningMessage."""
        self._heard.pop(get_ident(), None)
        said = text(message.message, 2000)
        if self.at_once:
            return
        if issubclass(message.category, ResourceWarning):
            self._put(RESOURCE, said, self._origins.of_object(message.source) or self._calls_here())
        elif UNAWAITED in said and issubclass(message.category, RuntimeWarning):
            self._put(COROUTINE, said, self._calls_here())

    def dropped(self, said: str, objects: "list[Any]", shown: str) -> None:
        """The loop's handler of exceptions is told that one of these objects, or of those shown, was dropped open."""
        self._conclude(get_ident())
        addresses = [f"0x{id(one):x}" for one in objects] or [address_in(shown)]
        if not any(address and address in told for address in addresses for told in self._told):
            made = next(filter(None, map(self._origins.of_object, objects)), ()) or self._origins.of_named_object(shown)
            self._put(RESOURCE, text(said, 2000), made or self._calls_here())

    def _ignored(self, _event: str, arguments: "tuple[Any, ...]") -> None:
        """An exception that nobody can handle: the interpreter calls `sys.unraisablehook`."""
        unraisable = arguments[1]
        error = unraisable.exc_value
        if error is None or issubclass(type(error), ORDERED):
            return
        if getattr(unraisable.object, "__name__", None) == HANDLER:
            return  # what the loop's handler was to say is known; at the end Python 3.13.0 fails to print it
        calls = tuple(reversed(stack_of(error)))
        maker = _destroyed(error)
        made = self._origins.of_object(maker) if maker is not None else ()
        shown = _ignored_in(unraisable.object, error)
        self._put(f"{IGNORED} {shown}", f"{type_name(type(error))}: {text(error, 1000)}", (*made, *calls))

    def _calls_here(self) -> "Calls":
        """The calls that dropped the object; none when the garbage collector did, whenever that was due."""
        return () if self._garbage.collecting == get_ident() else calls_here(2)

    def _put(self, name: str, said: str, calls: "Calls") -> None:
        if len(self._told) < MOST_COMPLAINTS:
            self._told.append(said)
            self._tell("warning", name, said, calls)


def _ignored_in(what: "Any", error: BaseException) -> str:
    """What the exception came out of, by name: a function, else an object by its type; else the outermost function."""
    name = getattr(what, "__qualname__", None)
    if isinstance(name, str):
        return text(name, 200)
    if what is not None or error.__traceback__ is None:
        return type_name(type(what))
    code = error.__traceback__.tb_frame.f_code
    return getattr(code, "co_qualname", code.co_name)


def _destroyed(error: BaseException) -> "Any":
    """The object whose destructor, or other method, an exception came out of."""
    traceback = error.__traceback__
    code = traceback.tb_frame.f_code if traceback is not None else None
    if traceback is None or code is None or not code.co_argcount:
        return None
    return local(traceback.tb_frame, code.co_varnames[0])
