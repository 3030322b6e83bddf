"""Which frames are nobody's business: the probe's own, the import system's, and the event loop's own machinery.

What is once found out about a code object is kept: looks at the application meet the same few hundred again and again.
The code object itself is not: those of modules, run once and then thrown away, would come to many megabytes.
"""

from _weakref import ref

from lifespan_cli.probe.internals.awaiting import HANDS, HOLDERS, WORKERS, way_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType

    Call = tuple[str, str, int]

_OURS = __file__.rpartition("/sampler/")[0] + "/"
_LOOPS = (
    "/asyncio/base_events.py",
    "/asyncio/events.py",
    "/asyncio/runners.py",
    "/asyncio/unix_events.py",
    "/selectors.py",
)
_RUNNERS = ("run_forever", "unrolled_run")
_ANYIO = ("/anyio/_backends/_asyncio.py", "/anyio/_backends/_trio.py", "/anyio/_core/_tasks.py")


class Known:
    """A code object: whose it is, what its frames have, and the lines of it that were met."""

    __slots__ = ("_keys", "_lines", "_ref", "hands", "holds", "machinery", "ours", "runs", "turns", "works")

    def __init__(self, code: "CodeType") -> None:
        identity, path = id(code), code.co_filename
        self._ref = ref(code, lambda _gone: _forget(identity))
        self.ours: bool = path.startswith((_OURS, "<frozen importlib"))
        """The probe's own or the import system's."""
        runs_tasks = _runs_tasks(code.co_name, path)
        self.machinery: bool = path.startswith(_OURS) or runs_tasks
        """It runs tasks and callbacks, and is not one of them."""
        self.runs = runs_tasks and code.co_name in _RUNNERS
        """It runs the loop, and returns when that has ended."""
        self.turns = runs_tasks and code.co_name == "_run_once" and "end_time" in code.co_varnames
        """It is one turn of asyncio's loop, and notes when that began."""
        self.holds, self.works, self.hands = (way_of(code, ways) for ways in (HOLDERS, WORKERS, HANDS))
        self._lines: dict[int, Place] = {}
        self._keys: list[int] = []

    def meet(self, frame: "FrameType") -> "Place":
        """The place of a frame of this code whose instruction was not met before."""
        line = frame.f_lineno or 0
        place = self._lines.get(line)
        if place is None:
            place = self._lines[line] = Place(frame.f_code, line, self)
        key = id(frame.f_code) + (frame.f_lasti << SHIFT)
        self._keys.append(key)
        _places[key] = place
        return place

    def forget(self) -> None:
        """The code object is gone: another may come to have its identity."""
        for key in self._keys:
            del _places[key]


class Place:
    """A line of a code object; one object for each line, so that identity is equality. The rest is as in `Known`."""

    __slots__ = ("call", "code", "hands", "holds", "machinery", "ours", "runs", "turns", "works")

    def __init__(self, code: "CodeType", line: int, known: Known) -> None:
        self.call: Call = getattr(code, "co_qualname", code.co_name), code.co_filename, line
        """`(function, path, line)`."""
        self.code = id(code)
        self.ours, self.machinery = known.ours, known.machinery
        self.runs, self.turns = known.runs, known.turns
        self.holds, self.works, self.hands = known.holds, known.works, known.hands


def _runs_tasks(name: str, path: str) -> bool:
    if path.endswith(_LOOPS) or "/trio/_core/" in path:
        return True
    if path.endswith("/_core/_eventloop.py") and "anyio" in path:
        return True
    return path.endswith(_ANYIO) and name in ("run", "wrapper", "_run_wrapped_task", "_run_coro")


_known: "dict[int, Known]" = {}  # by identity: a code object's hash is that of all it holds
_places: "dict[int, Place]" = {}
SHIFT = 48
"""An instruction is known by its code object's identity, an address of fewer bits, and its offset."""
met = _places.get
"""The quick way to the place of a frame, by `id(frame.f_code) + (frame.f_lasti << SHIFT)`."""


def meet(frame: "FrameType") -> Place:
    """The place of a frame that was not met before."""
    return known(frame.f_code).meet(frame)


def place_of(frame: "FrameType") -> Place:
    """The place of any frame."""
    return met(id(frame.f_code) + (frame.f_lasti << SHIFT)) or meet(frame)


def known(code: "CodeType") -> Known:
    """What is known of that code object."""
    found = _known.get(id(code))
    if found is None:
        found = _known.setdefault(id(code), Known(code))  # another thread may have done so meanwhile
    return found


def _forget(identity: int) -> None:
    gone = _known.pop(identity, None)
    if gone is not None:
        gone.forget()


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
        if not known(code).machinery:
            return [frame for frame in stack[index::-1] if not known(frame.f_code).ours]
    return []
