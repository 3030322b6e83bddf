"""Every private name of CPython, asyncio, anyio and trio that the probe uses, with its versions and its self-test.

A name is private when it begins with an underscore, or when no documentation has it. Each is declared once, as an
`Internal` in one of the modules here; no other file of the probe touches one. The self-test says whether it still is
what it was in the versions given. Where it is not, nothing of it is replaced or read, that one measurement is off, and
the parent is told which and why. No self-test imports anything or takes more than some 20 µs, but for the reading of
`importlib.import_module`, 0.1 ms. It is run when the name is first needed: when an import is about to be recorded, or
when a frame of a library is met for the first time.
"""

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
IMPORTS = "imports"
COMPILATIONS = "compilations"
LINES = "the times of lines"
SHADOWING = "which files stand in the standard library's place"
TASK_EXCEPTIONS = "exceptions that nobody retrieved"
WARNINGS = "warnings of Python's"
REGISTERED = "which lifespans and handlers ran"
"""Measurements that rules rest on."""
MISSING = "does not exist"
OTHER_ARGUMENTS = "takes other arguments"


class Internal:
    """A private name, and what is not measured where it is not what it was.

    `test` returns an empty text, or what goes on from the name: "takes other arguments". An AttributeError that comes
    out of it means that something is missing. `versions` are the first and the last CPython that has the name; the last
    is NEWEST where it is still there. `owner` returns the object that has it as attribute. `library` is whose it is.
    """

    __slots__ = ("_attribute", "_owner", "_works", "library", "measurement", "name", "test", "versions")

    def __init__(
        self,
        name: str,
        measurement: str,
        versions: "tuple[Version, Version]" = (OLDEST, NEWEST),
        test: "Callable[[], str]" = lambda: "",
        owner: "Callable[[], object]" = lambda: None,
        library: str = "Python",
    ) -> None:
        self.name = name
        self.measurement = measurement
        self.versions = versions
        self.test = test
        self.library = library
        self._owner = owner
        self._attribute = name.rpartition(".")[2]
        self._works: bool | None = None

    def exists(self) -> bool:
        """This Python has it by all that is known. A newer one than any known may have it still."""
        first, last = self.versions
        return first <= sys.version_info[:2] and (last == NEWEST or sys.version_info[:2] <= last)

    def works(self) -> bool:
        """It is what it was: the self-test, run once. The parent is told when it fails, not when it is not to exist."""
        if self._works is None:
            reason = self._reason() if self.exists() else ""
            if reason:
                self.fail(reason)
            else:
                self._works = self.exists()
        return bool(self._works)

    def fail(self, reason: str) -> None:
        """It is not what it was, as its use shows: it is used no more, and the parent is told once."""
        if self._works is not False:
            self._works = False
            _reporter.report(self.measurement, f"{self.name} {reason} in this {self.library}")

    def refused(self, error: Exception) -> None:
        """An audit hook of the application's does not let it be used, which this exception says.

        Not one that says that no stack or memory is left: that passes.
        """
        if not issubclass(type(error), (RecursionError, MemoryError)):
            self.fail(f"raises {type(error).__name__}")

    def _reason(self) -> str:
        try:
            return self.test()
        except AttributeError:
            return MISSING
        except Exception as error:
            return f"cannot be used ({type(error).__name__})"

    def get(self) -> "Any":
        """What stands under that name; only of one that has an owner and works."""
        return getattr(self._owner(), self._attribute)

    def replace(self, value: object) -> None:
        """Put something else there."""
        setattr(self._owner(), self._attribute, value)


def module(name: str) -> "Any":
    """The module of that name, once it is loaded; None before, and while another thread still runs it."""
    found = sys.modules.get(name)
    being_loaded = INITIALIZING.works() and getattr(getattr(found, "__spec__", None), "_initializing", False)
    return None if being_loaded else found


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

INITIALIZING = Internal(
    "importlib.machinery.ModuleSpec._initializing",
    "which modules are still being loaded",
    test=lambda: "" if vars(__spec__)["_initializing"] is False else "holds other values",
)
