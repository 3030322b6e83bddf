"""One line of the wire ↔ one typed event.

The probe writes each event as one ASCII line, a Python literal `(name, {field: value})`; `parse` turns it into a value
of the class of that name. The classes below `# ours` are what the parent itself saw; they never cross the wire.
All `at_ns` are readings of the machine's monotonic clock, which parent and probe share.
"""

import ast
from collections.abc import Mapping
from dataclasses import MISSING, field, fields
from typing import Any, get_args

from lifespan_cli.errors import ToolError
from lifespan_cli.record import record


@record()
class Hello:
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


@record()
class Begin:
    """A phase begins."""

    phase: str
    at_ns: int
    cpu_ns: int
    rss_bytes: int | None


@record()
class End:
    """A phase ends, with its status as the probe saw it."""

    phase: str
    status: str
    at_ns: int
    cpu_ns: int
    rss_bytes: int | None


@record()
class Found:
    """What the target's name led to; the fields are among those of `report.Application`."""

    shape: str
    type: str
    name: str
    path: str | None
    line: int | None
    attribute: str = ""
    names: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()
    factories: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()


@record()
class Called:
    """The application was called with the lifespan scope; what it returned at once is of this type."""

    type: str
    awaitable: bool


@record()
class Passed:
    """A message passed between the application and its driver."""

    direction: str
    type: str
    phase: str
    at_ns: int
    message: str | None = None
    python_type: str = "dict"
    fields: Mapping[str, str] = field(default_factory=dict)


@record()
class Raised:
    """An exception came out of the application. `exception` is the tree that `probe.wire.describe_exception` makes."""

    phase: str
    exception: Mapping[str, Any]
    kind: str = "exception"
    from_probe: bool = False


@record()
class Signalled:
    """A signal came that makes a server shut down; `calls` is the stack that it interrupted, innermost call first."""

    number: int
    phase: str
    at_ns: int
    calls: tuple[tuple[str, str, int], ...]


@record()
class Behaved:
    """What the application did besides sending messages; the fields are those of `report.Conduct`."""

    state_replaced: bool = False
    bad_state_keys: tuple[str, ...] = ()
    returned: str | None = None
    swallowed_cancellation: bool = False
    ended_in: str | None = None
    cancelled: bool = False
    ended_at_once: bool = False


@record()
class Identified:
    """The framework that the target is made with, and the packages that are imported."""

    backend: str
    framework: tuple[str, str] | None
    packages: Mapping[str, str]


@record()
class Stacks:
    """Where everything is at this moment: `(kind, name, ((function, path, line), …))`, outermost call first."""

    at_ns: int
    stacks: tuple[tuple[str, str, tuple[tuple[str, str, int], ...]], ...]
    waiting: bool = False
    """The event loop has nothing to run: the first stack is what the lifespan task awaits."""


@record()
class NotMeasured:
    """One measurement is off in this interpreter, since a private name that it needs is not what it was."""

    measurement: str
    reason: str


@record()
class Shadowed:
    """Files of the application's folder that are named like what servers load of the standard library:
    `(module, path)`. Whoever imports a module of that name gets the standard library's."""

    rows: tuple[tuple[str, str], ...]


@record()
class Imported:
    """Imports in the order in which they began; path and line are the statement that asked, times are nanoseconds:
    `(module, phase, at, wall, self wall, CPU, self CPU, depth, parent, path, line, failed, its own file, lazy)`;
    of a lazy import, path and line are its first use."""

    rows: tuple[tuple[Any, ...], ...]


@record()
class Compiled:
    """Source files for which there was no valid bytecode, with the nanoseconds that compiling each took."""

    rows: tuple[tuple[str, int], ...]
    dont_write: bool


@record()
class Sampled:
    """A part of a phase's call tree in preorder; `first` begins it anew. The rows are those of `probe.calltree.Tree`:
    `(depth, function, path, line, task, width, total, self, waiting, CPU, at, until)`, times in nanoseconds.
    `every_ns` is the sampling interval: half of the time in which something ran was not longer between two looks."""

    phase: str
    first: bool
    rows: tuple[tuple[int, str, str, int, str | None, int, int, int, int, int, int, int], ...]
    every_ns: int = 0


@record()
class Blocked:
    """Stretches in which one callback kept the loop's thread: `(at, wall, ((function, path, line), …))`."""

    phase: str
    rows: tuple[tuple[int, int, tuple[tuple[str, str, int], ...]], ...]


