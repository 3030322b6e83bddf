"""Everything that a run of pytest starts ends with it, however it ends.

`supervise` forks twice, so that three processes stand in a row. The first keeps the number under which pytest was
started; it only waits, and passes on its exit status and Ctrl-C. The last is the one in which pytest goes on. Between
them the supervisor adopts whatever loses its parent (Linux: it is a subreaper). When either neighbour is gone, it kills
all of its descendants: whatever environment, session or process group they have made for themselves. After a Ctrl-C it
kills them at once, and leaves pytest to say what there is to say.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
INTERRUPT = b"!"
"""What the first process writes to the supervisor when it alone was sent a SIGINT."""


def supervise() -> None:
    """Go on in a process whose descendants all end with it, and with the process that called."""
    lifeline, held = os.pipe()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGCHLD})
    supervisor = os.fork()
    if supervisor:
        os.close(lifeline)
        _stand_for(supervisor, held)
    os.close(held)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    worker = os.fork()
    if worker:
        _keep(worker, lifeline)
    os.close(lifeline)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _stand_for(supervisor: int, held: int) -> None:
    """Wait for the supervisor and end as it does. A signal that ends this process closes `held`."""
    while True:
        if _is_interrupted():
            os.write(held, INTERRUPT)
        ended, status = os.waitpid(supervisor, os.WNOHANG)
        if ended:
            _end_as(status)


def _is_interrupted() -> bool:
    """Wait for a signal: whether it is a SIGINT for this process alone. A terminal sends one to the others too."""
    numbers = {signal.SIGINT, signal.SIGCHLD}
    if hasattr(signal, "sigwaitinfo"):
        received = signal.sigwaitinfo(numbers)
        return received.si_signo == signal.SIGINT and received.si_code <= 0
    return signal.sigwait(numbers) == signal.SIGINT and not _is_in_foreground()  # macOS


def _is_in_foreground() -> bool:
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:  # there is no terminal
        return False


def _keep(worker: int, lifeline: int) -> None:
    """Wait until the worker has ended or the lifeline is closed, then kill all that is left, and end as the worker."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    for number in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD, signal.SIGINT})
    while (status := _reap(worker)) is None:
        readable, _, _ = select.select([lifeline, woken], [], [])
        interrupted = woken in readable and signal.SIGINT in os.read(woken, 4096)
        if lifeline in readable:
            if os.read(lifeline, 1) != INTERRUPT:
                break
            os.kill(worker, signal.SIGINT)
            interrupted = True
        if interrupted:
            _kill([pid for pid in descendants(os.getpid()) if pid != worker])
    while left := descendants(os.getpid()):  # what one has started meanwhile is ours when it is dead
        _kill(left)
        with suppress(ChildProcessError):
            os.waitpid(-1, 0)
    _end_as(signal.SIGKILL if status is None else status)


def _kill(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def _reap(worker: int) -> int | None:
    """Take note of every child that has ended; the worker's status if it is among them."""
    found = None
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            if ended[0] == worker:
                found = ended[1]
    return found


def _end_as(status: int) -> None:
    """End this process with the status of another one."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        with suppress(OSError):  # SIGKILL has no handler
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code if code >= 0 else 128 - code)


def descendants(ancestor: int) -> list[int]:
    """The numbers of all living processes below that one, nearest first."""
    parents = dict(processes())
    found = [ancestor]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found[1:]


def processes() -> list[tuple[int, int]]:
    """Every process that has not ended, and its parent."""
    if sys.platform != "linux":
        listed = subprocess.run(["ps", "-axo", "pid=,ppid=,state="], capture_output=True, text=True, check=True)
        rows = [line.split() for line in listed.stdout.splitlines()]
        return [(int(pid), int(parent)) for pid, parent, state in rows if not state.startswith("Z")]
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ends while we look
            pid, _, rest = file.read_text(errors="replace").partition(" (")
            state, parent = rest.rpartition(")")[2].split()[:2]
            if state != "Z":
                found.append((int(pid), int(parent)))
    return found
