"""A run as a server sees it: how far it comes with the target, and the one thing that then decides what it does."""

from typing import Literal, NamedTuple

from msgspec import Struct

from lifespan_cli.model import Application, Failure, Outcome

Step = Literal["import", "resolve", "startup"]
End = Literal[
    "missing",  # the module, or the attribute in it
    "raised",  # an exception
    "exits",  # SystemExit or KeyboardInterrupt
    "dies",  # the process: os._exit, exec, a signal
    "loses-loop",  # the event loop was stopped
    "waits",  # until the run's deadline, while the event loop goes on
    "blocks",  # until the run's deadline, and nothing else can run
    "unfit",  # there is no application that the tool could call
    "returned",  # without an outcome
    "failed",  # lifespan.startup.failed
    "complete",  # lifespan.startup.complete
]
Unlike = Literal["", "unknown", "shutdown", "mapping"]
"""A message before the outcome to which servers answer differently: of an unknown type, an outcome of shutdown, or a
mapping that is no dict."""
After = Literal["", "raised", "complete", "failed", "unknown", "dies"]
"""What came after startup.complete: an exception, a message that is not due, or the end of the process."""
NO_EXCEPTIONS = ("asyncio.exceptions.CancelledError", "GeneratorExit", "BaseExceptionGroup")
"""What `except Exception` lets pass, apart from those that exit."""
_LONGEST = 300


class Answer(NamedTuple):
    """What a server makes of it; the fields are those of `report.ServerOutcome`."""

    outcome: Outcome
    says: str
    statement: str
    exit_code: int | None = None


class Life(Struct, frozen=True, kw_only=True):
    """Where a server's way with a target ends, and all that what it does may depend on."""

    module: str
    attribute: str
    factory: bool
    step: Step
    end: End
    application: Application | None = None
    failure: Failure | None = None
    code: int | None = None
    """What the process exits with, where it does; a signal's number is negative."""
    in_callback: bool = False
    """What exits is not the lifespan itself but another task, or a callback of the event loop."""
    refuses: bool = False
    """What was raised says that the application has no lifespan."""
    deaf: bool = False
    """It went on when it was cancelled."""
    reason: str | None = ""
    """The message of startup.failed; None where it is no text."""
    unlike: Unlike = ""
    after: After = ""
    at_once: bool = False
    """What came after startup.complete came in the same step, before a server can take note of that."""
    startup_ns: int = 0

    def has(self, *traits: str) -> bool:
        """The application has one of these traits."""
        return self.application is not None and any(trait in self.application.traits for trait in traits)

    def shaped(self, *shapes: str) -> bool:
        """The application has one of these shapes."""
        return self.application is not None and self.application.shape in shapes

    @property
    def is_class(self) -> bool:
        """The application is a class."""
        return self.application is not None and self.application.type == "type"

    @property
    def is_bad_call(self) -> bool:
        """The factory takes other arguments than none: the exception is that of the call itself."""
        failure = self.failure
        return self.step == "resolve" and failure is not None and failure.type == "TypeError" and failure.path is None

    @property
    def no_exception(self) -> bool:
        """What was raised is no `Exception`, so that servers may not catch it."""
        return self.failure is not None and self.failure.type in NO_EXCEPTIONS

    @property
    def exits(self) -> bool:
        """What came out of the lifespan, after its outcome perhaps, is a SystemExit or a KeyboardInterrupt."""
        return self.failure is not None and self.failure.type in ("SystemExit", "KeyboardInterrupt")

    @property
    def interrupts(self) -> bool:
        """What exits is a KeyboardInterrupt."""
        return self.failure is not None and self.failure.type == "KeyboardInterrupt"

    @property
    def raised(self) -> str:
        """The line by which a traceback names the exception, empty without one."""
        if self.failure is None:
            return ""
        kind, message = self.failure.type, self.failure.message.partition("\n")[0]
        lines = (line.strip(" |+-") for line in reversed(self.failure.traceback.splitlines()))
        line = next((line for line in lines if line.startswith(kind)), f"{kind}: {message}".removesuffix(": "))
        place = line.rfind(" (")  # str() of a SyntaxError names its place, which a traceback shows elsewhere
        return (line[:place] if kind.endswith(("SyntaxError", "IndentationError", "TabError")) else line)[:_LONGEST]

    def failing(self, sentence: str, without: str) -> str:
        """What is logged of startup.failed: the sentence with its message, or another one where it has none.

        Of a message of several lines the last one, which is the exception where it is a traceback.
        """
        if not self.reason:
            return without
        lines = [line for line in self.reason.splitlines() if line.strip()]
        return (sentence.format(self.reason) if len(lines) == 1 else lines[-1])[:_LONGEST] if lines else without


def refuses(says: str, code: int, why: str = "") -> Answer:
    """It ends before it serves."""
    statement = f"{why or 'does not start'}: {f'exit code {code}' if code >= 0 else f'by signal {-code}'}"
    if code == 0:
        statement += " (looks like success)"
    return Answer("refuses", says, statement, code)


def waits(statement: str) -> Answer:
    """It never comes to serving, and says nothing."""
    return Answer("hangs", "", statement)


def broken(says: str, why: str) -> Answer:
    """It serves, but cannot call the application."""
    return Answer("error-500", says, f"{why}, and answers every request with 500")


def without(says: str, statement: str) -> Answer:
    """It serves, though the application's startup did not take place."""
    return Answer("starts-without-lifespan", says, statement)


STARTS = Answer("starts", "", "starts")
