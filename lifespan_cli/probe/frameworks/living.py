"""What of the registered code runs at a moment, read from what is alive: where there are no events of code objects.

A lifespan that was entered and not left keeps a generator or an object of its class. Handlers leave nothing behind.
"""

import gc
import sys

from lifespan_cli.probe.frameworks.callables import names_of
from lifespan_cli.probe.frameworks.reading import AsyncGeneratorKind, GeneratorKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lifespan_cli.probe.frameworks.callables import Runnable


INSTRUCTION_BYTES = 2


class Living:
    """The generators that have begun, and the objects, by the identity of their code or class."""

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}
        self.names: set[str] = set()
        """The names that the code of those generators uses."""
        codes: dict[int, Any] = {}
        for value in gc.get_objects():
            kind = type(value)
            self.counts[id(kind)] = self.counts.get(id(kind), 0) + 1
            frame = value.ag_frame if kind is AsyncGeneratorKind else value.gi_frame if kind is GeneratorKind else None
            if frame is not None and _has_begun(frame):
                codes[id(frame.f_code)] = frame.f_code
                self.counts[id(frame.f_code)] = self.counts.get(id(frame.f_code), 0) + 1
        for code in codes.values():
            self.names.update(names_of(code))

    def count(self, runs: "Runnable") -> int:
        """How many of it are alive."""
        if runs.kind == "generator":
            return self.counts.get(id(runs.code), 0)
        return self.counts.get(runs.owner, 0) if runs.kind == "class" else 0


def _has_begun(frame: "Any") -> bool:
    """A generator that was made and never asked for anything stands where that is made, after its cells (3.11+)."""
    code = frame.f_code
    cells = len(code.co_cellvars) + bool(code.co_freevars)
    return bool(frame.f_lasti > (INSTRUCTION_BYTES * cells if sys.version_info >= (3, 11) else -1))
