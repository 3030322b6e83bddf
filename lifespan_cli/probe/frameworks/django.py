"""Django and Channels: no lifespan of their own, but routers that pass on to other applications.

Sources: django 4.2 to 6.1, `core/handlers/asgi.py`; channels 4.3, `routing.py`.
"""

from lifespan_cli.probe.frameworks.base import Adapter
from lifespan_cli.probe.frameworks.reading import elements, stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Django(Adapter):
    """Django's ASGI handler, which answers no lifespan, and the routers of Channels."""

    name = "Django"
    classes = (
        ("django.core.handlers.asgi", "ASGIHandler"),
        ("channels.routing", "ProtocolTypeRouter"),
        ("channels.routing", "URLRouter"),
    )

    def inner(self, application: "Any") -> "Iterator[tuple[str, Any]]":
        """The applications of each protocol, and those that stand behind a path."""
        for _, inner in elements(stored(application, "application_mapping")):
            yield "", inner
        for _, route in elements(stored(application, "routes")):
            where = stored(stored(route, "pattern"), "_route")
            yield (f"/{where}" if type(where) is str else ""), stored(route, "callback")
