"""Loads what a server has loaded before the application, by the import system as it was before the application.

What the application has done to it by then, a server's own imports do not meet: an emptied `sys.path`, a finder or an
`__import__` of its own, a low recursion limit. Only an audit hook cannot be set aside (PEP 578).
"""

import builtins
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

LISTS = ("path", "meta_path", "path_hooks")


class ImportSystem:
    """The import system at the time at which this is made."""

    def __init__(self) -> None:
        self._lists = {name: list(getattr(sys, name)) for name in LISTS}
        self._import = builtins.__import__
        self._recursion_limit = sys.getrecursionlimit()

    def load(self, names: "Iterable[str]") -> None:
        """Import modules by it. Raises what they raise; the application's import system is as before then, too."""
        kept: dict[str, Any] = {name: getattr(sys, name) for name in (*LISTS, "path_importer_cache")}
        kept_import, kept_limit = builtins.__import__, sys.getrecursionlimit()
        for name, entries in self._lists.items():
            setattr(sys, name, list(entries))
        sys.path_importer_cache = dict(sys.path_importer_cache)
        builtins.__import__ = self._import
        if kept_limit < self._recursion_limit:
            sys.setrecursionlimit(self._recursion_limit)
        try:
            for name in names:
                __import__(name)
        finally:
            for name, value in kept.items():
                setattr(sys, name, value)
            builtins.__import__ = kept_import
            if kept_limit < self._recursion_limit:
                sys.setrecursionlimit(kept_limit)
