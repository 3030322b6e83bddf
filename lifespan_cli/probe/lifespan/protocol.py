"""The lifespan protocol as a state machine: which message is due, which is accepted, and which phase each belongs to.

Knows no event loop, no clock and no wire. Source: ASGI specification, Lifespan Protocol 2.0; where that leaves open
what a server does with a message that is not due, uvicorn's and hypercorn's `send`, which raise for it.

    state            phase      entered when                    messages that `send` accepts
    starting         startup    the application is called       startup.complete, startup.failed
    start-failed     startup    it sent startup.failed          none
    up               hold       it sent startup.complete        shutdown.*, which settle nothing yet
    stopping         shutdown   the server asks it to stop      shutdown.*, which settle nothing yet
    asked            shutdown   it received lifespan.shutdown   shutdown.complete, shutdown.failed
    stopped          shutdown   it sent shutdown.complete       none
    stop-failed      shutdown   it sent shutdown.failed         none

In each of them the application's callable may end, after which nothing changes any more.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    State = Literal["starting", "start-failed", "up", "stopping", "asked", "stopped", "stop-failed"]
    Ending = Literal["returned", "refused", "raised"]

STARTUP, SHUTDOWN = "lifespan.startup", "lifespan.shutdown"
STARTUP_COMPLETE, STARTUP_FAILED = "lifespan.startup.complete", "lifespan.startup.failed"
SHUTDOWN_COMPLETE, SHUTDOWN_FAILED = "lifespan.shutdown.complete", "lifespan.shutdown.failed"
OUTCOMES = (STARTUP_COMPLETE, STARTUP_FAILED, SHUTDOWN_COMPLETE, SHUTDOWN_FAILED)
"""What an application may send."""

_NEXT: "dict[State, dict[str, State]]" = {
    "starting": {STARTUP_COMPLETE: "up", STARTUP_FAILED: "start-failed"},
    "start-failed": {},
    "up": {SHUTDOWN_COMPLETE: "up", SHUTDOWN_FAILED: "up"},
    "stopping": {SHUTDOWN_COMPLETE: "stopping", SHUTDOWN_FAILED: "stopping"},
    "asked": {SHUTDOWN_COMPLETE: "stopped", SHUTDOWN_FAILED: "stop-failed"},
    "stopped": {},
    "stop-failed": {},
}
_PHASES: "dict[State, str]" = {"starting": "startup", "start-failed": "startup", "up": "hold"}
_REFUSALS = (ValueError, NotImplementedError, AssertionError, RuntimeError)
"""Exact types: what frameworks and hand-written applications raise to say "not this scope"."""


class UnexpectedMessageError(RuntimeError):
    """What the application's `send` raises for a message that no server accepts at this point."""


class Protocol:
    """One conversation, from the call with the scope to the end of the callable."""

    def __init__(self) -> None:
        self.state: State = "starting"
        self.ending: Ending | None = None
        """How the callable ended: it returned, refused the scope before saying a word, or raised."""
        self.ended_in: str | None = None
        """The phase in which it ended."""
        self._received = self._sent = 0

    @property
    def phase(self) -> str:
        """The phase that the application is in: startup, hold or shutdown."""
        return _PHASES.get(self.state, "shutdown")

    @property
    def has_started_or_failed(self) -> bool:
        """Startup has its outcome."""
        return self.state != "starting"

    @property
    def has_stopped_or_failed(self) -> bool:
        """Shutdown has its outcome."""
        return self.state in ("stopped", "stop-failed")

    @property
    def silent(self) -> bool:
        """The callable returned during startup without an outcome."""
        return self.state == "starting" and self.ending == "returned"

    @property
    def as_specified(self) -> bool:
        """The application came up and went down as the specification has it."""
        return self.state == "stopped" and self.ending in (None, "returned")

    def receive(self) -> str:
        """The message that is due, which is taken by this; empty while the application has to wait for the next."""
        if not self._received:
            self._received = 1
            return STARTUP
        if self.state == "stopping":
            self._received = 2
            self.state = "asked"
            return SHUTDOWN
        return ""

    def fault(self, kind: str) -> str:
        """Why no server would accept a message of this type now; empty when it would."""
        if kind not in OUTCOMES:
            return f"unknown message type {kind!r}; a lifespan knows {', '.join(OUTCOMES)}"
        if kind in _NEXT[self.state]:
            return ""
        if kind in (STARTUP_COMPLETE, STARTUP_FAILED):
            sent = "failed" if self.state == "start-failed" else "complete"
            return f"{kind} after startup.{sent}: one outcome only"
        if self.phase == "startup":
            return f"{kind} before startup was complete"
        return f"{kind} after shutdown.{'complete' if self.state == 'stopped' else 'failed'}: one outcome only"

    def settles(self, kind: str) -> bool:
        """A message of this type would be the outcome of the present phase."""
        return _NEXT[self.state].get(kind, self.state) != self.state

    def send(self, kind: str) -> None:
        """Take a message of the application's. Raises UnexpectedMessageError where `fault` says why."""
        self._sent += 1
        fault = self.fault(kind)
        if fault:
            raise UnexpectedMessageError(fault)
        self.state = _NEXT[self.state][kind]

    def send_malformed(self, kind: str) -> None:
        """Refuse what is not a message at all, but something of this kind."""
        self._sent += 1
        raise UnexpectedMessageError(f"an ASGI message is a dict with a str under 'type', not {kind}")

    def stop(self) -> None:
        """The server asks an application that is up to stop."""
        if self.state == "up":
            self.state = "stopping"

    def end(self, error: "type[BaseException] | None") -> str:
        """The callable returned, or raised an exception of that type: the status that gives a phase without outcome."""
        self.ended_in = self.phase
        if error is None:
            self.ending = "returned"
            return "ok" if self.state == "up" else "failed"
        untouched = not (self._received or self._sent)
        self.ending = "refused" if untouched and error in _REFUSALS else "raised"
        return "unsupported" if self.ending == "refused" else "crashed"
