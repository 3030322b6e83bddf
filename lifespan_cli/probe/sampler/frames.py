"""Which frames are nobody's business: the probe's own, the import system's, and the event loop's own machinery.

What is once found out about a code object is kept: looks at the application meet the same few hundred again and again.
The code object itself is not: those of modules, run once and then thrown away, would come to many megabytes.
"""

from lifespan_cli.probe.internals.awaiting import HANDS, HOLDERS, WORKERS, way_of
from lifespan_cli.probe.internals.eventloop import ITERATION, runs_tasks
from lifespan_cli.probe.internals.importing import import_module
from lifespan_cli.probe.internals.interpreter import ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType

    Call = tuple[str, str, int]

_OURS = __file__.rpartition("/sampler/")[0] + "/"


class Known:
    """A code object: whose it is, what its frames have, and the lines of it that were met."""

    __slots__ = ("_keys", "_lines", "_ref", "hands", "holds", "machinery", "ours", "runs", "turns", "works")

    def __init__(self, code: "CodeType") -> None:
        identity, path = id(code), code.co_filename
        self._ref = ref(code, lambda _gone: _forget(identity))
        self.ours: bool = path.startswith((_OURS, "<frozen importlib")) or import_module.runs(code)
        """The probe's own, its call of `importlib.import_module` among them, or the import system's."""
        self.runs = runs_tasks(code.co_name, path)
        """It runs tasks and callbacks, and is not one of them."""
        self.machinery: bool = path.startswith(_OURS) or self.runs
        """The same, or the probe's own."""
        self.turns = ITERATION.fits(code)
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


def stack_of(frame: "FrameType | None") -> "list[Place]":
    """The places of a stack, innermost first."""
    places = []
    while frame is not None:
        places.append(place_of(frame))
        frame = frame.f_back
    return places


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
