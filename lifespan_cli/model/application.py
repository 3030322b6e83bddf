"""What was seen of the application itself: what it is, what it sent, what its framework was to run."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from lifespan_cli.model.types import Count, Line, Nanoseconds, PhaseName, Shape, Trait


class Application(Struct, frozen=True):
    """What the target's name led to. `names` and `apps` tell what else the module holds when the name led nowhere."""

    shape: Shape
    """How it is called; missing: the name led nowhere."""
    type: str
    """The qualified name of its type."""
    name: str
    """What the object calls itself: its qualified name, else that of its type."""
    path: str | None
    """The file of the target module."""
    line: Line | None
    """The line of its definition; null when not known."""
    attribute: str = ""
    """The attribute path that was taken."""
    returns_coroutine: bool = False
    """Called with a lifespan scope, it returned an awaitable."""
    returned: str | None = None
    """The type of what that call returned instead; null for an awaitable."""
    names: tuple[str, ...] = ()
    """Names of the module, when the target's led nowhere."""
    apps: tuple[str, ...] = ()
    """ASGI applications of the module, when the target's name led nowhere."""
    factories: tuple[str, ...] = ()
    """Functions there that can be called without arguments, where the name led nowhere."""
    traits: tuple[Trait, ...] = ()
    """What servers ask before they call it: which of these are true."""


class Message(Struct, frozen=True):
    """One ASGI message between the application and its driver, described and bounded, never the object itself."""

    direction: Literal["receive", "send"]
    """receive: given to the application; send: sent by it."""
    type: str
    """The message's type, a lifespan.* name when all is well."""
    phase: PhaseName
    """The phase in which it passed."""
    at_ns: Nanoseconds
    """When it passed, in ns since the process was spawned."""
    message: str | None = None
    """Its message field; null when it has none."""
    python_type: str = "dict"
    """The type of the object sent: anything but dict is malformed."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Keys of the message with the type of each value, the first twenty."""


class Handler(Struct, frozen=True):
    """Something the framework was to run in the lifespan: a lifespan context, or a handler of startup or shutdown."""

    kind: Literal["lifespan", "startup", "shutdown"]
    """A lifespan context, or a handler of startup or shutdown."""
    ignored: bool
    """A handler beside lifespan=, which the framework never calls."""
    mount: str
    """The path of the mounted application that it belongs to; empty for the target itself."""
    name: str
    """Its qualified name."""
    path: str | None
    """The file."""
    line: Line | None
    """Its first line."""
    ran: Count | None
    """How often it was entered, or called; null where that is not known."""
    left: Count
    """How often a context was left."""
    wall_ns: Nanoseconds
    """What a handler's calls took, in ns; the time of a context is in the phase's spans."""
    framework: str = ""
    """The framework of the application that it belongs to."""
    repeated: Count = 0
    """How often more than once for each application it ran, or is to run where `ran` is null."""
    deprecated: bool = False
    """A handler of the kind that Starlette has removed."""
    uncertain: str = ""
    """Why a `ran` of 0 is no proof that it did not run; empty where it is."""


class Layer(Struct, frozen=True):
    """One layer of an application that swallowed its lifespan, and whether the call came to it."""

    name: str
    """The qualified name of a function, or the type of an object."""
    path: str | None
    """The file."""
    line: Line | None
    """The first line of what is called."""
    reached: bool
    """The call with the lifespan scope came to this layer."""


class Conduct(Struct, frozen=True):
    """What the application did to its driver besides sending messages."""

    state_replaced: bool = False
    """scope['state"] is another object than the one it was given."""
    bad_state_keys: tuple[str, ...] = ()
    """Keys of the state that are not strings, shown."""
    returned: str | None = None
    """The type of the value that the application returned; null for None."""
    swallowed_cancellation: bool = False
    """It went on after it was cancelled."""
    ended_in: PhaseName | None = None
    """The phase in which the application's callable came to its end; null when it did not."""
    cancelled: bool = False
    """The driver had to cancel the callable."""
    ended_at_once: bool = False
    """It ended in the very step that sent startup's outcome."""
