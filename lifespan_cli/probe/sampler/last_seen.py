"""Where the main thread was seen last, kept where it outlives the process: in a file that the parent has open, too.

A process that ends without a word, by `os._exit` or SIGKILL, leaves nothing else to tell where it was. The parent reads
the file only then.
"""

from itertools import repeat
from os import close, dup2, pwrite, set_inheritable

from lifespan_cli.probe.internals.interpreter import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from lifespan_cli.probe.sampler.call_tree import Node

MOST_CALLS = 60
LONGEST = 1000
NUMBERS = (1000, 500, 230)
"""Of descriptors, best first: an application that closes ours does not come to open a file under such a number."""


class LastSeen:
    """The file, and what is to be written to it next."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._place: object = None
        self._next = [b""]
        set_inheritable(descriptor, False)
        for number in NUMBERS:
            try:
                self._descriptor = dup2(descriptor, number, inheritable=False)
            except OSError:  # above the limit of open files
                continue
            close(descriptor)
            break

    def note(self, path: "list[Node]") -> None:
        """Have the path through the call tree written that a sample was charged to, if it leads to another place."""
        place = path[-1].place if path else None
        if place is None or place is self._place:
            self._next[0] = b""
            return
        self._place = place
        places = (node.place.call for node in path[-MOST_CALLS:] if node.place is not None)
        calls = tuple((function[:LONGEST], file[:LONGEST], line) for function, file, line in places)
        self._next[0] = ascii(calls).encode("ascii") + b"\n"

    def writes(self) -> "Iterator[int]":
        """Writes what is next at each step, without any Python code. Raises OSError once the file is closed."""
        return map(pwrite, repeat(self._descriptor), map(itemgetter(0), repeat(self._next)), repeat(0))
