"""What an adapter of a framework knows: where an application of it keeps lifespans, handlers and mounted applications.

An adapter reads attributes as they are stored (`reading`), and neither calls nor changes anything of the application.
"""

from lifespan_cli.probe.frameworks.reading import bases, named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Registration:
    """A lifespan or a handler as an application has it registered."""

    __slots__ = ("ignored", "kind", "value")

    def __init__(self, kind: str, value: object, ignored: bool = False) -> None:
        self.kind = kind
        """`lifespan`, `startup` or `shutdown`."""
        self.value = value
        """What was registered: a function or any other callable, a class, a context manager, a generator."""
        self.ignored = ignored
        """The framework itself never calls it: a handler that stands beside `lifespan=`."""


class Adapter:
    """One framework. `classes` are those of its applications, as (module, qualified name)."""

    name = ""
    """As the framework calls itself."""
    classes: "tuple[tuple[str, str], ...]" = ()
    keeps_on_event = False
    """Its handlers of startup and shutdown are the deprecated ones of Starlette."""

    def knows(self, value: object) -> bool:
        """The value is an application of this framework, or of a class that inherits from one."""
        return any(named(kind) in self.classes for kind in bases(type(value)))

    def registered(self, application: "Any") -> "Iterator[Registration]":  # noqa: ARG002  # for those that have some
        """What the application is to run when it starts and stops; nothing for a framework that answers no lifespan."""
        return iter(())

    def inner(self, application: "Any") -> "Iterator[tuple[str, Any]]":  # noqa: ARG002  # for those that mount
        """What it passes requests on to, each with the path that is added: mounted applications and middleware."""
        return iter(())
