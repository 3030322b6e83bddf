"""Litestar: lists of lifespan managers and hooks, and handlers that mount ASGI applications.

Sources: litestar 2.0 to 2.25, `app.py` (`Litestar.lifespan`), `handlers/asgi_handlers.py`, `routes/asgi.py`.
"""

from lifespan_cli.probe.frameworks.base import Adapter, Registration
from lifespan_cli.probe.frameworks.reading import elements, named, stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Litestar(Adapter):
    """Applications."""

    name = "Litestar"
    classes = (("litestar.app", "Litestar"),)

    def registered(self, application: "Any") -> "Iterator[Registration]":
        """Its lifespan managers, which may be objects already, and its hooks; not its own stores and emitters."""
        for _, manager in elements(stored(application, "_lifespan_managers")):
            if not named(type(manager))[0].startswith("litestar."):
                yield Registration("lifespan", manager)
        for event in ("startup", "shutdown"):
            for _, hook in elements(stored(application, f"on_{event}")):
                yield Registration(event, hook)

    def inner(self, application: "Any") -> "Iterator[tuple[str, Any]]":
        """What its `@asgi` handlers stand for."""
        for _, route in elements(stored(application, "routes")):
            handler = stored(route, "route_handler")
            where = stored(route, "path")
            for name in ("fn", "_fn"):
                mounted = stored(handler, name)
                mounted = stored(mounted, "value", mounted)  # Litestar 2.0 keeps it in a reference
                if mounted is not None:
                    yield (where if type(where) is str else ""), mounted
