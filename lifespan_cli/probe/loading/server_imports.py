"""Imports what a server has imported before the application, whatever the application has done to importing since.

An application may replace `__import__`, empty `sys.path` or `sys.modules`, put a finder first that raises, lower the
recursion limit, use up all descriptors or replace functions of `os`: none of this reaches a server that has its modules
and its event loop. The probe loads them after the application's import, with the import system, the builtins and `os`
as they were when this module was loaded.
"""

import builtins
import os
import sys
from os import close, dup

from lifespan_cli.probe.loading.modules import loaded
from lifespan_cli.probe.loading.standard_library import LOADED_BY_SERVERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

USUAL_RECURSION_LIMIT = 1000
MOST_DESCRIPTORS = 5
"""What a server has open for its event loop: the selector, a pair of sockets, and two more for what listens."""
_MISSING: "Any" = object()
_ATTRIBUTES = ("path", "meta_path", "path_hooks", "modules")


class ServerImports:
    """The import system of the start, in force while a `with` statement lasts."""

    def __init__(self) -> None:
        self._functions = [(vars(module), dict(vars(module))) for module in (builtins, os)]
        self._lists = {name: list(getattr(sys, name)) for name in ("path", "meta_path", "path_hooks")}
        self._known = dict(loaded)
        self._descriptors: list[int] = []
        self._before: dict[str, Any] = {}
        self._functions_before: list[tuple[dict[str, Any], str, Any]] = []
        self._modules_before: dict[str, Any] = {}
        self._limit_before = 0
        self._depth = 0

    def reserve_descriptors(self) -> None:
        """Keep some open until they are needed, as a server's are: the application must not be able to use up all."""
        try:
            while len(self._descriptors) < MOST_DESCRIPTORS:
                self._descriptors.append(dup(0))
        except OSError:  # there are none to be had
            return

    def keep(self, name: str) -> None:
        """An import has ended well: keep the module, if a server has it too."""
        if name.partition(".")[0] in LOADED_BY_SERVERS and name in loaded:
            self._known.setdefault(name, loaded[name])

    def release(self) -> None:
        """Hold no module any more: the interpreter ends the modules that somebody holds before their functions end."""
        self._known.clear()

    def module(self, name: str) -> "Any":
        """A module of the standard library, as a server has it."""
        if name not in self._known:
            with self:
                __import__(name)
                self._known[name] = loaded[name]
        return self._known[name]

    def loaded(self, name: str) -> "Any":
        """That module, or None where it was not imported so far; not what the application put in its place."""
        found = self._known.get(name, loaded.get(name))
        return found if issubclass(type(found), type(sys)) else None

    def __enter__(self) -> None:
        self._depth += 1
        if self._depth == 1:
            self._put_back()

    def __exit__(self, *_error: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._undo()

    def _put_back(self) -> None:
        while self._descriptors:
            try:
                close(self._descriptors.pop())
            except OSError:  # the application closed it
                continue
        self._limit_before = sys.getrecursionlimit()
        sys.setrecursionlimit(max(self._limit_before, USUAL_RECURSION_LIMIT))
        self._before = {name: getattr(sys, name, _MISSING) for name in _ATTRIBUTES}
        for name, values in self._lists.items():
            setattr(sys, name, list(values))
        sys.modules = loaded
        for present, functions in self._functions:
            for name, function in functions.items():
                if present.get(name, _MISSING) is not function:
                    self._functions_before.append((present, name, present.get(name, _MISSING)))
                    present[name] = function
        self._modules_before = {name: loaded.get(name, _MISSING) for name in self._replaced()}
        for name in self._modules_before:
            if name in self._known:
                loaded[name] = self._known[name]
            else:
                del loaded[name]

    def _replaced(self) -> "list[str]":
        """The modules that the application took out of `sys.modules`, or put something else in the place of."""
        changed = [name for name, module in self._known.items() if loaded.get(name, _MISSING) is not module]
        put = [name for name in loaded if name in LOADED_BY_SERVERS and name not in self._known]
        return changed + [name for name in put if not issubclass(type(loaded[name]), type(sys))]

    def _undo(self) -> None:
        for name, module in self._modules_before.items():
            if module is _MISSING:
                loaded.pop(name, None)
            else:
                self._known.setdefault(name, loaded[name])
                loaded[name] = module
        while self._functions_before:
            present, name, function = self._functions_before.pop()
            if function is _MISSING:
                del present[name]
            else:
                present[name] = function
        for name, value in self._before.items():
            if value is _MISSING:
                delattr(sys, name)
            else:
                setattr(sys, name, value)
        try:
            sys.setrecursionlimit(self._limit_before)
        except RecursionError:  # it is too low for where we are
            pass


server_imports = ServerImports()
standard = server_imports.module
standard_if_loaded = server_imports.loaded
