"""Lines and stacks in words, for all outputs: of a stack, the user's innermost line and what that line calls."""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from lifespan_cli.model import COLLECTOR, Call

_LIBRARY = re.compile(r"[\\/](?:site-packages|dist-packages|[Ll]ib[\\/]python3\.\d+)(?=[\\/])")
_GO_BETWEEN = re.compile(r"^<frozen |[\\/]contextlib\.py$")
"""The import machinery, and contextlib, which enters what others wrote: calls of theirs say nothing of what goes on."""
_NO_FILE = "<"
"""Code without a file: `<frozen importlib._bootstrap>`, `<string>`."""


Foreign = Callable[[Call], bool]
"""Tells of a call whether its code is not the user's."""


def in_library(path: str) -> bool:
    """Whether a path is, by its look, that of a library: in an interpreter's folders, or no file at all."""
    return path.startswith(_NO_FILE) or _LIBRARY.search(path) is not None


def looks_foreign(call: Call) -> bool:
    """Whether a call's code is, by the look of its path, a library's."""
    return in_library(call.path)


def below(folders: Iterable[str]) -> Foreign:
    """Tells of a call whether its code lies in one of these folders, or in no file at all."""
    prefixes = tuple(folder.rstrip("/\\") + separator for folder in folders if folder for separator in "/\\")
    return lambda call: call.path.startswith((_NO_FILE, *prefixes))


def short_path(path: str, root: str = "") -> str:
    """The path as a reader knows it: relative to `root`, or a library's without the folder that it is installed in."""
    if path == COLLECTOR:
        return "gc"
    *_, last = [0, *(found.end() + 1 for found in _LIBRARY.finditer(path))]
    return path[last:] if last else relative(path, root)


def relative(path: str, root: str) -> str:
    """The path, relative to `root` where it lies below it. Nothing is asked of the file system."""
    folder = root.rstrip("/\\")
    return path[len(folder) + 1 :] if folder and path.startswith((f"{folder}/", f"{folder}\\")) else path


def package(path: str) -> str:
    """The name of the library that a path is of: starlette, asyncio, contextlib."""
    return re.split(r"[\\/]", short_path(path))[0].removesuffix(".py")


def place(calls: Sequence[Call], foreign: Foreign = looks_foreign, root: str = "", arrow: str = "←") -> str:
    """One line of words for a stack: `connect ← myapp/db.py:41`, connect being what the user's line calls.

    When the innermost call is itself the user's, or none is: `lifespan, myapp/db.py:41`. Not inert yet.
    """
    if not calls:
        return "no Python code"
    index = _innermost(calls, foreign)
    call = calls[index]
    called = _callee(calls[index + 1 :], root) if index < len(calls) - 1 else ""
    return spot(call.function, called, call.path, call.line, root, arrow)


def spot(function: str, called: str, path: str, line: int, root: str = "", arrow: str = "←") -> str:
    """The words of `place` for one line: `connect ← myapp/db.py:41`, or without a call `lifespan, myapp/db.py:41`."""
    where = line_of(path, line, root)
    return f"{called} {arrow} {where}" if called else f"{function}, {where}"


def line_of(path: str, line: int, root: str = "") -> str:
    """`myapp/db.py:41`, the path as a reader knows it; without a line, the path alone."""
    return f"{short_path(path, root)}:{line}" if line else short_path(path, root)


def callers(calls: Sequence[Call], foreign: Foreign = looks_foreign, root: str = "", folded: bool = True) -> list[str]:
    """A line of words for each call outside the one that `place` names, innermost first: `myapp/main.py:12 (lifespan)`.

    With `folded`, neighbouring calls of libraries are one line: `5 calls in starlette, asyncio`. Not inert yet.
    """
    outer = reversed(calls[: _innermost(calls, foreign)] if calls else ())
    lines = []
    for is_foreign, group in groupby(outer, foreign):
        members = list(group)
        if is_foreign and folded:
            lines.append(folding("call", [call.path for call in members]))
        else:
            lines += [f"{line_of(call.path, call.line, root)} ({call.function})" for call in members]
    return lines


def folding(noun: str, paths: Sequence[str]) -> str:
    """What stands for calls of libraries that are not shown: `2 calls in starlette, asyncio`."""
    names = dict.fromkeys(package(path) for path in paths if not path.startswith(_NO_FILE))
    return f"{len(paths)} {noun}{'s' if len(paths) != 1 else ''}" + (f" in {', '.join(names)}" if names else "")


def _innermost(calls: Sequence[Call], foreign: Foreign) -> int:
    """The index of the innermost call that is the user's, else of the innermost at all."""
    indices = reversed(range(len(calls)))
    return next((index for index in indices if not foreign(calls[index])), len(calls) - 1)


def _callee(calls: Sequence[Call], root: str) -> str:
    """What a line is in: the first call under it that is not a mere go-between's; a module by its file."""
    call = next((call for call in calls if not _GO_BETWEEN.search(call.path)), calls[0])
    return short_path(call.path, root) if call.function == "<module>" else call.function
