"""Which frames are nobody's business: the probe's own, the import system's, and the event loop's own machinery.

What is once found out about a code object is kept: looks at the application meet the same few hundred again and again.
The code object itself is not: those of modules, run once and then thrown away, would come to many megabytes.
"""

from _weakref import ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType

    Call = tuple[str, str, int]

_OURS = __file__.rpartition("/")[0] + "/"
_LOOPS = (
    "/asyncio/base_events.py",
    "/asyncio/events.py",
    "/asyncio/runners.py",
    "/asyncio/unix_events.py",
    "/selectors.py",
)
_ANYIO = ("/anyio/_backends/_asyncio.py", "/anyio/_backends/_trio.py", "/anyio/_core/_tasks.py")


class Place:
    """A line of a code object; one object for each line, so that identity is equality."""

    __slots__ = ("call",)

    def __init__(self, code: "CodeType", line: int) -> None:
        self.call: Call = getattr(code, "co_qualname", code.co_name), code.co_filename, line
        """`(function, path, line)`."""


class Known:
    """A code object: whose it is, and the lines of it that were met."""

    __slots__ = ("_lines", "_places", "_ref", "machinery", "ours")

    def __init__(self, code: "CodeType") -> None:
        key, path = id(code), code.co_filename
        self._ref = ref(code, lambda _gone: _known.pop(key, None))
        self.ours: bool = path.startswith((_OURS, "<frozen importlib"))
        """The probe's own or the import system's."""
        self.machinery: bool = path.startswith(_OURS) or _runs_tasks(code.co_name, path)
        """It runs tasks and callbacks, and is not one of them."""
        self._places: dict[int, Place] = {}
        self._lines: dict[int, Place] = {}

    def place(self, frame: "FrameType") -> Place:
        """Where a frame of this code is."""
        place = self._places.get(frame.f_lasti)
        if place is None:
            line = frame.f_lineno or 0
            place = self._lines.get(line)
            if place is None:
                place = self._lines[line] = Place(frame.f_code, line)
            self._places[frame.f_lasti] = place
        return place


def _runs_tasks(name: str, path: str) -> bool:
    if path.endswith(_LOOPS) or "/trio/_core/" in path:
        return True
    if path.endswith("/_core/_eventloop.py") and "anyio" in path:
        return True
    return path.endswith(_ANYIO) and name in ("run", "wrapper", "_run_wrapped_task", "_run_coro")


_known: "dict[int, Known]" = {}  # by identity: a code object's hash is that of all it holds


lookup = _known.get
"""The quick way to what is already known of a code object, by its identity."""


def known(code: "CodeType") -> Known:
    """What is known of that code object."""
    found = _known.get(id(code))
    if found is None:
        found = _known[id(code)] = Known(code)
    return found


def is_ours(frame: "FrameType") -> bool:
    """The frame is the probe's own or the import system's."""
    return known(frame.f_code).ours


def above_machinery(stack: "list[FrameType]") -> "list[FrameType]":
    """Of the loop thread's stack, innermost first, the frames of the task or callback that runs, outermost first.

    Empty while the loop waits for events or turns over its own queue.
    """
    index = len(stack)
    for frame in reversed(stack):
        index -= 1
        code = frame.f_code
        if not (lookup(id(code)) or known(code)).machinery:
            return [frame for frame in stack[index::-1] if not known(frame.f_code).ours]
    return []
