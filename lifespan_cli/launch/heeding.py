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

    def __init__(self) -> None:
        self._before: dict[int, Any] = {}
        self._received = self._sent = -1

    @property
    def descriptor(self) -> int:
        """Becomes readable when a signal has come; -1 outside the main thread, which alone hears them."""
        return self._received

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._received, self._sent = os.pipe()
            os.set_blocking(self._sent, False)
            for number in HEEDED:
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        for descriptor in {self._received, self._sent} - {-1}:
            os.close(descriptor)
        self._received = self._sent = -1

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        with suppress(BlockingIOError):  # there are enough in it
            os.write(self._sent, b"!")
