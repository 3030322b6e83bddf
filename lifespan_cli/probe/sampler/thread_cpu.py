"""The threads that work for the application, and what each of them computes."""

import time

from lifespan_cli.probe.clock import clock_gettime_ns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# macOS has no clock of another thread
clock_of: "Callable[[int], int] | None" = getattr(time, "pthread_getcpuclockid", None)


class Worker:
    """A thread that works for the application, and what it had computed at the last reading."""

    __slots__ = ("_clock", "cpu_ns")

    def __init__(self, ident: int, born: bool) -> None:
        self._clock = clock_of(ident) if clock_of else 0
        self.cpu_ns = self._read()
        if born and self.cpu_ns >= 0:  # since the last look: all that it has computed is new
            self.cpu_ns = 0

    def _read(self) -> int:
        try:
            return clock_gettime_ns(self._clock) if self._clock else -1
        except OSError:  # it has ended
            return -1

    def lives(self) -> bool:
        """It has not ended. Another thread may come to have its identity, but not its clock."""
        return not self._clock or self._read() >= self.cpu_ns >= 0

    def rested(self) -> bool:
        """It has computed nothing since the last reading, and so is where it was."""
        return self.cpu_ns >= 0 and self._read() == self.cpu_ns

    def since_ns(self) -> int:
        """What it has computed since the last reading."""
        return max(0, self._read() - self.cpu_ns) if self.cpu_ns >= 0 else 0

    def spend_ns(self, share: float) -> int:
        """So much of that; the rest is left for the next time."""
        spent_ns = int(self.since_ns() * share)
        self.cpu_ns += spent_ns
        return spent_ns
