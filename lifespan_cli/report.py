"""The report: values that nobody changes, and their one way to and from plain dictionaries.

That is the JSON contract, schema_version 1. Times are integer nanoseconds, sizes integer bytes; `None` means "not
known", never zero.
`Report.from_dict(report.to_dict()) == report` holds for every report.
"""

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import field, fields, is_dataclass
from functools import cache
from pathlib import PurePath
from typing import Any, Literal, Self, TypeVar

from lifespan_cli.record import record

SCHEMA_VERSION = 1

PhaseName = Literal[
    "boot", "preload", "import", "resolve", "runtime", "startup", "hold", "request", "shutdown", "restart", "exit"
]
PHASES: tuple[PhaseName, ...] = typing.get_args(PhaseName)
Status = Literal["ok", "failed", "crashed", "timeout", "unsupported", "killed", "skipped"]
Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = typing.get_args(Severity)
Lifespan = Literal["supported", "unsupported", "unknown"]
Verdict = Literal["passed", "failed"]
FailOn = Literal["error", "warning", "never"]
FAILING: Mapping[FailOn, tuple[Severity, ...]] = {"error": ("error",), "warning": ("error", "warning"), "never": ()}
"""Findings of these severities make a target fail."""
Shape = Literal["asgi3", "asgi2", "wsgi", "awaitable", "partial", "factory", "class", "none", "other", "missing"]
Outcome = Literal["starts", "starts-without-lifespan", "refuses", "hangs", "error-500", "depends"]
Trait = Literal["callable", "no-arguments", "by-name", "async", "async-call", "awaited"]
COLLECTOR = "<gc>"
"""The path of the frames that stand for the garbage collector, one for each generation; their line is 0."""
T = TypeVar("T")
_HINTS: Callable[[type], dict[str, Any]] = cache(typing.get_type_hints)


@record()
class Frame:
    """A node of a phase's call tree: one line of one function, while it was executed or awaited."""

    function: str
    path: str
    line: int
    total_ns: int
    self_ns: int
    waiting_ns: int
    cpu_ns: int
    task: str | None = None
    """The task or thread that begins here, where it is not the one of the caller."""
    critical: bool = False
    """The end of the phase had to wait for this line."""
    children: tuple["Frame", ...] = ()
    at_ns: int = 0
    """When the line was first seen, from the spawn."""
    until_ns: int = 0
    """When it was last seen."""
    width: int = 0
    """The most tasks that were at this line at once, where a task begins here."""
    user: bool = False
    """The line is of the user's own code."""
    source: str = ""
    """Its text, for the user's own lines."""


@record()
class Block:
    """A stretch in which one callback kept the event loop's thread. `at_ns` counts from the spawn.

    The place is the deepest line of the user's code where most of it went, else of a library's; None where the standard
    library alone ran.
    """

    at_ns: int
    wall_ns: int
    function: str
    path: str | None
    line: int | None
    called: str = ""
    """What was called there, where the innermost frame is not the user's."""
    source: str = ""


@record()
class Span:
    """The entering or leaving of an async context manager, measured exactly. `at_ns` counts from the spawn."""

    kind: Literal["enter", "exit"]
    name: str
    path: str
    line: int
    at_ns: int
    wall_ns: int


@record()
class Phase:
    """One phase of a run. `at_ns` counts from the spawn of the process."""

    name: PhaseName
    status: Status
    at_ns: int
    wall_ns: int
    cpu_ns: int | None
    rss_delta_bytes: int | None
    frames: tuple[Frame, ...] = ()
    blocks: tuple[Block, ...] = ()
    spans: tuple[Span, ...] = ()
    sampling_interval_ns: int | None = None
    """How often was looked at what ran: half of that time was not longer between two looks; None without two looks."""


