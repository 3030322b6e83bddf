"""What the interpreter waited for at its end, by name: threads and child processes that were still running."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from lifespan_cli.model import Leftover
from lifespan_cli.model.diagnosis import HotLine
from lifespan_cli.model.types import LeftoverKind

WAITS: Mapping[str, LeftoverKind] = {
    "threading: _shutdown": "thread",
    "concurrent: _python_exit": "thread",
    "multiprocessing: _exit_function": "process",
}
"""The interpreter's own functions that join, and what."""
NAMED = 3
NOT_WAITED_FOR = ("daemon", "idle worker")
"""How the details of threads begin that end by themselves."""


def named(lines: Iterable[HotLine], leftovers: Iterable[Leftover]) -> Iterator[HotLine]:
    """The rows of an exit; those that waited for threads or processes name them, at the line that started the first."""
    left = [one for one in leftovers if not one.detail.startswith(NOT_WAITED_FOR)]
    for line in lines:
        waited = [one for one in left if one.kind == WAITS.get(line.function)]
        yield _named(line, waited) if waited else line


def _named(line: HotLine, waited: list[Leftover]) -> HotLine:
    kind = waited[0].kind
    kinds = kind if len(waited) == 1 else "processes" if kind == "process" else f"{kind}s"
    more = f" and {len(waited) - NAMED} more" if len(waited) > NAMED else ""
    what = f"waiting for {kinds} {', '.join(one.name for one in waited[:NAMED])}{more}"
    made = next((one for one in waited if one.path is not None), None)
    if made is None:
        return replace(line, what=what)
    return replace(line, what=what, path=made.path, line=made.line, user=True)
