"""Calls the application with the lifespan scope, in a task of its own, and records every message (ASGI lifespan 2.0).

Records, never judges. What is due next is told by `Protocol`; `conduct` is a generator that yields for how many seconds
at most the event loop may wait before it goes on, so that the same steps run on asyncio, uvloop and trio.
"""

from lifespan_cli.probe.clock import monotonic_ns
from lifespan_cli.probe.lifespan.backends import FOREVER_S
from lifespan_cli.probe.lifespan.messages import describe_message
from lifespan_cli.probe.lifespan.protocol import Protocol, UnexpectedMessageError
from lifespan_cli.probe.wire import text, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from lifespan_cli.probe.control import Observer
    from lifespan_cli.probe.lifespan.backends import Loop, Steps, Task
    from lifespan_cli.probe.lifespan.middleware_depth import Depth
    from lifespan_cli.probe.lifespan.signals import Signals
    from lifespan_cli.probe.wire import Wire

    Visit = Callable[["dict[Any, Any] | None"], Awaitable[None]]

SETTLE_S = 0.005
"""How long the lifespan task is watched after startup when no hold is asked for: some die milliseconds later."""
GRACE_S = 1.0
"""How long the callable may take to end after its last outcome before it is cancelled."""
CANCEL_GRACE_S = 0.5
MOST_MESSAGES = 1000
BY_LOOP = ("Task got ", "Task cannot await on itself", "yield was used instead of yield from")
"""How the RuntimeError begins that asyncio throws into a coroutine for what it awaits."""