@record()
class Import:
    """One executed import; `path` and `line` are the statement that caused it. `at_ns` counts from the spawn."""

    module: str
    self_ns: int
    total_ns: int
    depth: int
    parent: str | None
    path: str | None
    line: int | None
    phase: PhaseName = "import"
    at_ns: int = 0
    cpu_ns: int = 0
    self_cpu_ns: int = 0
    """What the module's own code computed; what is missing to `self_ns` it waited."""
    failed: bool = False
    user: bool = False
    """The module is the user's own."""
    file: str | None = None
    """The module's own file."""
    lazy: bool = False
    """A `lazy import`, or one that the interpreter was told to take for such; `path` and `line` are its first use."""

    @property
    def name(self) -> str:
        """The module, and that it was imported lazily."""
        return f"{self.module} (lazy)" if self.lazy else self.module


@record()
class Compilations:
    """Modules for which there was no valid bytecode, and what compiling them cost."""

    count: int
    wall_ns: int
    reason: str
    """Why there was none, as far as can be seen: "PYTHONDONTWRITEBYTECODE", "read-only", or "first run"."""
    paths: tuple[str, ...]
    """The five that took longest."""


@record()
class Message:
    """One ASGI message between the application and its driver, described and bounded, never the object itself."""

    direction: Literal["receive", "send"]
    type: str
    phase: PhaseName
    at_ns: int
    message: str | None = None
    python_type: str = "dict"
    """The type of the object sent: anything but `dict` is malformed."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Keys of the message with the type of each value (the first twenty)."""


@record()
class Call:
    """One line of a stack, outermost first in every list of these."""

    function: str
    path: str
    line: int


LAST_SEEN = "last seen"
"""The name of the stack that tells where the main thread was when the sampler looked last, before the process went."""


@record()
class Stack:
    """Where something was at one moment: what a task awaits (`kind` "task"), or what a thread executes ("thread")."""

    kind: Literal["task", "thread"]
    name: str
    calls: tuple[Call, ...]


@record()
class Failure:
    """An exception that ended a phase, or the way in which the process was ended.

    `path` and `line` name the deepest line of the user's own code, where there is one.
    """

    phase: PhaseName
    type: str
    message: str
    traceback: str
    path: str | None = None
    line: int | None = None
    missing_module: str | None = None
    """`ModuleNotFoundError.name`, which tells a missing target from one whose own import failed."""
    from_probe: bool = False
    """The exception is the one a server's `send` raises, answered to a message out of order; not the application's."""
    kind: Literal["exception", "exit", "signal", "timeout", "lost"] = "exception"
    """exit: SystemExit, or no exception at all; signal: killed by one not ours; lost: the event loop broke down."""
    stacks: tuple[Stack, ...] = ()
    """On a timeout: where the lifespan task and every thread were."""


@record()
class Leftover:
    """Something still there after shutdown."""

    kind: Literal["task", "thread", "process", "file", "socket", "exception", "warning"]
    name: str
    detail: str
    path: str | None
    line: int | None


@record()
class Handler:
    """Something the framework was to run in the lifespan: a lifespan context, or a handler of startup or shutdown."""

    kind: Literal["lifespan", "startup", "shutdown"]
    ignored: bool
    """A handler beside `lifespan=`, which the framework never calls."""
    mount: str
    """The path of the mounted application that it belongs to; empty for the target itself."""
    name: str
    path: str | None
    line: int | None
    ran: int | None
    """How often it was entered, or called; None where that cannot be told."""
    left: int
    """How often a context was left."""
    wall_ns: int
    """What a handler's calls took; a context's time is in the phase's spans."""
    framework: str = ""
    """The framework of the application that it belongs to."""
    repeated: int = 0
    """How often more than it was registered for it ran."""
    deprecated: bool = False
    """A handler of the kind that Starlette has removed."""
    uncertain: str = ""
    """Why a `ran` of 0 is no proof that it did not run; empty where it is."""


@record()
class Layer:
    """One layer of an application that swallowed its lifespan, and whether the call came to it."""

    name: str
    path: str | None
    line: int | None
    reached: bool


@record()
class Answer:
    """What the application answered to a GET of a path, sent between startup and shutdown."""

    path: str
    status: int | None
    """The status of the response; None where there was none."""
    complete: bool
    """The response came to its end."""
    wall_ns: int
    """What the first answer took."""
    again_ns: int | None
    """What the second took."""
    failure: Failure | None


@record()
class Restart:
    """The application's second life in the same process."""

    startup: Status
    shutdown: Status
    message: str | None
    """What the application said of its failure."""
    failure: Failure | None
    wall_ns: int


