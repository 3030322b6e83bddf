"""What the application said, was and did, besides failing."""

from collections.abc import Iterable, Iterator
from typing import cast

from lifespan_cli.assemble.picking import last
from lifespan_cli.events import Behaved, Called, Event, Found, Layered, Passed, Registered
from lifespan_cli.report import Application, Conduct, Handler, Layer, Message, PhaseName, Shape, Trait
from lifespan_cli.tracebacks import UserCode


def message_of(event: Passed, spawned_ns: int) -> Message:
    """A message as it passed, its time counted from the spawn (ns)."""
    return Message(
        direction="receive" if event.direction == "receive" else "send",
        type=event.type,
        phase=cast("PhaseName", event.phase),
        at_ns=event.at_ns - spawned_ns,
        message=event.message,
        python_type=event.python_type,
        fields=event.fields,
    )


def application_of(events: tuple[Event, ...]) -> Application | None:
    """What the target's name led to, and what came of calling it; None where the probe did not come so far."""
    found, called = last(events, Found), last(events, Called)
    if found is None:
        return None
    shape = found.shape if called is None or called.awaitable else "other"
    return Application(
        shape=cast("Shape", shape),
        type=found.type,
        name=found.name,
        path=found.path,
        line=found.line,
        attribute=found.attribute,
        returns_coroutine=called is not None and called.awaitable,
        returned=None if called is None or called.awaitable else called.type,
        names=found.names,
        apps=found.apps,
        factories=found.factories,
        traits=cast("tuple[Trait, ...]", found.traits),
    )


def conduct_of(events: tuple[Event, ...]) -> Conduct:
    """What the application did besides sending messages."""
    behaved = last(events, Behaved)
    if behaved is None:
        return Conduct()
    return Conduct(
        state_replaced=behaved.state_replaced,
        bad_state_keys=behaved.bad_state_keys,
        returned=behaved.returned,
        swallowed_cancellation=behaved.swallowed_cancellation,
        ended_in=cast("PhaseName | None", behaved.ended_in),
        cancelled=behaved.cancelled,
        ended_at_once=behaved.ended_at_once,
    )


def handlers_of(events: Iterable[Event], user: UserCode) -> Iterator[Handler]:
    """What the framework was to run in the lifespan."""
    rows = (row for event in events if isinstance(event, Registered) for row in event.rows)
    for row in rows:
        yield Handler(**{**row, "path": None if row["path"] is None else user.absolute(row["path"])})


def layers_of(events: Iterable[Event], user: UserCode) -> Iterator[Layer]:
    """The layers of an application that swallowed its lifespan."""
    for event in events:
        if isinstance(event, Layered):
            for name, path, line, reached in event.rows:
                yield Layer(name, None if path is None else user.absolute(path), line, reached)
