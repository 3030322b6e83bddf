"""What a task waits for, down to the innermost frame, also through async generators.

`cr_await` and its like end at the opaque objects that drive async generators, and what `anext` and async `for` wrap
around them: what they refer to leads on.
"""

from lifespan_cli.probe.internals.awaiting import is_opaque, referents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType
    from typing import Any

DEEPEST = 200
MOST_TYPES = 1000
LINKS = (("cr_frame", "cr_await"), ("gi_frame", "gi_yieldfrom"), ("ag_frame", "ag_await"))
_links: "dict[type, tuple[str, str] | None]" = {}


def awaited_frames(awaitable: "Any", passed: "list[Any] | None" = None) -> "Iterator[FrameType | Any]":
    """The frames from `awaitable` inwards, and last the object that is awaited and has no frame (a future, say).

    All the objects on the way are added to `passed`.
    """
    seen = 0
    while awaitable is not None and seen < DEEPEST:
        seen += 1
        if passed is not None:
            passed.append(awaitable)
        link = _link(awaitable)
        if link is None:
            inner = _behind(awaitable)
            if inner is None:
                yield awaitable
            awaitable = inner
            continue
        frame = getattr(awaitable, link[0])
        if frame is None:
            return
        yield frame
        awaitable = getattr(awaitable, link[1])


def _link(awaitable: "Any") -> "tuple[str, str] | None":
    """The attributes that lead on from an object of this type; found out once for each type, without asking it."""
    kind = type(awaitable)
    try:
        return _links[kind]
    except KeyError:
        if len(_links) >= MOST_TYPES:
            _links.clear()
        bases = kind.__mro__
        link = _links[kind] = next((link for link in LINKS if any(link[0] in vars(base) for base in bases)), None)
        return link


def _behind(awaitable: "Any") -> "Any":
    """What an opaque awaitable drives: a generator, a coroutine, or a future."""
    return next((item for item in referents(awaitable) if _drives(item)), None)


def _drives(item: "Any") -> bool:
    return is_opaque(item) or _link(item) is not None or hasattr(item, "add_done_callback")
