"""How long the main thread could have run but waited for a processor, as Linux counts it for each thread.

The file is opened once: to open it again and again would show in the application's audit hooks.
"""

from _thread import get_native_id
from os import O_CLOEXEC, O_RDONLY, open, pread  # noqa: A004  # there is no other to be had

from lifespan_cli.probe.wire import private

SCHEDSTAT = "/proc/self/task/{}/schedstat"
"""CPU time and run delay in ns, and the number of times that the thread was let run."""
LONGEST = 100


class RunDelay:
    """That of the thread it is made in."""

    def __init__(self) -> None:
        try:
            self._descriptor = private(open(SCHEDSTAT.format(get_native_id()), O_RDONLY | O_CLOEXEC))
        except OSError:
            self._descriptor = -1
        self._last_ns = self._read_ns()

    @property
    def known(self) -> bool:
        """The system tells it, and the application has not closed our file."""
        return self._last_ns >= 0

    def since_ns(self) -> int:
        """The delay since the last `spend`; 0 where it is not known."""
        return max(0, self._read_ns() - self._last_ns) if self.known else 0

    def spend(self, delay_ns: int) -> None:
        """So much of it is charged."""
        self._last_ns += delay_ns

    def _read_ns(self) -> int:
        if self._descriptor < 0:
            return -1
        try:
            return int(pread(self._descriptor, LONGEST, 0).split()[1])
        except (OSError, ValueError, IndexError):  # the application has closed it, or opened a file of its own there
            self._descriptor = -1
            self._last_ns = -1
            return -1
