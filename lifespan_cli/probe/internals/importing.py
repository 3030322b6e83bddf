"""importlib's functions through which every import, and every compilation of a source file, comes."""

import _frozen_importlib as _bootstrap
import _frozen_importlib_external as _external
import sys

from lifespan_cli.probe.internals import OTHER_ARGUMENTS, Internal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NOT_CALLED = "is not called by the import system"
_IMPORTED = "lifespan_check_self_test"


def _test_find_and_load() -> str:
    """Have an import statement ask for a module that a stand-in provides: it is given the name first."""
    original = _bootstrap._find_and_load  # type: ignore[attr-defined]  # importlib's own
    asked = []

    def stand_in(*args: "Any", **kwargs: "Any") -> "Any":
        if args[:1] == (_IMPORTED,):
            asked.append(args)
            return sys
        return original(*args, **kwargs)

    _bootstrap._find_and_load = stand_in  # type: ignore[attr-defined]  # for this one import
    try:
        __import__(_IMPORTED)
    except ImportError:
        return OTHER_ARGUMENTS
    finally:
        _bootstrap._find_and_load = original  # type: ignore[attr-defined]  # as it was
    return "" if asked else NOT_CALLED


FIND_AND_LOAD = Internal(
    "importlib._bootstrap._find_and_load", "imports", test=_test_find_and_load, owner=lambda: _bootstrap
)
"""Where the `import` statement's C code and `importlib.import_module` both come through for a module that is not loaded
yet, with its name first. Looked up at each call, so that one put in its place sees all of them."""


def _test_source_to_code() -> str:
    """Have a loader ask for the code of an empty file: data and path are given first, both by position."""
    asked = []

    class Loader(_external.SourceLoader):
        def get_filename(self, _fullname: str) -> str:
            return _IMPORTED

        def get_data(self, _path: "Any") -> bytes:
            return b""

        def source_to_code(self, *args: "Any", **_options: "Any") -> "Any":
            asked.append(args[:2])

    Loader().get_code(_IMPORTED)
    return "" if asked == [(b"", _IMPORTED)] else OTHER_ARGUMENTS if asked else NOT_CALLED


SOURCE_TO_CODE = Internal(
    "importlib._bootstrap_external.SourceLoader.source_to_code",
    "compilations",
    test=_test_source_to_code,
    owner=lambda: _external.SourceLoader,
)
"""Compiles a source file for which there is no valid bytecode: of a loader, with the source and its path first."""