class Lifespan:
    """One run of the application, from the call with the scope to the end of the callable."""

    def __init__(
        self,
        wire: "Wire",
        observer: "Observer",
        application: "Any",
        loop: "Loop",
        hold_ns: int = 0,
        visit: "Visit | None" = None,
        signals: "Signals | None" = None,
        look: "Callable[[], None]" = lambda: None,
        depth: "Depth | None" = None,
    ) -> None:
        self._wire = wire
        self._observer = observer
        self._application = application
        self._loop = loop
        self._hold_s = max(hold_ns / 1e9, SETTLE_S)
        self._visit = visit
        self._signals = signals
        self._look = look
        """Called when startup is complete, and when the application is to stop or has crashed."""
        self._depth = depth
        self.state: dict[Any, Any] = {}
        """What the application keeps there for requests."""
        self._scope: dict[str, Any] = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        self._protocol = Protocol()
        self._shutdown_is_due = loop.event()
        self.task: Task | None = None
        """Runs the application's callable and nothing else."""
        self._waits_for_shutdown = False
        self._stop_ordered = False
        self._cancelled = False
        self._startup_noticed = self._ended_at_once = False
        self._returned: str | None = None
        self._messages = self._dropped = 0

    @property
    def up_and_down(self) -> bool:
        """The application came up and went down as the specification has it."""
        return self._protocol.as_specified

    def conduct(self) -> "Steps":
        """Take the application through its lifespan, until its callable has ended or was cancelled and does not end."""
        self._observer.cancel = lambda: self._loop.call_from_thread(self._order_stop)
        self._wire.begin("startup")
        self.task = self._loop.start(self._run)
        yield from self._until(lambda: self._protocol.has_started_or_failed)
        self._startup_noticed = True
        if self._protocol.state == "up":
            self._look()
            yield from self._hold_and_stop()
        elif self._visit and self._protocol.ending == "refused" and not self._stop_ordered:
            yield from self._send_requests(None)  # a server goes on without the lifespan, and without state
            self._wire.begin("exit")
        yield from self._finish()
        self._observer.cancel = None
        if self._depth and self._protocol.silent and not self._cancelled:
            self._depth.tell()

    def _hold_and_stop(self) -> "Steps":
        yield from self._until(self._is_asked_to_exit, self._hold_s)
        self._look()
        if self._is_over():
            return
        self._wire.end("ok")
        if self._visit and not self._is_asked_to_exit():
            yield from self._send_requests(self.state)
            if self._is_over():
                return
        self._wire.begin("shutdown")
        self._protocol.stop()
        self._shutdown_is_due.set()
        yield from self._until(lambda: self._protocol.has_stopped_or_failed)

    def _finish(self) -> "Steps":
        """Let the callable end; cancel it once when it does not, as a server's loop does at its own end.

        The time in which only we were waiting is not the application's.
        """
        if not self._stop_ordered:
            yield from self._until(lambda: self._protocol.state == "start-failed" and self._waits_for_shutdown, GRACE_S)
        swallowed = False
        if self.task and not self._has_ended():
            self._cancelled = True
            self._stop_ordered = False
            self._wire.begin_anew()
            self.task.cancel()
            yield from self._until(lambda: False, CANCEL_GRACE_S)
            swallowed = not self._has_ended()
            if swallowed:
                self._wire.begin_anew()
        self._tell_conduct(swallowed)

    def _tell_conduct(self, swallowed: bool) -> None:
        self._wire.put(
            "Behaved",
            state_replaced=self._scope.get("state") is not self.state,
            bad_state_keys=tuple(text(key, 100) for key in self.state if not isinstance(key, str))[:20],
            returned=self._returned,
            swallowed_cancellation=swallowed,
            ended_in=self._protocol.ended_in,
            cancelled=self._cancelled,
            ended_at_once=self._ended_at_once,
        )
        if self._dropped:
            self._wire.put("Dropped", count=self._dropped)

    def _until(self, condition: "Callable[[], bool]", seconds: float = FOREVER_S) -> "Steps":
        """Wait until the condition holds, the callable has ended, the parent orders a stop, or time is up."""
        until_s = self._loop.now_s() + seconds
        while not (self._is_over() or condition()):
            left_s = until_s - self._loop.now_s()
            if left_s <= 0:
                return
            yield left_s
            self._tell_signals()

    def _has_ended(self) -> bool:
        return self._protocol.ending is not None

    def _is_over(self) -> bool:
        return self._has_ended() or self._stop_ordered

    def _is_asked_to_exit(self) -> bool:
        """A signal came that makes a server shut down."""
        return self._signals is not None and self._signals.should_exit

    def _tell_signals(self) -> None:
        if self._signals is not None:
            self._signals.tell()

    def _order_stop(self) -> None:
        """The parent wants the application to stop: a deadline has passed, or the user interrupts."""
        self._stop_ordered = True
        self._loop.wake()

    def _send_requests(self, state: "dict[Any, Any] | None") -> "Steps":
        """Have the requests made in a task of their own, until they are answered, the callable ends or a stop comes."""
        visit = self._visit
        if visit is None:
            return
        requests = self._loop.start(lambda: visit(state))
        while not (requests.done or self._stop_ordered):
            yield FOREVER_S
        if not requests.done:
            requests.cancel()
            while not requests.done:
                yield FOREVER_S

    async def _run(self) -> None:
        """The lifespan task: the application's callable and nothing else."""
        error: BaseException | None = None
        if self._depth:
            self._depth.begin()
        try:
            result = self._application(self._scope, self._receive, self._send)
            awaitable = hasattr(result, "__await__")
            self._wire.put("Called", type=type_name(type(result)), awaitable=awaitable)
            if awaitable:
                self._observer.awaitable = result
                value = await result
                self._returned = None if value is None else type_name(type(value))
        except BaseException as raised:
            error = raised
        self._observer.awaitable = None
        self._end(error)

    def _end(self, error: "BaseException | None") -> None:
        if self._depth:
            self._depth.end()
        phase = self._protocol.phase
        kind = None if error is None else RejectedByLoopError if _is_by_loop(error) else type(error)
        status = self._protocol.end(kind)
        self._ended_at_once = self._protocol.has_started_or_failed and not self._startup_noticed
        if self._wire.phase == phase:
            self._wire.end(status)
        if error is not None and not self._cancelled:
            self._wire.raised(error, phase, from_probe=type(error) is UnexpectedMessageError)
        if self._wire.phase != "exit":
            self._wire.begin("exit")
        self._loop.wake()

    async def _receive(self) -> "dict[str, Any]":
        if self._depth:
            self._depth.end()
        kind = self._protocol.receive()
        if not kind:
            self._waits_for_shutdown = True
            self._loop.wake()
            await self._shutdown_is_due.wait()
            kind = self._protocol.receive()
        if not kind:
            await self._loop.event().wait()  # no third message ever comes
        self._wire.put("Passed", direction="receive", type=kind, phase=self._protocol.phase, at_ns=monotonic_ns())
        return {"type": kind}

    async def _send(self, message: "Any") -> None:
        at_ns = monotonic_ns()
        self._messages += 1
        described = describe_message(message)
        kind, phase = described["type"], self._protocol.phase
        well_formed = described["python_type"] == "dict" and described["fields"].get("type") == "str"
        settles = well_formed and self._protocol.settles(kind)
        if settles or self._messages <= MOST_MESSAGES:
            self._wire.put("Passed", direction="send", phase=phase, at_ns=at_ns, **described)
        else:
            self._dropped += 1
        if not well_formed:
            self._protocol.send_malformed(kind)
        self._protocol.send(kind)
        if settles:
            self._wire.end("ok" if kind.endswith(".complete") else "failed")
            self._wire.begin("hold" if self._protocol.state == "up" else "exit")
        self._loop.wake()


class RejectedByLoopError(Exception):
    """Stands for an exception that the event loop threw into the callable: that refuses nothing."""


def _is_by_loop(error: BaseException) -> bool:
    says = error.args[0] if type(error) is RuntimeError and error.args else None
    return type(says) is str and says.startswith(BY_LOOP)