@record()
class Application:
    """What the target's name led to. `names` and `apps` tell what else the module holds when the name led nowhere."""

    shape: Shape
    type: str
    name: str
    """What the object calls itself: its qualified name, else that of its type."""
    path: str | None
    """The file of the target module; the whole of its top-level package counts as the user's code."""
    line: int | None
    attribute: str = ""
    """The attribute path that was taken, which the target may have left out."""
    returns_coroutine: bool = False
    """Called with a lifespan scope, it returned an awaitable."""
    returned: str | None = None
    """The type of what that call returned instead, where it was no awaitable."""
    names: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()
    factories: tuple[str, ...] = ()
    """Functions there that can be called without arguments."""
    traits: tuple[Trait, ...] = ()
    """What servers ask before they call it: whether it is callable, also without arguments, or with scope, receive and
    send by name; whether it or its `__call__` is `async def`; whether an async factory had to be awaited for it."""


@record()
class Conduct:
    """What the application did to its driver besides sending messages."""

    state_replaced: bool = False
    """`scope["state"]` is another object than the one it was given."""
    bad_state_keys: tuple[str, ...] = ()
    """Keys of the state that are no str, shown."""
    returned: str | None = None
    """The type of the value that the application's coroutine returned, where it is not None."""
    swallowed_cancellation: bool = False
    ended_in: PhaseName | None = None
    """The phase in which the application's callable came to its end."""
    cancelled: bool = False
    """The driver had to cancel the callable."""
    ended_at_once: bool = False
    """It ended in the very step that sent startup's outcome, before any server could take note of that."""


@record()
class Exit:
    """How the process ended; of both, one is None. Both are None when it had to be given up."""

    code: int | None
    signal: int | None


@record()
class NotMeasured:
    """One measurement is off: the interpreter has not what it needs."""

    measurement: str
    """What is missing in this report, in words: "imports"."""
    reason: str


@record()
class Signal:
    """A signal that makes a server shut down, and that came while the application started up or was up."""

    name: str
    phase: PhaseName
    path: str | None
    """The line of the application's that it interrupted: in the main thread the one that sent it, where it did so."""
    line: int | None


@record()
class ShadowedFile:
    """A file of the application's folder in whose place the standard library's module of that name is imported."""

    module: str
    path: str

    @property
    def name(self) -> str:
        """What is to be renamed: the file, or the folder of a package."""
        path = PurePath(self.path)
        return f"{path.parent.name}/" if path.name == "__init__.py" else path.name


@record()
class Interruption:
    """Where the application was when the user, or the system, stopped the check.

    `phase` is None between two phases; the stack that says what the time went into comes first.
    """

    phase: PhaseName | None
    stacks: tuple[Stack, ...] = ()


@record()
class Run:
    """One fresh process: all that was seen of it."""

    phases: tuple[Phase, ...]
    imports: tuple[Import, ...]
    messages: tuple[Message, ...]
    failures: tuple[Failure, ...]
    leftovers: tuple[Leftover, ...]
    exit: Exit
    application: Application | None = None
    conduct: Conduct = Conduct()
    output: tuple[str, ...] = ()
    """The last lines that the application wrote on its standard streams."""
    dropped_messages: int = 0
    """Messages beyond the first thousand are counted, not kept."""
    compilations: Compilations | None = None
    handlers: tuple[Handler, ...] = ()
    layers: tuple[Layer, ...] = ()
    answers: tuple[Answer, ...] = ()
    restart: Restart | None = None
    interruption: Interruption | None = None
    """None of what ended because of it is a failure."""
    not_measured: tuple[NotMeasured, ...] = ()
    signals: tuple[Signal, ...] = ()
    shadowed: tuple[ShadowedFile, ...] = ()

    def phase(self, name: PhaseName) -> Phase | None:
        """The phase of that name, or None where the run did not come to it."""
        return next((phase for phase in self.phases if phase.name == name), None)


@record()
class Statistics:
    """One phase over all runs of a target that came to it."""

    runs: int
    min_ns: int
    median_ns: int
    mean_ns: int
    max_ns: int
    stddev_ns: int


