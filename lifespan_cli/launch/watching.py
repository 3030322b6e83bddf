"""The parent's side of one run: four pipes, the deadlines, the signals, and the end of the process."""

import codecs
import os
import signal
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

import anyio

from lifespan_cli import syntax
from lifespan_cli.errors import UsageError
from lifespan_cli.launch.dump import parse_dump
from lifespan_cli.model.events import (
    Begin,
    Bye,
    End,
    Event,
    Exited,
    Finalized,
    Hello,
    Interrupted,
    LastSeen,
    Refused,
    Spawned,
    Stacks,
    TimedOut,
    Wrote,
    parse,
)

if TYPE_CHECKING:
    from anyio.abc import TaskGroup

    from lifespan_cli.launch import Child
    from lifespan_cli.model import PhaseName

CHUNK_BYTES = 65536
KEPT_OUTPUT_BYTES = 256 * 1024
KEPT_OUTPUT_LINES = 200
LAST_SEEN_BYTES = 1 << 20
LONGEST_WORDS = 200
STACKS_S = 0.5
"""How long the probe's observer may take to tell the stacks before faulthandler is asked."""
DUMP_S = 0.05
"""How long faulthandler may go on writing after its first words."""
STOP_S = 0.8
"""How long an application that was cancelled may take to end before SIGTERM, and after it before SIGKILL."""
DRAIN_S = 0.3
"""How long pipes are read on after the process is gone: its children may hold them open."""
POLL_S = 0.5
OLDEST = (3, 10)


