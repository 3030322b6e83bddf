"""What the sections of the text report are made of: lines no wider than the page, and its signs.

A section is a list of `Text`, one for each line. Strings of the application come in through `said`, `said_lines` and
`place_of` only.
"""

import io

from msgspec import Struct
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from lifespan_cli.output import Style
from lifespan_cli.output.escape import LIMIT, inert, inert_lines
from lifespan_cli.output.whereabouts import short_path

PROSE_WIDTH = 100
"""Sentences are not set wider than this, however wide the terminal is."""
COLORS = {
    "error": "bold red",
    "warning": "bold yellow",
    "info": "bold cyan",
    "passed": "bold green",
    "failed": "bold red",
}


class Signs(Struct, frozen=True):
    """The signs that are not ASCII, and what stands for them where only ASCII can be written."""

    arrow: str
    ellipsis: str
    rail: str
    left: str
    right: str
    both: str
    """Half a cell and a whole one of the application's bars; `own_` of those which are not charged to it."""
    own_left: str
    own_right: str
    own_both: str


_UNICODE = Signs("←", "…", "│", "╸", "╺", "━", "╴", "╶", "─")
_ASCII = Signs("<-", "...", "|", "=", "=", "=", "-", "-", "-")


def signs(style: Style) -> Signs:
    """The signs that the style allows."""
    return _UNICODE if style.unicode else _ASCII


def said(text: str, style: Style) -> str:
    """A string of the application's, or with one of its strings inside, on one line and inert."""
    return inert(text, unicode=style.unicode, limit=None if style.verbose else LIMIT)


def said_lines(text: str, style: Style) -> list[str]:
    """The lines of a text of the application's that has several on purpose, each inert."""
    return inert_lines(text, unicode=style.unicode, limit=None if style.verbose else LIMIT)


def place_of(path: str, line: int | None, style: Style) -> str:
    """`path:line`, inert, relative to the style's root, or a library's as it is known."""
    return said(short_path(path, style.root) + (f":{line}" if line is not None else ""), style)


def paragraph(text: Text, style: Style, indent: int = 0, hanging: int = 0, prose: bool = True) -> list[Text]:
    """The text as lines that fit the page, all `indent` to the right, those after the first `hanging` more.

    The first `hanging` characters are kept together.
    """
    width = min(style.width, PROSE_WIDTH) if prose else style.width
    first, rest = text[:hanging], text[hanging:]
    lines = rest.wrap(_SETTER, max(width - indent - hanging, 20), overflow="fold") if rest else [Text()]
    blank = Text(" " * hanging)
    return [
        stripped(Text.assemble(" " * indent, first if index == 0 else blank, line)) for index, line in enumerate(lines)
    ]


def clipped(text: str, cells: int, style: Style, *, keep_end: bool = False) -> str:
    """The text in at most so many cells; what is cut off, at the end or at the beginning, leaves an ellipsis.

    The whole text when verbose.
    """
    if style.verbose or cell_len(text) <= cells:
        return text
    ellipsis = signs(style).ellipsis
    room = max(cells - len(ellipsis), 0)
    if not keep_end:
        return (set_cell_size(text, room).rstrip() + ellipsis)[: max(cells, 0)]
    while cell_len(text) > room:
        text = text[1:]
    folder = text.find("/")  # a path begins with a whole name, where one is left
    return (ellipsis + text[max(folder, 0) :])[: max(cells, 0)]


def stripped(line: Text) -> Text:
    """The line without the blanks at its end."""
    line.rstrip()
    return line


def printed(lines: list[Text], style: Style) -> str:
    """The lines as a string, with the colours that the style allows, a newline after each."""
    console = _console(style.width, style.color)
    for line in lines:
        console.print(line, no_wrap=True, overflow="ignore", crop=False, soft_wrap=True)
    file = console.file
    assert isinstance(file, io.StringIO)  # noqa: S101  # made six lines below
    return file.getvalue()


def _console(width: int, color: bool) -> Console:
    """A console that depends on nothing but its arguments: no environment, no terminal."""
    return Console(
        file=io.StringIO(),
        width=width,
        height=100,
        force_terminal=color,
        no_color=not color,
        color_system="standard" if color else None,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
        _environ={},
    )


_SETTER = _console(80, color=False)
