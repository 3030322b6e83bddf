"""What was left after shutdown → Leftover, at the user's line that made it, else where it is, else at a library's."""

import os
from collections.abc import Iterable

from lifespan_cli.analysis.tracebacks import UserCode
from lifespan_cli.model import Call, Leftover
from lifespan_cli.model.events import Event, Left


def leftovers_of(events: Iterable[Event], user: UserCode) -> tuple[Leftover, ...]:
    """Everything left over, in the order in which it was found."""
    return tuple(_leftover(event, user) for event in events if isinstance(event, Left))


def _leftover(event: Left, user: UserCode) -> Leftover:
    origin, stack = _outermost_first(event.origin, user), _outermost_first(event.stack, user)
    path, line = user.deepest(origin)
    if path is None:
        path, line = user.deepest(stack)
    if path is None and event.kind != "warning":  # a library's destructor is no place of what it complains of
        path, line = user.place(origin)
    if path is None and event.kind != "warning":
        path, line = user.place(stack)
    return Leftover(
        kind=event.kind,
        name=event.name,
        detail="; ".join(filter(None, (event.detail, _whereabouts(stack, user)))),
        path=path,
        line=line,
    )


def _outermost_first(calls: Iterable[tuple[str, str, int]], user: UserCode) -> list[Call]:
    shown = [Call(function, user.absolute(path), line) for function, path, line in calls if not user.is_ours(path)]
    return shown[::-1]


def _whereabouts(stack: list[Call], user: UserCode) -> str:
    """Where it is now: the innermost function, and the deepest line of the user's."""
    if not stack:
        return ""
    path, line = user.deepest(stack)
    there = f" ← {os.path.basename(path)}:{line}" if path is not None else ""  # noqa: PTH119  # by value
    return f"in {stack[-1].function}{there}"
