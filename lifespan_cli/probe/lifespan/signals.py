"""SIGINT and SIGTERM as uvicorn handles them: a handler notes them, and the server shuts down when startup is through.

Installed with `signal.signal` before startup and taken back before the loop is closed, as uvicorn's `capture_signals`
does. What it does after that, to let itself be ended by the signal, is left out: the probe has to report first.
"""

from lifespan_cli.probe.clock import monotonic_ns
from lifespan_cli.probe.loading.server_imports import standard
from lifespan_cli.probe.sampler.frames import is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    from lifespan_cli.probe.lifespan.backends import Loop
    from lifespan_cli.probe.wire import Wire

MOST_SIGNALS = 20
MOST_CALLS = 25


class Signals:
    """The handlers, and what they have noted."""

    def __init__(self, wire: "Wire", loop: "Loop") -> None:
        self._wire = wire
        self._loop = loop
        self._before: dict[int, Any] = {}
        self._untold: list[dict[str, Any]] = []
        self._count = 0
        self.should_exit = False
        """One of the signals has come."""

    def install(self) -> None:
        """Handle the signals from now on."""
        signal = standard("signal")
        self._before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore(self) -> None:
        """Take the handlers back."""
        for number, handler in self._before.items():
            if handler is not None:  # one that was not set from Python cannot be set again
                standard("signal").signal(number, handler)
        self._before = {}
        self.tell()

    def handle_exit(self, sig: int, frame: "FrameType | None") -> None:
        """The handler. It writes nothing: it may have interrupted the writing of another event."""
        self.should_exit = True
        if self._count < MOST_SIGNALS:
            self._count += 1
            self._untold.append(
                {"number": int(sig), "phase": self._wire.phase, "at_ns": monotonic_ns(), "calls": _calls(frame)}
            )
        try:
            self._loop.call_from_thread(self._loop.wake)
        except RuntimeError:  # the loop is closed
            pass

    def tell(self) -> None:
        """Write what was noted since the last time."""
        while self._untold:
            self._wire.put("Signalled", **self._untold.pop(0))


def _calls(frame: "FrameType | None") -> "tuple[tuple[str, str, int], ...]":
    """The stack that the signal interrupted, innermost call first, without the probe's own frames."""
    calls: list[tuple[str, str, int]] = []
    while frame is not None and len(calls) < MOST_CALLS:
        if not is_ours(frame):
            code = frame.f_code
            calls.append((getattr(code, "co_qualname", code.co_name), code.co_filename, frame.f_lineno or 0))
        frame = frame.f_back
    return tuple(calls)
