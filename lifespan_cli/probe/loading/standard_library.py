"""Has the standard library found as under a server, which has loaded its own part of it before the application.

When a server puts the application's folder first on the path, `types`, `enum` and some 70 more are loaded: a `types.py`
in that folder is never imported by that name. Here they are not loaded yet, since the application's import must find a
bare interpreter. So those names are looked for only on the path as it was before.
"""

import sys
from os import listdir
from os.path import isfile, join

from lifespan_cli.probe.internals.importing import FIND_SPEC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

EVERY_VERSION = """
    abc array ast asyncio atexit base64 binascii bisect builtins codecs collections concurrent configparser contextlib
    contextvars copy copyreg datetime dis email encodings enum errno fcntl functools genericpath gettext heapq http
    importlib inspect io ipaddress itertools json keyword linecache locale logging marshal math multiprocessing ntpath
    opcode operator os pathlib pickle platform posix posixpath queue random re reprlib select selectors signal site
    socket socketserver ssl stat string struct subprocess sys threading time token tokenize traceback types typing
    urllib uuid warnings weakref zipimport
"""
SOME_VERSIONS = {
    "annotationlib": range(14, 99),
    "bz2": range(10, 14),
    "calendar": range(10, 13),
    "dataclasses": range(14, 99),
    "fnmatch": range(10, 15),
    "glob": range(13, 15),
    "grp": range(13, 99),
    "lzma": range(10, 14),
    "pwd": range(13, 99),
    "quopri": range(10, 13),
    "shutil": range(10, 14),
    "sre_compile": range(10, 11),
    "sre_constants": range(10, 11),
    "sre_parse": range(10, 11),
    "tempfile": range(10, 14),
    "textwrap": range(11, 99),
    "zlib": range(10, 14),
}
"""By minor versions of Python 3."""
LOADED_BY_SERVERS = frozenset(
    [*EVERY_VERSION.split(), *(name for name, minors in SOME_VERSIONS.items() if sys.version_info[1] in minors)]
)
"""What is in `sys.modules` when uvicorn 0.54.0 without extras imports the application; of the names without underscore,
those of packages and of modules in no package."""


def prefer_standard_library(path: "Iterable[str]") -> None:
    """From now on look for those names only in the folders of `path`."""
    if not FIND_SPEC.works():
        return
    folders = frozenset(path)
    original: Any = FIND_SPEC.get()

    def find_spec(self: "Any", fullname: str, target: "ModuleType | None" = None) -> "ModuleSpec | None":
        if fullname in LOADED_BY_SERVERS and self.path not in folders:
            return None
        spec: ModuleSpec | None = original(self, fullname, target)
        return spec

    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(find_spec, name, getattr(original, name))
    FIND_SPEC.replace(find_spec)  # a server would not come here for these names


def shadowed(folder: str, path: "Iterable[str]") -> "Iterator[tuple[str, str]]":
    """Module and file, for each module in the application's folder that a server never imports by that name."""
    if folder in path:  # there a server, too, finds it before the standard library
        return
    try:
        entries = sorted(listdir(folder))
    except OSError:
        return
    for entry in entries:
        module, dot, suffix = entry.partition(".")
        file = join(folder, entry) if dot else join(folder, entry, "__init__.py")
        if module in LOADED_BY_SERVERS and suffix in ("", "py") and isfile(file):
            yield module, file
