"""The model: which LS1xx codes a script must get, read from the ASGI specification and what servers do.

It knows the application only by its script, and nothing of how the tool drives or judges. Of a cause and its
consequence only the cause is told: nobody misses an outcome where a message was refused on the way to it, or where it
came too early.
"""

from dataclasses import dataclass, field
from typing import Any

from scripts import LONG_S, Hang, Nap, Raise, Receive, Return, Script, Send, Step, Touch

REFUSAL_NAMES = {"ValueError", "NotImplementedError", "AssertionError", "RuntimeError"}
EXIT_NAMES = {"SystemExit", "KeyboardInterrupt"}
OUTCOMES = {f"lifespan.{event}.{how}" for event in ("startup", "shutdown") for how in ("complete", "failed")}


@dataclass
class Server:
    """What a server knows of the application, and the codes of what was wrong until now."""

    codes: set[str] = field(default_factory=set)
    received: list[str] = field(default_factory=list)
    sent_anything: bool = False
    startup: str | None = None
    shutdown: str | None = None
    is_shutdown_due: bool = False
    is_shutdown_early: bool = False
    refused_in: set[str] = field(default_factory=set)

    @property
    def phase(self) -> str:
        if self.startup != "complete":
            return "startup"
        return "shutdown" if self.is_shutdown_due else "hold"


def expected(script: Script) -> set[str]:
    """The codes of all findings that this script must get."""
    server = Server()
    for step in (*script, Return()):
        if not take(server, step):
            break
    return server.codes


def take(server: Server, step: Step) -> bool:
    """Whether the application goes on after this step."""
    match step:
        case Receive():
            return receive(server)
        case Send(message, guarded):
            return send(server, message) or guarded
        case Raise():
            raised(server, step.name)
            return False
        case Return(value):
            returned(server, value)
            return False
        case Hang(stubborn):
            hung(server)
            if stubborn:
                server.codes.add("LS118")
            return False
        case Nap(seconds):
            server.is_shutdown_due |= server.startup == "complete" and seconds == LONG_S
        case Touch("replace"):
            server.codes.add("LS119")
        case Touch("number") if "LS119" not in server.codes:  # else it goes to the application's own dict
            server.codes.add("LS120")
    return True


def receive(server: Server) -> bool:
    """Each event is delivered once: startup at once, shutdown when the application is up. Else a receive never ends."""
    if not server.received:
        server.received.append("startup")
        return True
    if server.startup == "complete" and "shutdown" not in server.received:
        server.is_shutdown_due = True
        server.received.append("shutdown")
        return True
    hung(server)
    return False


def send(server: Server, message: Any) -> bool:
    """Whether a server's `send` lets the application go on."""
    server.sent_anything = True
    kind = message.get("type") if isinstance(message, dict) else None
    if not isinstance(kind, str):
        return refuse(server, "LS107")
    if kind not in OUTCOMES:
        return refuse(server, "LS106")
    event, how = kind.split(".")[1:]
    if event == "startup":
        if server.startup is not None:
            return refuse(server, "LS108")
        if not server.received:  # accepted all the same
            server.codes.add("LS108")
        server.startup = how
    else:
        server.is_shutdown_early |= "shutdown" not in server.received
        if server.startup != "complete" or server.shutdown is not None:
            return refuse(server, "LS108")
        if "shutdown" not in server.received:  # accepted, but it answers nothing
            server.codes.add("LS108")
            return True
        server.shutdown = how
    if how == "failed":
        reason = message.get("message", "")
        server.codes.add("LS103" if event == "startup" else "LS113")
        if not isinstance(reason, str):
            server.codes.add("LS107")
        elif not reason:
            server.codes.add("LS109")
    return True


def refuse(server: Server, code: str) -> bool:
    """The message is not accepted: `send` raises."""
    server.codes.add(code)
    server.refused_in.add(server.phase)
    return False


def raised(server: Server, name: str) -> None:
    """The application's own exception ended it."""
    if name in EXIT_NAMES:
        server.codes.add("LS121")
    elif server.startup is None and not server.received:
        server.codes.add("LS101" if name in REFUSAL_NAMES and not server.sent_anything else "LS123")
    elif server.startup is None:
        server.codes.add("LS102")
    elif server.startup == "failed" or server.shutdown == "failed":
        pass  # the failure that it has reported, raised again
    elif server.shutdown == "complete":
        server.codes.add("LS117")
    else:
        server.codes.add("LS112" if "shutdown" in server.received else "LS111")


def returned(server: Server, value: Any) -> None:
    """The application returned."""
    if value is not None:
        server.codes.add("LS122")
    if server.phase in server.refused_in:
        return
    if server.startup is None:
        server.codes.add("LS104")
    elif server.startup == "complete" and server.shutdown is None and not server.is_shutdown_early:
        server.codes.add("LS114" if "shutdown" in server.received else "LS110")


def hung(server: Server) -> None:
    """The application never went on by itself."""
    if server.startup is None:
        server.codes.add("LS105")
    elif server.startup == "complete":
        server.codes.add("LS115" if server.shutdown is None else "LS116")
