"""The outputs: each takes one finished report, with its diagnosis, and returns a string. `registry` has their names."""

from typing import Protocol

from msgspec import Struct

from lifespan_cli.model import Severity


class Described(Protocol):
    """What an output needs of a rule; outputs cannot import the rules, which are of the same layer."""

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
        """The same, fixed."""


class Style(Struct, frozen=True):
    """How a report looks, and what else a renderer needs to know."""

    width: int = 80
    """Columns of the terminal; fewer than 40 may be exceeded."""
    color: bool = False
    unicode: bool = True
    """False: nothing but ASCII is written."""
    links: bool = False
    """Places are links to their files (OSC 8)."""
    verbose: bool = False
    """All rows, trees and output are shown, and nothing is shortened."""
    quiet: bool = False
    """Only the findings and the verdict."""
    servers: bool = False
    """The table of servers is shown, as it is with `verbose`."""
    root: str = ""
    """A folder; paths below it are shown relative to it."""
    repository: str = ""
    """The top of the repository, for formats that a code host reads; empty: the same as `root`."""
    rules: tuple[Described, ...] = ()
    """The rules, for formats that name or explain them."""
    room: int = 65_000
    """The most bytes of Markdown: a comment on GitHub holds 65,536 characters."""
