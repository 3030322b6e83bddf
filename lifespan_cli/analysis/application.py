"""What the application said, was and did, besides failing."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from lifespan_cli.analysis.event_selection import last
from lifespan_cli.analysis.tracebacks import UserCode
from lifespan_cli.model import Application, Handler, Layer
from lifespan_cli.model.events import Called, Event, Layered, Registered


def application_of(events: tuple[Event, ...]) -> Application | None:
    """What the target's name led to, and what came of calling it; None where the probe did not come so far."""
    found, called = last(events, Application), last(events, Called)
    if found is None or called is None:
        return found
    if called.awaitable:
        return replace(found, returns_coroutine=True)
    return replace(found, shape="other", returned=called.type)


def handlers_of(events: Iterable[Event], user: UserCode) -> Iterator[Handler]:
    """What the framework was to run in the lifespan."""
    for event in events:
        for handler in event.rows if isinstance(event, Registered) else ():
            yield replace(handler, path=None if handler.path is None else user.absolute(handler.path))


def layers_of(events: Iterable[Event], user: UserCode) -> Iterator[Layer]:
    """The layers of an application that swallowed its lifespan."""
    for event in events:
        for layer in event.rows if isinstance(event, Layered) else ():
            yield replace(layer, path=None if layer.path is None else user.absolute(layer.path))