class Watch:
    """Stays with one child. `run` ends when the process is gone and its pipes are drained."""

    def __init__(self, child: "Child", see: Callable[[Event], None], polling: bool) -> None:
        self._child = child
        self._see = see
        self._polling = polling
        self._events: list[Event] = []
        self._phase: PhaseName = "boot"
        self._deadline_ns = child.spawned_ns + child.order.limit_ns("boot")
        self._hello: Hello | None = None
        self._stopping = False
        self._killed = False
        self._gone = anyio.Event()
        self._stacks = anyio.Event()
        self._output: deque[bytes] = deque()
        self._output_bytes = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        self._dump = b""
        self._dumped = anyio.Event()

    def result(self) -> tuple[Event, ...]:
        """Every event, in order; the last one is `Exited`."""
        return tuple(self._events)

    async def run(self) -> None:
        """Watch to the end."""
        self._note(Spawned(self._child.spawned_ns))
        async with anyio.create_task_group() as group:
            if self._child.signals >= 0:
                group.start_soon(self._heed_signals, group)
            group.start_soon(self._keep_deadlines)
            if self._polling:
                group.start_soon(self._poll)
            async with anyio.create_task_group() as readers:
                readers.start_soon(self._read_wire, self._child.wire)
                readers.start_soon(self._read, self._child.output, self._keep_output)
                readers.start_soon(self._read, self._child.dump, self._keep_dump)
                gone_ns = await self._wait_for_process()
                readers.cancel_scope.deadline = anyio.current_time() + DRAIN_S
            group.cancel_scope.cancel()
        self._conclude(gone_ns)

    def _note(self, event: Event) -> None:
        self._events.append(event)
        self._see(event)

    def _conclude(self, gone_ns: int) -> None:
        code = self._child.process.returncode
        if self._child.interrupted and not self._interrupted():
            self._killed = True
            self._note(Interrupted(gone_ns))
        if self._hello is None and not self._interrupted():
            raise UsageError(f"{self._child.order.python} is no Python interpreter that works ({self._silence(code)})")
        if code is not None and code < 0 and b"Fatal Python error" in self._dump:
            self._note(Stacks(gone_ns, parse_dump(self._dump)))
        if not any(isinstance(event, Finalized) for event in self._events) and (calls := self._last_seen()):
            self._note(LastSeen(calls))
        signalled = code is not None and code < 0
        self._note(
            Exited(
                at_ns=gone_ns,
                code=None if signalled else code,
                signal=-code if code is not None and signalled else None,
                killed=self._killed,
                output=self._output_lines(),
            )
        )

    def _silence(self, code: int | None) -> str:
        """How what was started went without a word on the wire: its end, and the last that it printed."""
        limit_s = self._child.order.limit_ns("boot") / 1e9
        how = f"no answer within {limit_s:g} s" if self._stopping else f"exit code {code}"
        printed = [line.strip() for line in self._output_lines() if line.strip("\0 \t\r")]
        return f"{how}: {printed[-1][:LONGEST_WORDS] if printed else 'it said nothing'}"

    def _last_seen(self) -> tuple[tuple[str, str, int], ...]:
        """The stack in the file that the probe's sampler writes; empty where it wrote none."""
        line, _, _ = os.pread(self._child.seen, LAST_SEEN_BYTES, 0).partition(b"\n")
        try:
            calls = syntax.literal(line.decode("ascii")) if line else ()
            return tuple((str(function), str(path), int(number)) for function, path, number in calls)
        except (ValueError, TypeError, SyntaxError):  # the application wrote into it
            return ()

    def _output_lines(self) -> tuple[str, ...]:
        text = b"".join(self._output)[-KEPT_OUTPUT_BYTES:].decode("utf-8", "backslashreplace")
        return tuple(text.removesuffix("\n").split("\n")[-KEPT_OUTPUT_LINES:]) if text else ()

    # reading

    async def _read(self, descriptor: int, keep: Callable[[bytes], None]) -> None:
        os.set_blocking(descriptor, False)
        while True:
            await anyio.wait_readable(descriptor)
            try:
                chunk = os.read(descriptor, CHUNK_BYTES)
            except BlockingIOError:
                continue
            if not chunk:
                return
            keep(chunk)

    async def _read_wire(self, descriptor: int) -> None:
        rest = b""

        def keep(chunk: bytes) -> None:
            nonlocal rest
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._take(line)

        await self._read(descriptor, keep)

    def _take(self, line: bytes) -> None:
        event = parse(line)
        if isinstance(event, Hello):
            self._greet(event)
        elif isinstance(event, Begin):
            self._phase = event.phase
            self._deadline_ns = event.at_ns + self._child.order.limit_ns(event.phase)
        elif isinstance(event, End):
            self._deadline_ns = event.at_ns + self._child.order.limit_ns("runtime")
        elif isinstance(event, Bye) and self._phase != "exit":
            self._phase = "exit"
            self._deadline_ns = event.at_ns + self._child.order.limit_ns("exit")
        elif isinstance(event, Refused):
            raise UsageError(event.message)
        elif isinstance(event, Stacks):
            self._stacks.set()
            if not self._stopping:
                self._see(event)
                return
        self._note(event)

    def _greet(self, hello: Hello) -> None:
        self._hello = hello
        self._child.probe = hello.pid
        version = tuple(int(part) for part in hello.python.split(".")[:2])
        if hello.implementation != "cpython" or version < OLDEST:
            raise UsageError(
                f"{self._child.order.python} is {hello.implementation} {hello.python}; "
                "the probe needs CPython 3.10 or newer: give another interpreter with --python"
            )

    def _keep_output(self, chunk: bytes) -> None:
        self._output.append(chunk)
        self._output_bytes += len(chunk)
        while self._output_bytes - len(self._output[0]) > KEPT_OUTPUT_BYTES:
            self._output_bytes -= len(self._output.popleft())
        self._see(Wrote(self._decoder.decode(chunk)))  # a piece may end within a character

    def _keep_dump(self, chunk: bytes) -> None:
        self._dump = (self._dump + chunk)[-KEPT_OUTPUT_BYTES:]
        self._dumped.set()

    # the end of the process

    async def _wait_for_process(self) -> int:
        """Wait until the process is gone and tell when that was. Its group is killed before it is reaped."""
        process = self._child.process
        if hasattr(os, "pidfd_open"):
            descriptor = os.pidfd_open(process.pid)
            try:
                await anyio.wait_readable(descriptor)
            finally:
                os.close(descriptor)
        else:
            await anyio.to_thread.run_sync(
                lambda: os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT), abandon_on_cancel=True
            )
        gone_ns = time.monotonic_ns()
        self._gone.set()
        self._child.signal_group(signal.SIGKILL)
        process.wait()
        return gone_ns

    async def _keep_deadlines(self) -> None:
        while not self._gone.is_set():
            left_ns = self._deadline_ns - time.monotonic_ns()
            if left_ns > 0:
                with anyio.move_on_after(min(left_ns / 1e9, 0.1)):
                    await self._gone.wait()
            elif self._stopping:
                return
            else:
                self._stopping = True
                phase = self._phase
                self._note(TimedOut(phase, time.monotonic_ns(), self._child.order.limit_ns(phase)))
                await self._stop()

    async def _stop(self) -> None:
        """Learn where the application is, let it clean up, then end it."""
        self._child.tell(b"f")
        await self._ask_for_stacks()
        if self._phase in {"preload", "import", "resolve"}:
            self._child.signal(signal.SIGINT)
        else:
            self._child.tell(b"c")
        for number in (signal.SIGTERM, signal.SIGKILL):
            with anyio.move_on_after(STOP_S):
                await self._gone.wait()
            if self._gone.is_set():
                return
            self._killed = True
            self._child.signal_group(number)

    async def _ask_for_stacks(self) -> None:
        self._stacks = anyio.Event()
        self._child.tell(b"s")
        with anyio.move_on_after(STACKS_S):
            await self._stacks.wait()
        if self._stacks.is_set() or self._gone.is_set() or self._hello is None:
            return
        self._dump = b""
        self._dumped = anyio.Event()
        self._child.ask_faulthandler()
        with anyio.move_on_after(STACKS_S):
            await self._dumped.wait()
            await anyio.sleep(DUMP_S)
        self._note(Stacks(time.monotonic_ns(), parse_dump(self._dump)))

    async def _poll(self) -> None:
        while True:
            await anyio.sleep(POLL_S)
            if self._hello is not None and not self._stopping:
                self._child.tell(b"s")

    async def _heed_signals(self, group: "TaskGroup") -> None:
        """The first Ctrl-C or SIGTERM stops the application and lets the report be made; the second kills."""
        while True:
            await anyio.wait_readable(self._child.signals)
            for _ in os.read(self._child.signals, 1):
                self._interrupt(group)

    def _interrupt(self, group: "TaskGroup") -> None:
        if self._interrupted():
            self._killed = True
            self._child.signal_group(signal.SIGKILL)
            return
        self._note(Interrupted(time.monotonic_ns()))
        if not self._stopping:
            self._stopping = True
            group.start_soon(self._stop)

    def _interrupted(self) -> bool:
        return any(isinstance(event, Interrupted) for event in self._events)
