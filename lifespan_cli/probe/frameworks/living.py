"""What of the registered code runs, read from what is alive: where there are no events of code objects.

A lifespan that was entered and not left keeps a generator or an object of its class. Handlers leave nothing behind.
"""

import gc
import sys

from lifespan_cli.probe.code_events import Activation, Watched
from lifespan_cli.probe.frameworks.reading import AsyncGeneratorKind, GeneratorKind
from lifespan_cli.probe.internals.awaiting import local

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

INSTRUCTION_BYTES = 2


class Living:
    """Stands for `CodeEvents`. `missing` says why there are none."""

    def __init__(self, missing: str) -> None:
        self.missing = missing
        self._watched: dict[int, Watched] = {}
        self._alive: dict[int, Activation] = {}
        """By the identity of the generator or object."""

    def watch(self, code: "CodeType") -> Watched:
        """Look for it from now on."""
        return self._watched.setdefault(id(code), Watched(code))

    def seen(self, code: "CodeType") -> "list[Activation]":
        """The activations of that code that were alive when one looked."""
        watched = self._watched.get(id(code))
        return watched.activations if watched else []

    def look(self) -> None:
        """Take what is alive now for entered, and what is not any more for left."""
        owners = {watched.owner: watched for watched in self._watched.values() if watched.owner}
        gone = dict(self._alive)
        for value in gc.get_objects():
            kind = type(value)
            frame: Any = (
                value.ag_frame if kind is AsyncGeneratorKind else value.gi_frame if kind is GeneratorKind else None
            )
            watched = owners.get(id(kind))
            if frame is not None and _has_begun(frame):
                watched = self._watched.get(id(frame.f_code))
            if watched is not None and gone.pop(id(value), None) is None:
                names = watched.names if frame is not None else ()
                found = Activation(1, "", {name: id(local(frame, name)) for name in names})
                found.ready_ns = 1
                watched.activations.append(found)
                self._alive[id(value)] = found
        for activation in gone.values():
            activation.resumed_ns = 1


def _has_begun(frame: "Any") -> bool:
    """A generator that was made and never asked for anything stands where that is made, after its cells (3.11+)."""
    code = frame.f_code
    cells = len(code.co_cellvars) + bool(code.co_freevars)
    return bool(frame.f_lasti > (INSTRUCTION_BYTES * cells if sys.version_info >= (3, 11) else -1))
