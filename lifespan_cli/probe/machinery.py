"""Which frames are nobody's business: the probe's own, the import system's, and the event loop's own machinery.

What is once found out about a code object is kept: a look at the application meets the same few hundred again and again.
"""

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
MOST_KNOWN = 50_000


class Known:
    """A code object: whose it is, and the lines of it that were met."""

    __slots__ = ("_calls", "code", "machinery", "ours")

    def __init__(self, code: "CodeType") -> None:
        self.code = code
        path = code.co_filename
        self.ours: bool = path.startswith((_OURS, "<frozen importlib"))
        """The probe's own or the import system's."""
        self.machinery: bool = path.startswith(_OURS) or _runs_tasks(code.co_name, path)
        """It runs tasks and callbacks, and is not one of them."""
        self._calls: dict[int, Call] = {}

    def call(self, frame: "FrameType") -> "Call":
        """`(function, path, line)` of a frame of this code; the same tuple for the same instruction."""
        instruction = frame.f_lasti
        call = self._calls.get(instruction)
        if call is None:
            code = self.code
            name = getattr(code, "co_qualname", code.co_name)
            call = self._calls[instruction] = name, code.co_filename, frame.f_lineno or 0
        return call


def _runs_tasks(name: str, path: str) -> bool:
    if path.endswith(_LOOPS) or "/trio/_core/" in path:
        return True
    if path.endswith("/_core/_eventloop.py") and "anyio" in path:
        return True
    return path.endswith(_ANYIO) and name in ("run", "wrapper", "_run_wrapped_task", "_run_coro")


_known: "dict[int, Known]" = {}  # by identity: a code object's hash is that of all it holds; kept alive by its Known


def known(code: "CodeType") -> Known:
    """What is known of that code object."""
    found = _known.get(id(code))
    if found is None:
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        found = _known[id(code)] = Known(code)
    return found


def above_machinery(stack: "list[FrameType]") -> "list[FrameType]":
    """Of the loop thread's stack, innermost first, the frames of the task or callback that runs, outermost first.

    Empty while the loop waits for events or turns over its own queue.
    """
    for index in range(len(stack) - 1, -1, -1):
        if not known(stack[index].f_code).machinery:
            return [frame for frame in stack[index::-1] if not known(frame.f_code).ours]
    return []
