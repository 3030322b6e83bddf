"""Quart: lists of functions that run before and after serving, and generators that run around it.

Sources: quart 0.18 to 0.20, `app.py` (`Quart.startup`, `Quart.shutdown`, `Quart.asgi_app`).
"""

from lifespan_cli.probe.frameworks.base import Adapter, Registration
from lifespan_cli.probe.frameworks.reading import elements, stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Quart(Adapter):
    """Applications. Blueprints add their functions to the lists of the application that registers them."""

    name = "Quart"
    classes = (("quart.app", "Quart"),)

    def registered(self, application: "Any") -> "Iterator[Registration]":
        """`before_serving`, `while_serving`, whose generators are made already, and `after_serving`."""
        for kind, name in (
            ("startup", "before_serving_funcs"),
            ("lifespan", "while_serving_gens"),
            ("shutdown", "after_serving_funcs"),
        ):
            for _, value in elements(stored(application, name)):
                yield Registration(kind, value)

    def inner(self, application: "Any") -> "Iterator[tuple[str, Any]]":
        """The middleware that was put in the place of `asgi_app`."""
        yield "", stored(application, "asgi_app")