@record()
class Spanned:
    """An async context manager of `@asynccontextmanager` was entered or left; `kind` is "enter" or "exit"."""

    kind: str
    name: str
    path: str
    line: int
    phase: str
    at_ns: int
    wall_ns: int


@record()
class Left:
    """Something is there after shutdown that was not there before startup; `kind` is one of `report.Leftover`'s.

    `origin` is the stack that made it, `stack` where it is now, innermost call first; empty where they are not known.
    """

    kind: str
    name: str
    detail: str
    origin: tuple[tuple[str, str, int], ...]
    stack: tuple[tuple[str, str, int], ...]


@record()
class Registered:
    """What the frameworks were to run in the lifespan; the rows hold the fields of `report.Handler`."""

    rows: tuple[Mapping[str, Any], ...]


@record()
class Layered:
    """The layers of an application that swallowed its lifespan, outermost first: `(name, path, line, reached)`."""

    rows: tuple[tuple[str, str | None, int | None, bool], ...]


@record()
class Answered:
    """What a path was answered the first time; `again_ns` is what the second time took, where there was one."""

    path: str
    status: int | None
    complete: bool
    wall_ns: int
    again_ns: int | None
    exception: Mapping[str, Any] | None


@record()
class Restarted:
    """How the second life in the same process went: phases with their status, outcomes sent with their messages."""

    phases: Mapping[str, str]
    outcomes: tuple[tuple[str, str | None], ...]
    failed_in: str
    exception: Mapping[str, Any] | None
    wall_ns: int


@record()
class Refused:
    """The probe cannot do what was asked: a backend that is not installed there, say. A usage error."""

    message: str


@record()
class Dropped:
    """So many messages were passed but not written."""

    count: int


@record()
class Bye:
    """The event loop is closed and the probe's last line is run; what follows is the interpreter's own end."""

    at_ns: int
    cpu_ns: int
    rss_bytes: int | None


@record()
class Finalized:
    """The interpreter has run all atexit handlers: it ends by itself."""

    at_ns: int


# ours


@record()
class Spawned:
    """The process was started."""

    at_ns: int


@record()
class Wrote:
    """The application wrote on its standard streams; only for those who watch, never kept."""

    text: str


@record()
class TimedOut:
    """A phase went past its deadline of `limit_ns`."""

    phase: str
    at_ns: int
    limit_ns: int


@record()
class Interrupted:
    """The user (Ctrl-C) or the system (SIGTERM) asked us to stop."""

    at_ns: int


@record()
class LastSeen:
    """Where the main thread was seen last, outermost call first, by the time the process went without `Finalized`."""

    calls: tuple[tuple[str, str, int], ...]


@record()
class Exited:
    """The process is gone, with an exit code or by a signal. `killed` says that it was ours."""

    at_ns: int
    code: int | None
    signal: int | None
    killed: bool
    output: tuple[str, ...] = ()


Wired = (
    Hello
    | Begin
    | End
    | Found
    | Called
    | Passed
    | Raised
    | Signalled
    | Behaved
    | Identified
    | Stacks
    | NotMeasured
    | Shadowed
    | Imported
    | Compiled
    | Sampled
    | Blocked
    | Spanned
    | Left
    | Registered
    | Layered
    | Answered
    | Restarted
    | Refused
    | Dropped
    | Bye
    | Finalized
)
"""What crosses the wire."""
Event = Wired | Spawned | Wrote | TimedOut | Interrupted | LastSeen | Exited

_WIRED: dict[str, Any] = {kind.__name__: kind for kind in get_args(Wired)}


def parse(line: bytes) -> Event:
    """The event of one line of the wire, without its newline.

    Raises ToolError naming the line when it is none: the probe is ours, so that is a bug of ours.
    """
    try:
        name, values = ast.literal_eval(line.decode("ascii"))
        kind = _WIRED[name]
        known = {item.name for item in fields(kind)}
        required = {item.name for item in fields(kind) if item.default is MISSING and item.default_factory is MISSING}
        if not required <= set(values) <= known:
            raise ValueError("wrong fields")  # noqa: TRY301  # told below, like every other fault of a line
        event: Event = kind(**values)
    except (ValueError, TypeError, KeyError, SyntaxError, MemoryError, RecursionError) as error:
        raise ToolError(f"the probe wrote a line that is no event ({error}): {line[:200]!r}") from None
    return event
