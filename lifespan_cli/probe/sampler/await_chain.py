"""What a task waits for, down to the innermost frame, also through async generators.

`cr_await` and its like end at the opaque objects that drive async generators (`async_generator_asend`, and what
`anext` and async `for` wrap around it): `gc.get_referents` yields the generator behind them, on CPython 3.10 to 3.13.
"""

from gc import get_referents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType
    from typing import Any

DEEPEST = 200
MOST_TYPES = 1000
OPAQUE = frozenset(
    {"async_generator_asend", "async_generator_athrow", "anext_awaitable", "coroutine_wrapper", "FutureIter"}
)
LINKS = (("cr_frame", "cr_await"), ("gi_frame", "gi_yieldfrom"), ("ag_frame", "ag_await"))
_links: "dict[type, tuple[str, str] | None]" = {}


def awaited_frames(awaitable: "Any") -> "Iterator[FrameType | Any]":
    """The frames from `awaitable` inwards, and last the object that is awaited and has no frame (a future, say)."""
    seen = 0
    while awaitable is not None and seen < DEEPEST:
        seen += 1
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
    if type(awaitable).__name__ not in OPAQUE:
        return None
    return next((item for item in get_referents(awaitable) if _drives(item)), None)


def _drives(item: "Any") -> bool:
    return type(item).__name__ in OPAQUE or _link(item) is not None or hasattr(item, "add_done_callback")
