"""Exceptions of the application as text, without frames of the tool and the import system, and the user's own line.

Works on the plain trees that `probe.wire.describe_exception` makes.
"""

import linecache
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Protocol

from msgspec import Struct

from lifespan_cli.model import Call

SITES = ("site-packages", "dist-packages")
"""The folders of installed packages, which may lie in that of the standard library."""
CYTHON = (".pyx", ".pxd", ".pxi")
"""The sources of compiled modules; their frames have paths of where they were compiled."""
IMPORTLIB = "/importlib/__init__.py"
CAUSE = "The above exception was the direct cause of the following exception:"
LAZY_IMPORT = "lazy import of "
"""How CPython 3.15 begins the message of the exception that tells where the statement stands."""
CONTEXT = "During handling of the above exception, another exception occurred:"


class Located(Protocol):
    """Anything with the place of a call."""

    @property
    def path(self) -> str: ...
    @property
    def line(self) -> int: ...


class UserCode(Struct, frozen=True):
    """Tells the user's files from others. `library` and `ours` are folders, `target` is the target module's file."""

    library: tuple[str, ...]
    ours: tuple[str, ...]
    target: str | None

    def absolute(self, path: str) -> str:
        """The path as a full one; a name in angle brackets is none and stays, as does one that only a compiler knew."""
        known = path and not path.startswith("<") and not path.endswith(CYTHON)
        return os.path.abspath(path) if known else path  # noqa: PTH100  # by value, no file system

    def is_ours(self, path: str) -> bool:
        """The file is the probe's."""
        return path.startswith(self.ours)

    def without_ours(self, calls: Sequence[Call]) -> list[Call]:
        """A stack, outermost call first, without the tool's frames and its call of `importlib.import_module`."""
        ours = [self.is_ours(call.path) for call in calls]
        imports = [called and call.path.endswith(IMPORTLIB) for call, called in zip(calls[1:], ours, strict=False)]
        return [call for call, *skipped in zip(calls, ours, [False, *imports], strict=False) if not any(skipped)]

    def is_user(self, path: str) -> bool:
        """The file is the user's own: of the target's package, wherever that lies, or of no library."""
        path = self.absolute(path)
        if path.startswith("<") or self.is_ours(path) or not PurePath(path).is_absolute():
            return False
        return self._in_target_package(path) or not path.startswith(self.library)

    def deepest(self, calls: Sequence[Located]) -> tuple[str | None, int | None]:
        """Path and line of the innermost call in the user's code; two times None where there is none."""
        for call in reversed(calls):
            if self.is_user(call.path):
                return self.absolute(call.path), call.line
        return None, None

    def is_standard(self, path: str) -> bool:
        """The file is of the interpreter or its standard library, or no file at all."""
        path = self.absolute(path)
        if self.is_user(path):
            return False
        installed = any(part in SITES for part in PurePath(path).parts)
        return path.startswith("<") or not path or (path.startswith(self.library) and not installed)

    def place(self, calls: Sequence[Located]) -> tuple[str | None, int | None]:
        """Path and line of the innermost call in the user's code, else in a library's; never in the standard library's.

        Two times None where there is neither.
        """
        path, line = self.deepest(calls)
        if path is not None:
            return path, line
        library = next((call for call in reversed(calls) if not self.is_standard(call.path)), None)
        return (self.absolute(library.path), library.line) if library else (None, None)

    def _in_target_package(self, path: str) -> bool:
        if self.target is None:
            return False
        for folder in sorted(self.library, key=len, reverse=True):  # site-packages may lie in the standard library's
            if self.target.startswith(folder):  # installed: its top-level package is the user's, its neighbours are not
                top = PurePath(self.target[len(folder) :]).parts[0]
                return path.startswith(f"{folder}{top}/") or path == self.target
        return path == self.target


def calls_of(tree: Mapping[str, Any], user: UserCode) -> list[Call]:
    """The exception's stack, outermost first, without our own frames and those of the import system."""
    calls = [Call(function, user.absolute(path), line) for function, path, line in tree["calls"]]
    return [call for call in user.without_ours(calls) if not call.path.startswith("<frozen importlib")]


def deepest_line(tree: Mapping[str, Any], user: UserCode) -> tuple[str | None, int | None]:
    """The deepest line of the user's code that an exception came through: its own, then its members' and causes'."""
    if "syntax" in tree:
        path, line, _ = tree["syntax"]
        return user.absolute(path), line
    path, line = user.deepest(calls_of(tree, user))
    others = [*tree.get("members", ()), *(tree[key] for key in ("cause", "context") if key in tree)]
    if path is not None and not tree.get("members"):
        return path, line
    for other in others:
        found = deepest_line(other, user)
        if found[0] is not None:
            return found
    return path, line


def message_of(tree: Mapping[str, Any]) -> str:
    """The exception's message; a group's names the first exception that it holds, which is what went wrong.

    Of a lazy import that fails when its name is used (PEP 810) it names the statement too.
    """
    message: str = tree["message"]
    members = tree.get("members", ())
    if not members:
        return message + _lazy_statement(tree)
    first = members[0]
    inner = message_of(first)
    return f"{message}: {first['type']}: {inner}" if inner else f"{message}: {first['type']}"


def _lazy_statement(tree: Mapping[str, Any]) -> str:
    cause = tree.get("cause", {})
    if not cause.get("calls") or not cause["message"].startswith(LAZY_IMPORT):
        return ""
    _, path, line = cause["calls"][-1]
    return f" (lazy import at {PurePath(path).name}:{line})"


def format_exception(tree: Mapping[str, Any], user: UserCode) -> str:
    """The exception as Python shows one, what it came from first, groups included."""
    return "\n".join(_formatted(tree, user))


def _formatted(tree: Mapping[str, Any], user: UserCode) -> Iterator[str]:
    for key, sentence in (("cause", CAUSE), ("context", CONTEXT)):
        if key in tree:
            yield from _formatted(tree[key], user)
            yield from ("", sentence, "")
    calls = calls_of(tree, user)
    if calls:
        yield "Traceback (most recent call last):"
    for call in calls:
        yield f'  File "{call.path}", line {call.line}, in {call.function}'
        if source := linecache.getline(call.path, call.line).strip():
            yield f"    {source}"
    if "syntax" in tree:
        path, line, source = tree["syntax"]
        yield f'  File "{path}", line {line}'
        yield f"    {source.strip()}"
    yield f"{tree['type']}: {tree['message']}" if tree["message"] else tree["type"]
    yield from tree.get("notes", ())
    members = tree.get("members", ())
    for number, member in enumerate(members, 1):
        yield f"  +-- {number} of {len(members)}"
        yield from (f"  | {line}" for line in _formatted(member, user))
