"""A renderer takes one finished report, with its diagnosis, and returns a string; which one is asked for by name.

A renderer is imported when it is used, so that importing this package loads neither rich nor json.
"""

from importlib import import_module
from typing import Protocol

from msgspec import Struct

from lifespan_cli.errors import UsageError
from lifespan_cli.model import Severity
from lifespan_cli.model.result import DiagnosedReport

FORMATS = ("text", "json", "junit", "github", "gitlab", "sarif", "markdown", "html", "speedscope")


class Described(Protocol):
    """What may be said of a rule. The rules themselves are this; their floor is ours, so they are handed over."""

    @property
    def code(self) -> str:
        """LS and three digits."""

    @property
    def slug(self) -> str:
        """Its name."""

    @property
    def severity(self) -> Severity:
        """How grave its findings are, mostly."""

    @property
    def summary(self) -> str:
        """One sentence."""

    @property
    def explanation(self) -> str:
        """Paragraphs, separated by an empty line."""

    @property
    def source(self) -> str:
        """Who asks for it."""

    @property
    def bad(self) -> str:
        """Python that breaks it."""

    @property
    def good(self) -> str:
        """The same, mended."""


class Style(Struct, frozen=True):
    """How a report is to look, and what a renderer may know besides it."""

    width: int = 80
    """Columns of the terminal; fewer than 40 may be exceeded."""
    color: bool = False
    unicode: bool = True
    """False: nothing but ASCII is written."""
    verbose: bool = False
    """Nothing is shortened."""
    quiet: bool = False
    """Only the findings and the verdict."""
    servers: bool = False
    """What servers make of the application is shown also where all of them just start it."""
    root: str = ""
    """A folder; paths below it are shown relative to it."""
    repository: str = ""
    """The top of the repository, for formats that a code host reads; empty: the same as `root`."""
    rules: tuple[Described, ...] = ()
    """The rules, for formats that name or explain them."""
    room: int = 65_000
    """The most bytes of Markdown: a comment on GitHub holds 65,536 characters."""


def render(name: str, result: DiagnosedReport, style: Style) -> str:
    """The report in the format of that name, ending with a newline; empty if the format has nothing to say.

    Raises UsageError for a name that is not in `FORMATS`.
    """
    if name not in FORMATS:
        raise UsageError(f"there is no output format {name!r}: choose one of {', '.join(FORMATS)}")
    text: str = import_module(f"{__name__}.{name}").render(result, style)
    return text
