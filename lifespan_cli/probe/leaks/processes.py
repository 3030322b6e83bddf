"""The process's children, as Linux shows them and as multiprocessing knows them; elsewhere nothing is known.

What it calls is bound here, before an application may replace it by a guard that forbids blocking calls.
"""

from os import O_RDONLY, close, getpid, listdir, sysconf
from os import open as _open
from os import read as _read

from lifespan_cli.probe.internals.leftovers import processes as started
from lifespan_cli.probe.wire import text

TYPE_CHECKING = False

LONGEST_BYTES = 4096
TICK_NS = 1_000_000_000 // sysconf("SC_CLK_TCK")
"""The system counts the time at which a process started in these."""
HELPERS = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")
"""Processes that multiprocessing keeps for itself until the interpreter ends."""


class Child:
    """A child process that runs."""

    __slots__ = ("command", "identity", "name", "pid", "started_ns")

    def __init__(self, pid: int, started_ns: int, command: str) -> None:
        self.pid = pid
        self.started_ns = started_ns
        """When it was started, by the clock that counts since the system's start; rounded down to `TICK_NS`."""
        self.command = command
        self.name = ""
        """The name of the multiprocessing.Process that it is; empty where it is none."""
        self.identity: object = None
        """What tells one Process from another; None where it is none."""


def child_processes() -> "dict[int, Child]":
    """The children that run, those that multiprocessing's fork server has started for us included, by their number."""
    found: dict[int, Child] = {}
    own = str(getpid())
    processes = {pid: (text(name, 200), identity) for pid, parent, name, identity in started() if parent == getpid()}
    try:
        names = [name for name in listdir("/proc") if name.isdigit()]
    except OSError:
        return {}
    for pid in map(int, names):
        try:
            fields = _content(f"/proc/{pid}/stat").rpartition(")")[2].split()
            if fields[0] == "Z" or (fields[1] != own and pid not in processes):
                continue
            command = _content(f"/proc/{pid}/cmdline").replace("\0", " ").strip()
        except (OSError, IndexError):  # it has ended
            continue
        child = Child(pid, int(fields[19]) * TICK_NS, command)
        if pid in processes:
            child.name, child.identity = processes[pid]
        elif any(helper in command for helper in HELPERS):
            continue
        found[pid] = child
    return found


def _content(path: str) -> str:
    """The first bytes of a file of the system's."""
    descriptor = _open(path, O_RDONLY)
    try:
        return _read(descriptor, LONGEST_BYTES).decode("utf-8", "replace")
    finally:
        close(descriptor)
