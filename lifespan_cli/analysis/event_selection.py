"""Finding events of a kind among all those of a run."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from lifespan_cli.model.events import Event, Interrupted, TimedOut

E = TypeVar("E")


def last(events: Iterable[Event], kind: type[E]) -> E | None:
    """The last event of that kind, if there is one."""
    return next((event for event in reversed(tuple(events)) if isinstance(event, kind)), None)


def one(events: tuple[Event, ...], kind: type[E]) -> E:
    """The event of that kind. Raises ValueError when there is none."""
    found = last(events, kind)
    if found is None:
        raise ValueError(f"no {kind.__name__} among the events")
    return found


def until_stopped(events: Iterable[Event]) -> Iterator[Event]:
    """The events before we had the application stopped: what it says when it is cancelled is no fault of its own."""
    for event in events:
        if isinstance(event, TimedOut | Interrupted):
            return
        yield event
