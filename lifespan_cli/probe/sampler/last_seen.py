"""Where the main thread was seen last, kept where it outlives the process: in a file that the parent has open, too.

A process that ends without a word, by `os._exit` or SIGKILL, leaves nothing else to tell where it was. Written only
when the place is another than before; the parent reads it only then.
"""

from os import fstat, pwrite

from lifespan_cli.probe.wire import private

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifespan_cli.probe.sampler.call_tree import Node

MOST_CALLS = 60
LONGEST = 1000


class LastSeen:
    """The file. An application that closes it, or has another one under its number, is not disturbed."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = private(descriptor)
        self._file = fstat(self._descriptor)[1:3]
        self._place: object = None

    def note(self, path: "list[Node]") -> None:
        """The path through the call tree that a sample was charged to, outermost call first."""
        place = path[-1].place if path else None
        if place is None or place is self._place:
            return
        self._place = place
        places = (node.place.call for node in path[-MOST_CALLS:] if node.place is not None)
        calls = tuple((function[:LONGEST], file[:LONGEST], line) for function, file, line in places)
        try:
            if fstat(self._descriptor)[1:3] == self._file:
                pwrite(self._descriptor, ascii(calls).encode("ascii") + b"\n", 0)
        except OSError:
            pass
