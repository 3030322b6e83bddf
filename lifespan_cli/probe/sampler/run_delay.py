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
        self.known = True
        """The system tells it, and the application has not closed our file."""
        self.left_ns = 0
        """What is read but not charged to anything yet; 0 where it is not known."""
        self._read_ns = 0
        try:
            self._descriptor = private(open(SCHEDSTAT.format(get_native_id()), O_RDONLY | O_CLOEXEC))
        except OSError:
            self.known = False
        self.read()
        self.left_ns = 0

    def read(self) -> None:
        """Add what has come since the last reading."""
        if not self.known:
            return
        try:
            delay_ns = int(pread(self._descriptor, LONGEST, 0).split()[1])
        except (OSError, ValueError, IndexError):  # the application has closed it, or opened a file of its own there
            self.known, self.left_ns = False, 0
            return
        self.left_ns += max(0, delay_ns - self._read_ns)
        self._read_ns = delay_ns
