"""Phase restart: the application's second life in the same process, in a new event loop, as test suites have it."""

from lifespan_cli.probe.clock import monotonic_ns
from lifespan_cli.probe.lifespan.driver import Lifespan
from lifespan_cli.probe.wire import describe_exception

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lifespan_cli.probe.control import Observer
    from lifespan_cli.probe.lifespan.backends import Loop, Steps
    from lifespan_cli.probe.wire import Wire


class Notes:
    """Stands for the wire in the second life: what is told there is kept, and told as one event."""

    def __init__(self) -> None:
        self.phase = "exit"
        self.ended: dict[str, str] = {}
        self.outcomes: list[tuple[str, str | None]] = []
        self.exception: dict[str, Any] | None = None
        self.failed_in = ""

    def put(self, event: str, **values: "Any") -> None:
        """Keep the outcomes that the application sent."""
        if event == "Passed" and values["direction"] == "send":
            self.outcomes.append((values["type"], values["message"]))

    def begin(self, phase: str, _at_ns: "int | None" = None) -> None:
        """The second life enters a phase."""
        self.phase = phase

    def begin_anew(self) -> None:
        """No time is taken here."""

    def end(self, status: str) -> None:
        """The second life leaves a phase."""
        self.ended[self.phase] = status

    def raised(self, error: BaseException, phase: str = "", kind: str = "exception", from_probe: bool = False) -> None:  # noqa: ARG002  # the wire's own signature
        """The first exception of the second life."""
        if self.exception is None:
            self.exception = describe_exception(error)
            self.failed_in = phase or self.phase


def start_again(wire: "Wire", observer: "Observer", application: "Any", loop: "Loop") -> "Steps":
    """Start and stop it once more, and tell how that went. To be run in a new loop."""
    notes = Notes()
    began_ns = monotonic_ns()
    lifespan = Lifespan(notes, observer, application, loop)  # type: ignore[arg-type]  # notes answer as the wire does
    yield from lifespan.conduct()
    bad = notes.exception is not None or {"failed", "crashed"} & set(notes.ended.values())
    wire.put(
        "Restarted",
        phases=notes.ended,
        outcomes=tuple(notes.outcomes[:20]),
        failed_in=notes.failed_in,
        exception=notes.exception,
        wall_ns=monotonic_ns() - began_ns,
    )
    wire.end("failed" if bad else "ok")
