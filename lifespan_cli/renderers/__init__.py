"""A renderer takes one finished report and returns a string; which one is asked for by name.

A renderer is imported when it is used, so that importing this package loads neither rich nor json.
"""

from dataclasses import dataclass
from importlib import import_module

from lifespan_cli.errors import UsageError
from lifespan_cli.report import Report

FORMATS = ("text", "json", "speedscope")


@dataclass(frozen=True, slots=True)
class Style:
    """How a report is to look. Renderers of formats for machines have no use for it."""

    width: int = 80
    """Columns of the terminal, at least 40."""
    color: bool = False
    unicode: bool = True
    """False: nothing but ASCII is written."""
    verbose: bool = False
    """Nothing is shortened."""
    quiet: bool = False
    """Only the findings and the verdict."""
    root: str = ""
    """A folder; paths below it are shown relative to it."""


def render(name: str, report: Report, style: Style) -> str:
    """The report in the format of that name, ending with a newline.

    Raises UsageError for a name that is not in `FORMATS`.
    """
    if name not in FORMATS:
        raise UsageError(f"there is no output format {name!r}: choose one of {', '.join(FORMATS)}")
    text: str = import_module(f"{__name__}.{name}").render(report, style)
    return text
