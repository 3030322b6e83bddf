"""The messages of a run, read as a conversation: a state machine of two outcomes, each of which is due exactly once.

ASGI specification, Lifespan Protocol: an outcome answers `lifespan.startup`, another one `lifespan.shutdown`. That each
is sent once, and only after its event was received, is inferred from "Startup" and "Shutdown".
"""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from lifespan_cli.model import Message, PhaseName

STARTUP = "lifespan.startup"
SHUTDOWN = "lifespan.shutdown"
OUTCOMES = (f"{STARTUP}.complete", f"{STARTUP}.failed", f"{SHUTDOWN}.complete", f"{SHUTDOWN}.failed")
"""The four messages that an application may send in its lifespan."""


class Fault(Struct, frozen=True):
    """What is wrong with one message that was sent. `settled`: it counted as an outcome all the same."""

    kind: Literal["malformed", "unknown", "disorder"]
    message: Message
    reason: str
    settled: bool = False


class Transcript(Struct, frozen=True):
    """The conversation: what was delivered, the outcome that settled each half, and what was wrong on the way."""

    delivered: frozenset[str]
    startup: Message | None
    shutdown: Message | None
    faults: tuple[Fault, ...]

    @property
    def started(self) -> bool:
        """`lifespan.startup.complete` was sent, in its place."""
        return self.startup is not None and self.startup.type.endswith(".complete")

    @property
    def stopped(self) -> bool:
        """`lifespan.shutdown.complete` was sent, in its place."""
        return self.shutdown is not None and self.shutdown.type.endswith(".complete")

    def explains(self, event: str, phase: PhaseName) -> bool:
        """A faulty message explains why the event has no outcome: sent in that phase, or the outcome too early."""
        faults = [fault for fault in self.faults if not fault.settled]
        return any(fault.message.phase == phase or _event(fault.message) == event for fault in faults)

    def faults_of(self, kind: str) -> tuple[Fault, ...]:
        """The faults of one kind, each told once however often the application repeated it."""
        first = {(f.message.type, f.message.phase, f.reason): f for f in reversed(self.faults) if f.kind == kind}
        return tuple(reversed(first.values()))


def read(messages: Iterable[Message]) -> Transcript:
    """The conversation that these messages, in the order in which they passed, amount to."""
    delivered: set[str] = set()
    settled: dict[str, Message] = {}
    faults: list[Fault] = []
    for message in messages:
        if message.direction == "receive":
            delivered.add(message.type)
        elif reason := _malformed(message):
            faults.append(Fault("malformed", message, reason))
        elif message.type not in OUTCOMES:
            faults.append(Fault("unknown", message, "no lifespan message has this type"))
        else:
            event, reason = _event(message), _disorder(message, delivered, settled)
            # Servers take startup's outcome whenever it comes; shutdown's, when it is too early, answers nothing.
            counts = not reason or (event == STARTUP and event not in settled)
            if counts:
                settled[event] = message
            if reason:
                faults.append(Fault("disorder", message, reason, settled=counts))
            if counts and (reason := _bad_text(message)):
                faults.append(Fault("malformed", message, reason, settled=True))
    return Transcript(frozenset(delivered), settled.get(STARTUP), settled.get(SHUTDOWN), tuple(faults))


def _event(message: Message) -> str:
    """The event that this outcome answers: its type without the last word."""
    return message.type.rpartition(".")[0]


def _malformed(message: Message) -> str:
    """Why no server can read the message at all, or nothing."""
    if message.python_type != "dict":
        return f"it is no dict but {message.python_type}"
    kind = message.fields.get("type")
    if kind is None:
        return "it has no key 'type'"
    return "" if kind == "str" else f"its 'type' is no str but {kind}"


def _bad_text(message: Message) -> str:
    """Why the reason that the outcome gives cannot be read, or nothing."""
    kind = message.fields.get("message", "str")
    if kind == "str" or not message.type.endswith(".failed"):  # elsewhere it is an additional key, which is allowed
        return ""
    return f"its 'message' is no str but {kind}"


def _disorder(message: Message, delivered: set[str], settled: dict[str, Message]) -> str:
    """Why this outcome is not due, or nothing."""
    if not delivered:
        return "before it had received anything"
    event = _event(message)
    if event not in delivered:
        return f"before it had received {event}"
    earlier = settled.get(event)
    if earlier is None:
        return ""
    return "twice" if earlier.type == message.type else f"after {earlier.type}"
