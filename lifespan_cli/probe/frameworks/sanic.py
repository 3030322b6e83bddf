"""Sanic: listeners of the application and of its blueprints.

Under an ASGI server the four listeners around the server's start and stop run, those of the main process do not.
Sources: sanic 25.12, `mixins/listeners.py`, `asgi.py` (`Lifespan`).
"""

from lifespan_cli.probe.frameworks.base import Adapter, Registration
from lifespan_cli.probe.frameworks.reading import elements, stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

EVENTS = {
    "before_server_start": "startup",
    "after_server_start": "startup",
    "before_server_stop": "shutdown",
    "after_server_stop": "shutdown",
}


class Sanic(Adapter):
    """Applications. They mount no others."""

    name = "Sanic"
    classes = (("sanic.app", "Sanic"),)

    def registered(self, application: "Any") -> "Iterator[Registration]":
        """The listeners, each a tuple of the function and the event's name."""
        blueprints = [blueprint for _, blueprint in elements(stored(application, "blueprints"))]
        for owner in (application, *blueprints):
            for _, future in elements(stored(owner, "_future_listeners")):
                parts = [part for _, part in elements(future)]
                event = parts[1].lower() if len(parts) > 1 and type(parts[1]) is str else ""
                if event in EVENTS:
                    yield Registration(EVENTS[event], parts[0])
