"""What a task waits for, down to the innermost frame, also through async generators, tasks and groups of tasks.

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
OPAQUE = frozenset(
    {"async_generator_asend", "async_generator_athrow", "anext_awaitable", "coroutine_wrapper", "FutureIter"}
)
LINKS = (("cr_frame", "cr_await"), ("gi_frame", "gi_yieldfrom"), ("ag_frame", "ag_await"))


def awaited_frames(awaitable: "Any") -> "Iterator[FrameType | Any]":
    """The frames from `awaitable` inwards, and last the object that is awaited and has no frame (a future, say)."""
    seen = 0
    while awaitable is not None and seen < DEEPEST:
        seen += 1
        for frame_name, next_name in LINKS:
            if hasattr(awaitable, frame_name):
                frame = getattr(awaitable, frame_name)
                if frame is None:
                    return
                yield frame
                awaitable = getattr(awaitable, next_name)
                break
        else:
            inner = _behind(awaitable)
            if inner is None:
                yield awaitable
            awaitable = inner


def _behind(awaitable: "Any") -> "Any":
    """What an opaque awaitable drives: a generator, a coroutine, or a future."""
    if type(awaitable).__name__ not in OPAQUE:
        return None
    return next((item for item in get_referents(awaitable) if _drives(item)), None)


def _drives(item: "Any") -> bool:
    if type(item).__name__ in OPAQUE or hasattr(item, "add_done_callback"):
        return True
    return any(hasattr(item, name) for name, _ in LINKS)
