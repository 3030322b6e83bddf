"""The interpreter's audit events (PEP 578), for those who note what the application opens, starts and drops."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    Listener = Callable[[str, tuple[Any, ...]], None]


class AuditEvents:
    """Calls one listener for each event that was asked for."""

    def __init__(self) -> None:
        self._listeners: dict[str, Listener] = {}

    def begin(self) -> None:
        """Listen from now on, to the end of the process: a hook cannot be taken back."""
        try:
            sys.addaudithook(self._hear)
        except Exception:  # a hook of the application's forbids others
            return

    def listen(self, events: "Iterable[str]", listener: "Listener") -> None:
        """Have it called with the event's name and its arguments."""
        self._listeners.update(dict.fromkeys(events, listener))

    def stop(self, events: "Iterable[str]") -> None:
        """Have nobody called any more for these."""
        for event in events:
            self._listeners.pop(event, None)

    def _hear(self, event: str, arguments: "tuple[Any, ...]") -> None:
        listener = self._listeners.get(event)
        if listener is not None:
            try:
                listener(event, arguments)
            except Exception:  # whatever it is, it must not come out of what the application does
                return
