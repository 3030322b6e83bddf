"""Starts the probe in the target's interpreter and stays with it to the end: reads, keeps deadlines, kills, drains.

`spawn` needs little and comes first; anyio is imported while the child already runs.
"""

import fcntl
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lifespan_cli.errors import ToolError, UsageError

if TYPE_CHECKING:
    from lifespan_cli.model.events import Event  # which takes longer to import than all the rest

PROBE = Path(__file__).parents[1] / "probe" / "__main__.py"
PIPE_BYTES = 1 << 20
DUMP_SIGNAL: int = signal.SIGRTMIN + 7 if hasattr(signal, "SIGRTMIN") else getattr(signal, "SIGINFO")  # noqa: B009  # macOS
"""Makes faulthandler tell all stacks, also when no Python can run. Chosen to be nobody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What one run of the probe is to do. `limit_ns` gives each phase's deadline."""

    python: str
    target: str
    module: str
    attribute: str
    factory: bool
    app_dir: str
    preload: tuple[str, ...]
    backend: str
    hold_ns: int
    limit_ns: Callable[[str], int]
    env: Mapping[str, str] = field(default_factory=dict)
    request: tuple[str, ...] = ()
    restart: bool = False
    blocking_ns: int = 0
    """The limit for stretches in which the event loop is blocked; 0 where there is none."""
    measure: bool = True
    """Record imports and sample; switched off only to measure what that costs."""
    cwd: str = ""
    """The folder to run in; empty: the current one."""


@dataclass(slots=True, eq=False)
class Child:
    """A started probe and our ends of its pipes."""

    process: subprocess.Popen[bytes]
    order: Order
    spawned_ns: int
    """When it was started, on the monotonic clock."""
    wire: int
    output: int
    control: int
    dump: int
    lifeline: int
    """Never written to: that it is closed, however, means that we are gone."""
    seen: int
    """A file that holds where the application was seen last, as long as we have it open."""
    probe: int = -1
    """The process number of the interpreter, from its first words: a wrapper may have started it as its own child."""
    closed: bool = False
    signals: int = -1
    """What becomes readable when the user interrupts; -1 where nobody can."""
    interrupted: bool = False
    """Somebody else than a signal to the process asked for its end."""

    def interrupt(self) -> None:
        """End it at once, from any thread; what is known of it is still reported."""
        self.interrupted = True
        self.signal_group(signal.SIGKILL)

    def signal_group(self, number: int) -> None:
        """Send a signal to the probe and all that it has started. Only until it is reaped: then the number is free."""
        if self.process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def signal(self, number: int) -> None:
        """Send a signal to the interpreter alone, while it belongs to our group: then the number is still its own.

        `Popen.send_signal` might reap what we started, and with it all hold of its group.
        """
        if self.process.returncode is None and self.probe > 0:
            with suppress(ProcessLookupError):
                if os.getpgid(self.probe) == self.process.pid:
                    os.kill(self.probe, number)

    def tell(self, word: bytes) -> None:
        """Give the probe's observer an order."""
        with suppress(OSError):
            os.write(self.control, word)

    def ask_faulthandler(self) -> None:
        """Have every thread's stack written to `dump`."""
        self.signal(DUMP_SIGNAL)

    def close(self) -> None:
        """Kill what is left and give back every descriptor, once."""
        if self.closed:
            return
        self.closed = True
        self.signal_group(signal.SIGKILL)
        self.process.wait()
        for descriptor in (self.wire, self.output, self.control, self.dump, self.lifeline, self.seen):
            with suppress(OSError):
                os.close(descriptor)


def spawn(order: Order) -> Child:
    """Start the probe. Raises UsageError when the interpreter cannot be started."""
    wire, wire_theirs = os.pipe()
    output, output_theirs = os.pipe()
    control_theirs, control = os.pipe()
    dump, dump_theirs = os.pipe()
    lifeline_theirs, lifeline = os.pipe()
    seen = _unnamed_file()
    theirs = (wire_theirs, control_theirs, dump_theirs, lifeline_theirs)
    for pipe in (wire, output):
        _widen(pipe)
    command = [order.python, str(PROBE), *_words(order, *theirs, seen)]
    at_ns = time.monotonic_ns()
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output_theirs,
            stderr=output_theirs,
            pass_fds=(*theirs, seen),
            cwd=order.cwd or None,
            env={**os.environ, **order.env},
            process_group=0,
        )
        _kill_without_us(process.pid, lifeline_theirs)
    except OSError as error:
        for descriptor in (wire, output, control, dump, lifeline, seen):
            os.close(descriptor)
        raise UsageError(
            f"cannot run {order.python} ({error.strerror}); give a Python interpreter with --python"
        ) from None
    finally:
        for descriptor in (*theirs, output_theirs):
            os.close(descriptor)
    return Child(process, order, at_ns, wire, output, control, dump, lifeline, seen)


def _unnamed_file() -> int:
    """A new file that is gone when nobody has it open any more: in memory, where the system has that."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("lifespan-check")
    descriptor, path = tempfile.mkstemp(prefix="lifespan-check-")
    os.unlink(path)  # noqa: PTH108  # a str
    return descriptor


def _widen(pipe: int) -> None:
    """Give a pipe room for what comes before we read: the child must not wait for us while it is timed. Linux only."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):  # the user's pipes may take no more memory
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def _kill_without_us(group: int, lifeline: int) -> None:
    """Have the kernel kill the group when our end of the lifeline is closed, also while no Python can run in it.

    Linux only; elsewhere the probe's observer alone takes note, as soon as it gets the GIL.
    """
    if hasattr(fcntl, "F_SETSIG"):
        with suppress(OSError):  # it is gone already
            fcntl.fcntl(lifeline, fcntl.F_SETOWN, -group)
            fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
            fcntl.fcntl(lifeline, fcntl.F_SETFL, os.O_ASYNC | fcntl.fcntl(lifeline, fcntl.F_GETFL))


def watch(child: Child, see: "Callable[[Event], None]", *, polling: bool = False) -> "tuple[Event, ...]":
    """Stay with a spawned child to its end; every event in order, the parent's own among them.

    `see` is shown each event as it comes; with `polling` it is also shown where the application is, twice a second.
    Raises UsageError when what was started is no CPython ≥ 3.10, ToolError when the probe itself breaks.
    """
    try:
        import anyio

        from lifespan_cli.launch.watching import Watch

        watching = Watch(child, see, polling)
        anyio.run(watching.run)
        return watching.result()
    except* (UsageError, ToolError) as group:
        raise _first(group) from None
    finally:
        child.close()


def _first(group: BaseException) -> BaseException:
    return _first(group.exceptions[0]) if isinstance(group, BaseExceptionGroup) else group


def _words(order: Order, wire: int, control: int, dump: int, lifeline: int, seen: int) -> list[str]:
    words = {
        "target": order.target,
        "module": order.module,
        "attribute": order.attribute,
        "factory": "1" if order.factory else "0",
        "app_dir": order.app_dir,
        "backend": order.backend,
        "hold_ns": str(order.hold_ns),
        "blocking_ns": str(order.blocking_ns),
        "restart": "1" if order.restart else "0",
        "measure": "1" if order.measure else "0",
        "wire": str(wire),
        "control": str(control),
        "dump": str(dump),
        "lifeline": str(lifeline),
        "seen": str(seen),
        "dump_signal": str(DUMP_SIGNAL),
    }
    return [f"{name}={value}" for name, value in words.items()] + [
        *(f"preload={name}" for name in order.preload),
        *(f"request={path}" for path in order.request),
    ]
