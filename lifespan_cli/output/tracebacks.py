"""A traceback with the user's own lines in it, and those of libraries folded into a word."""

import re
from itertools import groupby

from msgspec import Struct

from lifespan_cli.output.locations import folding, in_library

_FRAME = re.compile(r'(?P<lead>[ |+-]*)File "(?P<path>.*)", line \d+')


class _Part(Struct, frozen=True):
    """The lines of one frame, or one line that belongs to none."""

    lines: tuple[str, ...]
    lead: str = ""
    path: str | None = None


def fold(traceback: str, ellipsis: str = "…", mine: str | None = None) -> list[str]:
    """The lines of a traceback, neighbouring frames of libraries as one line: `… 7 frames in starlette, asyncio`.

    The frame that raised stays, whosever it is, and so do those of the file `mine`. Text that is no
    traceback comes back as its lines.
    """
    lines: list[str] = []
    parts = _parts(traceback.rstrip("\n").split("\n"))
    deepest = {index for index in range(len(parts)) if not (index + 1 < len(parts) and parts[index + 1].path)}

    def foldable(item: tuple[int, _Part]) -> bool:
        index, part = item
        return bool(part.path) and part.path != mine and in_library(part.path or "") and index not in deepest

    for folded, group in groupby(enumerate(parts), foldable):
        members = [part for _, part in group]
        if folded:
            lines.append(f"{members[0].lead}{ellipsis} {folding('frame', [part.path or '' for part in members])}")
        else:
            lines += [line for part in members for line in part.lines]
    return lines


def _parts(lines: list[str]) -> list[_Part]:
    parts: list[_Part] = []
    for line in lines:
        found = _FRAME.match(line)
        if found:
            parts.append(_Part((line,), found["lead"], found["path"]))
        elif parts and parts[-1].path is not None and line.startswith(parts[-1].lead + "  "):
            parts[-1] = _Part((*parts[-1].lines, line), parts[-1].lead, parts[-1].path)
        else:
            parts.append(_Part((line,)))
    return parts
