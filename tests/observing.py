"""What the probe reads of applications in this very process, driven as by a server: no child, no report."""

import asyncio
import sys
from collections.abc import Callable
from typing import Any

from lifespan_cli.probe.code_events import CodeEvents
from lifespan_cli.probe.frameworks.context_managers import Spans
from lifespan_cli.probe.frameworks.registered import Registered

EXACT = sys.version_info >= (3, 12)
"""The interpreter reports events of code objects."""


class Wire:
    """Keeps the events that would be written."""

    def __init__(self) -> None:
        self.phase = "startup"
        self.events: list[tuple[str, dict[str, Any]]] = []

    def put(self, event: str, **values: Any) -> None:
        self.events.append((event, values))

    def of(self, name: str) -> list[dict[str, Any]]:
        """The events of one name."""
        return [values for event, values in self.events if event == name]


def observed(app: Any, while_up: Callable[[], object] = lambda: None) -> Wire:
    """What is written of one lifespan of the application, from its startup to its shutdown."""
    wire, events = Wire(), CodeEvents()
    events.begin()
    Spans(wire, events)  # type: ignore[arg-type]  # it only writes
    registered = Registered(wire, events, app)  # type: ignore[arg-type]  # it only writes

    async def life() -> None:
        up, down = asyncio.Event(), asyncio.Event()
        messages = ["lifespan.startup"]

        async def receive() -> dict[str, str]:
            if not messages:
                await down.wait()
                return {"type": "lifespan.shutdown"}
            return {"type": messages.pop()}

        async def send(message: dict[str, str]) -> None:
            assert not message["type"].endswith(".failed"), message
            if message["type"] == "lifespan.startup.complete":
                up.set()

        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        registered.look()
        task = asyncio.ensure_future(app(scope, receive, send))
        ready = asyncio.ensure_future(up.wait())
        await asyncio.wait([task, ready], return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        registered.look()
        while_up()
        down.set()
        await task
        events.end()
        registered.tell()

    try:
        asyncio.run(life())
    finally:
        events.end()
    return wire


def handlers(app: Any) -> dict[str, dict[str, Any]]:
    """What was registered and what of it ran, by its name and the path under which it is mounted."""
    return {f"{row['mount']}:{row['name'].rpartition('.')[2]}": row for row in rows(app)}


def rows(app: Any) -> list[dict[str, Any]]:
    """The same in the order in which it was found."""
    return [row for event in observed(app).of("Registered") for row in event["rows"]]


def ran(app: Any) -> dict[str, int | None]:
    """How often each ran."""
    return {name: row["ran"] for name, row in handlers(app).items()}
