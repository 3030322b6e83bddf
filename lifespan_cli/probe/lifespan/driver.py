"""Calls the application with the lifespan scope, in a task of its own, and records every message (ASGI lifespan 2.0).

Records, never judges. Raises into the application only where a server's `send` would: uvicorn's asserts the order and
the types of messages, hypercorn's answers an unexpected one with an exception.
"""

from math import inf

import anyio

from lifespan_cli.probe.lifespan.messages import KNOWN_TYPES, describe_message
from lifespan_cli.probe.wire import monotonic_ns, text, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from lifespan_cli.probe.control import Observer
    from lifespan_cli.probe.wire import Wire

SETTLE_S = 0.005
"""How long the lifespan task is watched after startup when no hold is asked for: some die milliseconds later."""
GRACE_S = 1.0
"""How long the callable may take to end after its last outcome before it is cancelled."""
CANCEL_GRACE_S = 0.5
MOST_MESSAGES = 1000
REFUSALS = (ValueError, NotImplementedError, AssertionError, RuntimeError)


class UnexpectedMessageError(RuntimeError):
    """What the application's `send` raises for a message that no server accepts at this point."""


class Lifespan:
    """One life of the application, from the call with the scope to the end of the callable."""

    def __init__(
        self,
        wire: "Wire",
        observer: "Observer",
        application: "Any",
        hold_ns: int = 0,
        visit: "Callable[[dict[Any, Any] | None], Awaitable[None]] | None" = None,
    ) -> None:
        self._wire = wire
        self._observer = observer
        self._application = application
        self._visit = visit
        self._visiting = anyio.CancelScope()
        self._hold_s = max(hold_ns / 1e9, SETTLE_S)
        self._state: dict[Any, Any] = {}
        self._scope: dict[str, Any] = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self._state,
        }
        self._startup_received = self._shutdown_sent = self._shutdown_received = False
        self._startup: str | None = None
        self._shutdown: str | None = None
        self._ended = self._idle = self._ordered = self._cancelled = self._failed = self._unsupported = False
        self._ended_in: str | None = None
        self._noticed = self._ended_at_once = False
        self._returned: str | None = None
        self._messages = self._dropped = 0
        self._progress = anyio.Event()
        self._deliver = anyio.Event()
        self._cancel: Callable[[], Any] = lambda: None

    @property
    def silent(self) -> bool:
        """The callable returned during startup without an outcome and without an exception."""
        return self._ended_in == "startup" and self._startup is None and not (self._failed or self._cancelled)

    @property
    def up_and_down(self) -> bool:
        """The application came up and went down as the specification has it."""
        return self._startup == self._shutdown == "complete" and not self._failed

    async def run(self) -> None:
        """Conduct the life. Returns when the callable has ended, or has been cancelled and does not end."""
        async with anyio.create_task_group() as group:
            self._observer.cancel = from_thread(self._order)
            self._wire.begin("startup")
            group.start_soon(self._live, name="lifespan")
            await self._until(lambda: self._startup is not None)
            self._noticed = True
            if self._startup == "complete":
                await self._hold_and_stop()
            elif self._visit and self._unsupported and not self._ordered:
                await self._call_on(None)  # a server goes on without the lifespan, and without state
                self._wire.begin("exit")
            await self._finish()
            group.cancel_scope.cancel()
        self._observer.cancel = None

    async def _hold_and_stop(self) -> None:
        await self._until(lambda: False, self._hold_s)
        if self._ended or self._ordered:
            return
        self._wire.end("ok")
        if self._visit:
            await self._call_on(self._state)
            if self._ended or self._ordered:
                return
        self._wire.begin("shutdown")
        self._shutdown_sent = True
        self._deliver.set()
        await self._until(lambda: self._shutdown is not None)

    async def _finish(self) -> None:
        """Let the callable end; cancel it when it does not, as a server's loop does at its own end."""
        if not self._ordered:
            await self._until(lambda: self._startup == "failed" and self._idle, GRACE_S)
        swallowed = False
        if not self._ended:
            self._cancelled = True
            self._cancel()
            self._ordered = False
            await self._until(lambda: False, CANCEL_GRACE_S)
            swallowed = not self._ended
        self._wire.put(
            "Behaved",
            state_replaced=self._scope.get("state") is not self._state,
            bad_state_keys=tuple(text(key, 100) for key in self._state if not isinstance(key, str))[:20],
            returned=self._returned,
            swallowed_cancellation=swallowed,
            ended_in=self._ended_in,
            cancelled=self._cancelled,
            ended_at_once=self._ended_at_once,
        )
        if self._dropped:
            self._wire.put("Dropped", count=self._dropped)

    async def _until(self, condition: "Callable[[], bool]", seconds: float = inf) -> None:
        """Wait until the condition holds, the callable has ended, the parent orders a stop, or time is up."""
        with anyio.move_on_after(seconds):
            while not (self._ended or self._ordered or condition()):
                self._progress = anyio.Event()
                await self._progress.wait()

    def _order(self) -> None:
        """The parent wants the application to stop: a deadline has passed, or the user interrupts."""
        self._ordered = True
        self._progress.set()
        self._visiting.cancel()

    async def _call_on(self, state: "dict[Any, Any] | None") -> None:
        """Have the visit made, as long as nobody orders a stop."""
        if self._visit:
            with self._visiting:
                await self._visit(state)

    def _phase(self) -> str:
        if self._startup != "complete":
            return "startup"
        return "shutdown" if self._shutdown_sent else "hold"

    async def _live(self) -> None:
        """The lifespan task: the application's callable and nothing else."""
        with anyio.CancelScope() as scope:
            self._cancel = _canceller(scope)
            error: BaseException | None = None
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
        self._progress.set()

    def _end(self, error: "BaseException | None") -> None:
        phase = self._ended_in = self._phase()
        self._ended_at_once = self._startup is not None and not self._noticed
        self._failed = error is not None
        if self._wire.phase == phase:
            self._wire.end(self._status(error))
        if error is not None and not self._cancelled:
            self._wire.raised(error, phase, from_probe=type(error) is UnexpectedMessageError)
        if self._wire.phase != "exit":
            self._wire.begin("exit")
        self._ended = True

    def _status(self, error: "BaseException | None") -> str:
        if error is not None:
            untouched = not (self._startup_received or self._messages)
            self._unsupported = untouched and type(error) in REFUSALS
            return "unsupported" if self._unsupported else "crashed"
        return "ok" if self._phase() == "hold" else "failed"

    async def _receive(self) -> "dict[str, Any]":
        if not self._startup_received:
            self._startup_received = True
            return self._received("lifespan.startup")
        self._idle = True
        self._progress.set()
        await self._deliver.wait()
        if self._shutdown_received:
            await anyio.sleep_forever()
        self._shutdown_received = True
        return self._received("lifespan.shutdown")

    def _received(self, kind: str) -> "dict[str, Any]":
        self._wire.put("Passed", direction="receive", type=kind, phase=self._phase(), at_ns=monotonic_ns())
        return {"type": kind}

    async def _send(self, message: "Any") -> None:
        at_ns = monotonic_ns()
        self._messages += 1
        described = describe_message(message)
        fault = self._fault(described)
        scope, _, outcome = described["type"].removeprefix("lifespan.").partition(".")
        settles = not fault and (scope == "startup" or self._shutdown_received)
        if settles or self._messages <= MOST_MESSAGES:
            self._wire.put("Passed", direction="send", phase=self._phase(), at_ns=at_ns, **described)
        else:
            self._dropped += 1
        if fault:
            raise UnexpectedMessageError(fault)
        if scope == "startup":
            self._startup = outcome
            self._wire.end("ok" if outcome == "complete" else "failed")
            self._wire.begin("hold" if outcome == "complete" else "exit")
        elif settles:  # one that comes before shutdown answers nothing; rules say so
            self._shutdown = outcome
            self._wire.end("ok" if outcome == "complete" else "failed")
            self._wire.begin("exit")
        self._progress.set()

    def _fault(self, described: "dict[str, Any]") -> str:
        """Why a server would not accept this message now; empty when it would."""
        kind = described["type"]
        if described["python_type"] != "dict" or described["fields"].get("type") != "str":
            return f"an ASGI message is a dict with a str under 'type', not {kind}"
        if kind not in KNOWN_TYPES:
            return f"unknown message type {kind!r}; a lifespan knows {', '.join(KNOWN_TYPES)}"
        if kind.startswith("lifespan.startup.") and self._startup is not None:
            return f"{kind} after startup.{self._startup}: one outcome only"
        if kind.startswith("lifespan.shutdown.") and self._startup != "complete":
            return f"{kind} before startup was complete"
        if kind.startswith("lifespan.shutdown.") and self._shutdown is not None:
            return f"{kind} after shutdown.{self._shutdown}: one outcome only"
        return ""


def _canceller(scope: "anyio.CancelScope") -> "Callable[[], Any]":
    """What cancels the present task: once, as asyncio's servers do; trio knows cancellation by scope only."""
    task = _asyncio_task()
    return scope.cancel if task is None else task.cancel


def _asyncio_task() -> "Any":
    import asyncio

    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


def hide_present_task() -> None:
    """Leave the present asyncio task out of `asyncio.all_tasks()`: an application that cancels, or awaits, "all other
    tasks" at its shutdown means its own, and would wait for the one that waits for it."""
    task = _asyncio_task()
    if task is not None:
        import asyncio

        asyncio.tasks._unregister_task(task)


def from_thread(function: "Callable[[], None]") -> "Callable[[], None]":
    """`function` as something that another thread may call to have it run in this loop."""
    if _asyncio_task() is not None:
        import asyncio

        loop = asyncio.get_running_loop()
        return lambda: loop.call_soon_threadsafe(function)  # type: ignore[return-value]  # its handle is of no use
    from trio.lowlevel import current_trio_token

    token: Any = current_trio_token()
    return lambda: token.run_sync_soon(function)
