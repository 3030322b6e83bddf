"""Every private name of CPython, asyncio, trio and uvloop that the probe uses, with its versions and its self-test.

A name is private when it begins with an underscore, or when no documentation has it. Each is declared once, as an
`Internal`; no other file of the probe touches one. The self-test says whether it still is what it was in the versions
given. Where it is not, nothing of it is replaced or read, that one measurement is off, and the parent is told which and
why. No self-test imports anything or takes more than some 20 µs.
"""

import _frozen_importlib as _bootstrap
import _frozen_importlib_external as _external
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from lifespan_cli.probe.wire import Wire

    Version = tuple[int, int]

OLDEST: "Version" = (3, 10)
NEWEST: "Version" = (3, 15)
"""The newest CPython that the self-tests were tried with; what a newer one still has is found out by them."""
MISSING = "does not exist in this Python"
OTHER_ARGUMENTS = "takes other arguments in this Python"
NOT_CALLED = "is not called by this Python's import system"


class Internal:
    """A private name, and what is not measured where it is not what it was.

    `test` returns an empty text, or what goes on from the name: "takes other arguments in this Python". An
    AttributeError that comes out of it means that something is missing. `versions` are the first and the last CPython
    that has the name; the last is NEWEST where it is still there. `owner` returns the object that has it as attribute.
    """

    __slots__ = ("_attribute", "_owner", "_works", "measurement", "name", "test", "versions")

    def __init__(
        self,
        name: str,
        measurement: str,
        versions: "tuple[Version, Version]",
        test: "Callable[[], str]",
        owner: "Callable[[], object]" = lambda: None,
    ) -> None:
        self.name = name
        self.measurement = measurement
        self.versions = versions
        self.test = test
        self._owner = owner
        self._attribute = name.rpartition(".")[2]
        self._works: bool | None = None

    def exists(self) -> bool:
        """This Python has it by all that is known. A newer one than any known may have it still."""
        first, last = self.versions
        return first <= sys.version_info[:2] and (last == NEWEST or sys.version_info[:2] <= last)

    def works(self) -> bool:
        """It is what it was: the self-test, run once. Of one that fails the parent is told; of one not there, not."""
        if self._works is None:
            self._works = self.exists()
            if self._works:
                reason = self._reason()
                self._works = not reason
                if reason:
                    _reporter.report(self.measurement, f"{self.name} {reason}")
        return self._works

    def _reason(self) -> str:
        try:
            return self.test()
        except AttributeError:
            return MISSING
        except Exception as error:
            return f"cannot be used in this Python ({type(error).__name__})"

    def get(self) -> "Any":
        """What stands under that name; only of one that has an owner and works."""
        return getattr(self._owner(), self._attribute)

    def replace(self, value: object) -> None:
        """Put something else there."""
        setattr(self._owner(), self._attribute, value)


class _Reporter:
    """Writes what is not measured, as soon as there is a wire."""

    def __init__(self) -> None:
        self._wire: Wire | None = None
        self._kept: list[tuple[str, str]] = []

    def begin(self, wire: "Wire") -> None:
        """From now on failed self-tests are written to this wire, and those that failed before at once."""
        self._wire = wire
        kept, self._kept = self._kept, []
        for measurement, reason in kept:
            self.report(measurement, reason)

    def report(self, measurement: str, reason: str) -> None:
        """One measurement is off."""
        if self._wire is None:
            self._kept.append((measurement, reason))
        else:
            self._wire.put("NotMeasured", measurement=measurement, reason=reason)


_reporter = _Reporter()
report_to = _reporter.begin


# importlib

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
    "importlib._bootstrap._find_and_load", "imports", (OLDEST, NEWEST), _test_find_and_load, lambda: _bootstrap
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
    (OLDEST, NEWEST),
    _test_source_to_code,
    lambda: _external.SourceLoader,
)
"""Compiles a source file for which there is no valid bytecode: of a loader, with the source and its path first."""
