"""One piece of memory for all Python frames of the main thread, so that no time depends on the depth of the stack.

CPython 3.11 and newer keep frames in pieces of 16 KiB. A call that does not fit into the present one maps a new one,
and gives it back when it returns. Code that happens to run at the end of a piece does so at each of its calls: the
import of FastAPI takes 185 to 240 ms, depending on nothing but how many frames are below it. Ours are below it, those
that record imports are between, so that what we measure would be our own luck.

A function that claims to need more than half of a larger piece gets one, and leaves the rest to whom it calls. Memory
that nobody writes to is never there, so that this costs nothing.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

CLAIMED_WORDS = 66_000
"""Just above 512 KiB: the piece will be of 1 MiB. Some 30 levels of imports take 64 KiB."""


def with_own_chunk(function: "Callable[[], None]") -> None:
    """Call it."""
    if sys.version_info < (3, 11):
        _call(function)
    else:
        code = _call.__code__.replace(co_stacksize=CLAIMED_WORDS)
        make: Any = type(_call)
        make(code, globals())(function)


def _call(function: "Callable[[], None]") -> None:
    function()
