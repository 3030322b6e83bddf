"""One line of the wire → one typed event.

The probe writes each event as one ASCII line, a Python literal `(name, {field: value})`; `parse` turns it into the
event of that name, whose payload is made of the report's own records where there are such. The classes below `# ours`
are what the parent itself saw; they never cross the wire.
All `at_ns` are readings of the machine's monotonic clock, which parent and probe share.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

from msgspec import Struct

from lifespan_cli import syntax
from lifespan_cli.errors import ToolError
from lifespan_cli.model.application import Application, Conduct, Handler, Layer, Message
from lifespan_cli.model.convert import convert
from lifespan_cli.model.phase import Import, Span
from lifespan_cli.model.run import NotMeasured, ShadowedFile
from lifespan_cli.model.types import LeftoverKind, PhaseName, Status

R = TypeVar("R", bound=Struct)
WireCall = tuple[str, str, int]
"""A line of a stack: function, path, line."""
WireStack = tuple[Literal["task", "thread"], str, tuple[WireCall, ...]]
"""Kind and name of a task or thread, and its calls, the outermost first."""


class _Event(Struct, frozen=True, forbid_unknown_fields=True):
    """What the probe or the parent saw at one moment."""


class Hello(_Event, frozen=True):
    """The probe's first words. `ours` are folders of the probe itself, `library` those whose code is not the user's,
    `pid` is the number of its process, which is not that of a wrapper that started the interpreter."""

    at_ns: int
    python: str
    implementation: str
    executable: str
    platform: str
    library: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    cpu_ns: int = 0
    rss_bytes: int | None = None
    pid: int = -1
    free_threaded: bool = False


class Begin(_Event, frozen=True):
    """A phase begins."""

    phase: PhaseName
    at_ns: int
    cpu_ns: int
    rss_bytes: int | None


class End(_Event, frozen=True):
    """A phase ends, with its status as the probe saw it."""

    phase: PhaseName
    status: Status
    at_ns: int
    cpu_ns: int
    rss_bytes: int | None


class Called(_Event, frozen=True):
    """The application was called with the lifespan scope; what it returned at once is of this type."""

    type: str
    awaitable: bool


class Raised(_Event, frozen=True):
    """An exception came out of the application. `exception` is the tree that `probe.wire.describe_exception` makes."""

    phase: PhaseName
    exception: Mapping[str, Any]
    kind: Literal["exception", "exit", "lost"] = "exception"
    from_probe: bool = False


class Signalled(_Event, frozen=True):
    """A signal came that makes a server shut down; `calls` is the stack that it interrupted, innermost call first."""

    number: int
    phase: PhaseName
    at_ns: int
    calls: tuple[WireCall, ...]


class Identified(_Event, frozen=True):
    """The framework that the target is made with, and the packages that are imported."""

    backend: str
    framework: tuple[str, str] | None
    packages: Mapping[str, str]


class Stacks(_Event, frozen=True):
    """Where everything is at this moment."""

    at_ns: int
    stacks: tuple[WireStack, ...]
    waiting: bool = False
    """The event loop has nothing to run: the first stack is what the lifespan task awaits."""


class Shadowed(_Event, frozen=True):
    """Files of the application's folder that are named like what servers load of the standard library."""

    rows: tuple[ShadowedFile, ...]


class Imported(_Event, frozen=True):
    """Imports in the order in which they began."""

    rows: tuple[Import, ...]


class Compiled(_Event, frozen=True):
    """Source files for which there was no valid bytecode, with the nanoseconds that compiling each took."""

    rows: tuple[tuple[str, int], ...]
    dont_write: bool


class SampledLine(Struct, frozen=True, array_like=True):
    """A node of the probe's call tree; `task` is the name of the task or thread that begins here, `width` how many
    such tasks were there at once.

    `lane` is the identity of that task or thread, 0 where none begins; what comes after one that has ended may have the
    same. `critical_ns` is how much of the total the end of the phase had to wait for, `delay_ns` for how long the line
    waited for a processor.
    """

    depth: int
    function: str
    path: str
    line: int
    task: str | None
    width: int
    total_ns: int
    self_ns: int
    waiting_ns: int
    cpu_ns: int
    at_ns: int
    until_ns: int
    lane: int
    critical_ns: int
    delay_ns: int


class Sampled(_Event, frozen=True):
    """A part of a phase's call tree in preorder; `first` begins it anew."""

    phase: PhaseName
    first: bool
    rows: tuple[SampledLine, ...]
    every_ns: int = 0
    """The sampling interval: half of the time lay between two samples not further apart."""
    delay_ns: int | None = None
    """For how long the main thread waited for a processor in the phase; None where the system does not tell."""


class BlockedLine(Struct, frozen=True, array_like=True):
    """A line that blocked the event loop, with the calls that led to it, outermost first."""

    wall_ns: int
    cpu_ns: int
    calls: tuple[WireCall, ...]


class BlockedStretch(Struct, frozen=True, array_like=True):
    """A stretch in which one callback blocked the event loop, and the lines that did, those with the most time first.

    `rest_ns` is what shorter ones took together; for `delay_ns` the thread waited for a processor, None where the
    system does not tell.
    """

    at_ns: int
    wall_ns: int
    delay_ns: int | None
    lines: tuple[BlockedLine, ...]
    rest_ns: int


class Blocked(_Event, frozen=True):
    """Stretches of a phase in which the event loop was blocked."""

    phase: PhaseName
    rows: tuple[BlockedStretch, ...]


class Spanned(_Event, frozen=True):
    """An async context manager of `@asynccontextmanager` was entered or left."""

    phase: PhaseName
    span: Span