@record()
class Framework:
    """The framework of the target, recognised by the type of the application and by what is imported."""

    name: str
    version: str


@record()
class Environment:
    """Where the target ran. `executable_reason` says why that interpreter was taken."""

    python: str
    executable: str
    platform: str
    backend: str
    framework: Framework | None
    packages: Mapping[str, str]
    executable_reason: str = ""
    machine: str = ""
    """What times depend on: processor, architecture, number of cores that may be used."""


@record()
class Finding:
    """One thing that a rule has to say of a target."""

    code: str
    slug: str
    severity: Severity
    message: str
    phase: PhaseName | None
    path: str | None
    line: int | None
    hint: str


@record()
class ServerOutcome:
    """What one server, in one mode, would make of the target."""

    server: str
    mode: str
    version: str
    outcome: Outcome
    """depends: this run does not tell; the statement names what it depends on."""
    says: str
    """What it logs about it; empty when it is silent."""
    exit_code: int | None
    statement: str = ""
    """What it does, in words that go on from its name."""


@record()
class Target:
    """Everything about one target. `why` says how it was found when it was not named in full."""

    target: str
    verdict: Verdict
    lifespan: Lifespan
    environment: Environment
    runs: tuple[Run, ...]
    statistics: Mapping[str, Statistics]
    findings: tuple[Finding, ...]
    servers: tuple[ServerOutcome, ...] = ()
    why: str = ""
    judged_by: tuple[str, ...] = ()
    """The codes of the rules that were applied, in their order; those without a finding found nothing wrong."""
    fail_on: FailOn = "error"
    """The least severe finding that makes the target fail."""


@record()
class Report:
    """The whole result; `exit_code` is the process's."""

    schema_version: int
    tool_version: str
    verdict: Verdict
    exit_code: int
    targets: tuple[Target, ...]
    interrupted: bool = False
    errors: tuple[str, ...] = ()
    """Of several targets, those that could not be checked, with the reason."""

    def to_dict(self) -> dict[str, Any]:
        """This report as the JSON contract's plain dictionaries, lists, strings and integers."""
        plain: dict[str, Any] = _plain(self)
        return plain

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The report that `to_dict` wrote. Unknown keys are passed over (a later version may add some).

        Raises KeyError, TypeError or ValueError, each naming the place, for anything else.
        """
        version = data["schema_version"]
        if version != SCHEMA_VERSION:
            raise ValueError(f"schema_version {version} is not {SCHEMA_VERSION}")
        return _build(cls, data, "report")


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _build(cls: type[T], data: Any, where: str) -> T:
    if not isinstance(data, Mapping):
        raise TypeError(f"{where} is no object")
    values = {}
    hints = _HINTS(cls)
    for item in fields(cls):  # type: ignore[arg-type]  # every cls here is a dataclass
        if item.name in data:
            values[item.name] = _parse(hints[item.name], data[item.name], f"{where}.{item.name}")
    try:
        return cls(**values)
    except TypeError as error:
        raise TypeError(f"{where}: {error}") from None


def _parse(hint: Any, data: Any, where: str) -> Any:
    """`data` as a value of the annotated type; only the annotations that occur above are known."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any or (data is None and type(None) in arguments):
        return data
    if origin in (types.UnionType, typing.Union):
        return _parse(next(option for option in arguments if option is not type(None)), data, where)
    if origin is Literal:
        if data not in arguments:
            raise ValueError(f"{where}: {data!r} is none of {', '.join(map(repr, arguments))}")
        return data
    if origin is tuple:
        if not isinstance(data, list):
            raise TypeError(f"{where} is no list")
        return tuple(_parse(arguments[0], item, f"{where}[{index}]") for index, item in enumerate(data))
    if origin is Mapping:
        if not isinstance(data, Mapping):
            raise TypeError(f"{where} is no object")
        return {key: _parse(arguments[1], item, f"{where}.{key}") for key, item in data.items()}
    if is_dataclass(hint):
        return _build(typing.cast("type[Any]", hint), data, where)
    if type(data) is not hint:
        raise TypeError(f"{where}: {data!r} is no {hint.__name__}")
    return data
