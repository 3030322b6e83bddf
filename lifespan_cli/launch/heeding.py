"""Ctrl-C and SIGTERM, noted from before the first child is started until after the last: none comes too early."""

import os
import signal
import threading
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any, Self

HEEDED = (signal.SIGINT, signal.SIGTERM)


class Heed:
    """While entered, in the main thread, each of these signals puts a byte into a pipe and does nothing else."""

    def __init__(self, *, lasting: bool = False) -> None:
        self._lasting = lasting
        """Once a signal has come, no further one counts any more, after the end of this either."""
        self._heard = False
        self._before: dict[int, Any] = {}
        self._received = self._sent = -1

    @property
    def descriptor(self) -> int:
        """Becomes readable when a signal has come; -1 outside the main thread, which alone hears them."""
        return self._received

    def pending(self) -> bool:
        """A signal has come that nobody has read yet. Reads it."""
        try:
            return self._received >= 0 and bool(os.read(self._received, 1))
        except BlockingIOError:
            return False

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._received, self._sent = os.pipe()
            for descriptor in (self._received, self._sent):
                os.set_blocking(descriptor, False)
            for number in HEEDED:
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for number, handler in () if self._heard and self._lasting else self._before.items():
            # one that was not set from Python is not to be had back
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        descriptors = {self._received, self._sent} - {-1}
        self._received = self._sent = -1
        for descriptor in descriptors:
            os.close(descriptor)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._heard = True
        if self._sent >= 0:
            with suppress(BlockingIOError):  # there are enough in it
                os.write(self._sent, b"!")