class Left(_Event, frozen=True):
    """Something is there after shutdown that was not there before startup; `kind` is one of `Leftover`'s.

    `origin` is the stack that made it, `stack` where it is now, innermost call first; empty where they are not known.
    """

    kind: LeftoverKind
    name: str
    detail: str
    origin: tuple[WireCall, ...]
    stack: tuple[WireCall, ...]


class Registered(_Event, frozen=True):
    """What the framework was to run in the lifespan."""

    rows: tuple[Handler, ...]


class Layered(_Event, frozen=True):
    """The layers of an application that swallowed its lifespan, outermost first."""

    rows: tuple[Layer, ...]


class Answered(_Event, frozen=True):
    """What a path was answered the first time; `again_ns` is what the second time took, where there was one."""

    path: str
    status: int | None
    complete: bool
    wall_ns: int
    again_ns: int | None
    exception: Mapping[str, Any] | None


class Restarted(_Event, frozen=True):
    """How the second life in the same process went: phases with their status, outcomes sent with their messages."""

    phases: Mapping[PhaseName, Status]
    outcomes: tuple[tuple[str, str | None], ...]
    failed_in: str
    exception: Mapping[str, Any] | None
    wall_ns: int


class Refused(_Event, frozen=True):
    """The probe cannot do what was asked: a backend that is not installed there, say. A usage error."""

    message: str


class Dropped(_Event, frozen=True):
    """So many messages were passed but not written."""

    count: int


class Bye(_Event, frozen=True):
    """The event loop is closed and the probe's last line is run; what follows is the interpreter's own end."""

    at_ns: int
    cpu_ns: int
    rss_bytes: int | None


class Finalized(_Event, frozen=True):
    """The interpreter has run all atexit handlers: it ends by itself."""

    at_ns: int


# ours


class Spawned(_Event, frozen=True):
    """The process was started."""

    at_ns: int


class Wrote(_Event, frozen=True):
    """The application wrote on its standard streams; only for those who watch, never kept."""

    text: str


class TimedOut(_Event, frozen=True):
    """A phase went past its deadline of `limit_ns`."""

    phase: PhaseName
    at_ns: int
    limit_ns: int


class Interrupted(_Event, frozen=True):
    """The user (Ctrl-C) or the system (SIGTERM) asked us to stop."""

    at_ns: int


class LastSeen(_Event, frozen=True):
    """Where the main thread was seen last, outermost call first, by the time the process went without `Finalized`."""

    calls: tuple[WireCall, ...]


class Exited(_Event, frozen=True):
    """The process is gone, with an exit code or by a signal. `killed` says that it was ours."""

    at_ns: int
    code: int | None
    signal: int | None
    killed: bool
    output: tuple[str, ...] = ()


Event = _Event | Application | Message | Conduct | NotMeasured
"""What crosses the wire, and what the parent saw. The times of a `Message` or an `Import` are the clock's here."""
MOST_LINES = 2**31


def _known_line(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values with 0 for a line that cannot be: an application may give its functions any code object."""
    line = values.get("line")
    return values if line is None or 0 <= line < MOST_LINES else {**values, "line": 0}


def _structured(kind: type[R]) -> Callable[[Mapping[str, Any]], R]:
    return lambda values: convert(_known_line(values), kind)


def _row(kind: type[R], names: tuple[str, ...], row: Sequence[Any]) -> R:
    """A record whose fields are written without their names."""
    return convert(_known_line(dict(zip(names, row, strict=True))), kind)


_IMPORT = (
    *("module", "phase", "at_ns", "total_ns", "self_ns", "cpu_ns", "self_cpu_ns", "depth", "parent", "path", "line"),
    *("failed", "file", "lazy"),
)
_SHADOWED = ("module", "path")
_LAYER = ("name", "path", "line", "reached")


def _imported(values: Mapping[str, Any]) -> Imported:
    return Imported(tuple(_row(Import, _IMPORT, row) for row in values["rows"]))


def _registered(values: Mapping[str, Any]) -> Registered:
    return Registered(tuple(convert(_known_line(row), Handler) for row in values["rows"]))


def _layered(values: Mapping[str, Any]) -> Layered:
    return Layered(tuple(_row(Layer, _LAYER, row) for row in values["rows"]))


def _shadowed(values: Mapping[str, Any]) -> Shadowed:
    return Shadowed(tuple(_row(ShadowedFile, _SHADOWED, row) for row in values["rows"]))


def _spanned(values: Mapping[str, Any]) -> Spanned:
    phase = convert(values["phase"], PhaseName)
    return Spanned(phase, convert(_known_line(values), Span))


_WIRED: Mapping[str, Callable[[Mapping[str, Any]], Event]] = {
    "Found": _structured(Application),
    "Passed": _structured(Message),
    "Behaved": _structured(Conduct),
    "NotMeasured": _structured(NotMeasured),
    "Imported": _imported,
    "Registered": _registered,
    "Layered": _layered,
    "Shadowed": _shadowed,
    "Spanned": _spanned,
    **{
        kind.__name__: _structured(kind)
        for kind in (
            Hello,
            Begin,
            End,
            Called,
            Raised,
            Signalled,
            Identified,
            Stacks,
            Compiled,
            Sampled,
            Blocked,
            Left,
            Answered,
            Restarted,
            Refused,
            Dropped,
            Bye,
            Finalized,
        )
    },
}
"""How the values of each event on the wire are read."""


def parse(line: bytes) -> Event:
    """The event of one line of the wire, without its newline.

    Raises ToolError naming the line when it is none: the probe is ours, so that is a bug of ours.
    """
    try:
        name, values = syntax.literal(line.decode("ascii"))
        return _WIRED[name](values)
    except (ValueError, TypeError, KeyError, SyntaxError, MemoryError, RecursionError, AttributeError) as error:
        raise ToolError(f"the probe wrote a line that is no event ({error}): {line[:200]!r}") from None
