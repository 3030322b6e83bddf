"""One run: a fresh process of the target's interpreter."""

from collections.abc import Collection
from pathlib import PurePath

from msgspec import Struct

from lifespan_cli.model.application import Application, Conduct, Handler, Layer, Message
from lifespan_cli.model.failure import Answer, Failure, Interruption, Leftover, Restart, Signal
from lifespan_cli.model.phase import Compilations, Import, Phase
from lifespan_cli.model.types import PHASES, Count, Number, PhaseName

COMPARED: tuple[PhaseName, ...] = ("import", "resolve", "startup", "shutdown")
"""The phases that count when runs are compared."""
UNTIL_UP: tuple[PhaseName, ...] = ("import", "resolve", "startup")
"""What it takes until an application is ready."""
WELL = ("ok", "skipped", "unsupported")
"""How a phase ends whose time says something; any other end is a finding of its own."""


class Exit(Struct, frozen=True):
    """How the process ended; of both, one is None. Both are None when it had to be given up."""

    code: Number | None
    """The exit code; null when a signal ended it."""
    signal: Number | None
    """The number of the signal; null when none ended it."""


class NotMeasured(Struct, frozen=True):
    """One measurement is off, since this interpreter lacks what it needs."""

    measurement: str
    """What is missing in this report, in words."""
    reason: str
    """Why it is."""


class ShadowedFile(Struct, frozen=True):
    """A file of the application's folder in whose place the standard library's module of that name is imported."""

    module: str
    """The module's name."""
    path: str
    """The file, or the `__init__.py` of a package."""

    @property
    def name(self) -> str:
        """What is to be renamed: the file, or the folder of a package."""
        path = PurePath(self.path)
        return f"{path.parent.name}/" if path.name == "__init__.py" else path.name


class Run(Struct, frozen=True):
    """One fresh process: all that was seen of it."""

    phases: tuple[Phase, ...]
    """The phases that the run came to, in their order."""
    imports: tuple[Import, ...]
    """The executed imports."""
    messages: tuple[Message, ...]
    """The ASGI messages between the application and its driver, the first thousand."""
    failures: tuple[Failure, ...]
    """Exceptions that ended a phase, and other ways in which the process was ended."""
    leftovers: tuple[Leftover, ...]
    """What was still there after shutdown."""
    exit: Exit
    """How the process ended."""
    application: Application | None = None
    """What the target's name led to; null when the run did not come so far."""
    conduct: Conduct = Conduct()
    """What the application did to its driver besides sending messages."""
    output: tuple[str, ...] = ()
    """The last lines that the application wrote on its standard streams."""
    dropped_messages: Count = 0
    """How many messages beyond the first thousand were passed but not kept."""
    compilations: Compilations | None = None
    """Modules that were compiled from source for want of valid bytecode; null when there were none."""
    handlers: tuple[Handler, ...] = ()
    """What the framework was to run in the lifespan, and how often it did."""
    layers: tuple[Layer, ...] = ()
    """The layers of an application that swallowed its lifespan, outermost first."""
    answers: tuple[Answer, ...] = ()
    """What the application answered to the requests between startup and shutdown."""
    restart: Restart | None = None
    """The second life in the same process; null when none was asked for, or the first did not go well."""
    interruption: Interruption | None = None
    """Where the application was when the check was interrupted; null when this run was not."""
    not_measured: tuple[NotMeasured, ...] = ()
    """The measurements that are off, since this interpreter lacks what they need."""
    signals: tuple[Signal, ...] = ()
    """Signals that make a server shut down, and that came while the application started or was up."""
    shadowed: tuple[ShadowedFile, ...] = ()
    """Files of the application's folder in whose place the standard library's module of that name is imported."""

    representative: bool = False
    """The run that is shown in detail: the first that did not end well, else the median one."""

    def phase(self, name: PhaseName) -> Phase | None:
        """The phase of that name, or None where the run did not come to it."""
        return next((phase for phase in self.phases if phase.name == name), None)

    def ended_well(self, phases: Collection[PhaseName] = PHASES) -> bool:
        """Whether it came to the end of these phases, as far as the application has them."""
        return all(phase.status in WELL for phase in self.phases if phase.name in phases)
