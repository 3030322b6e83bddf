"""What the sections of the text report are made of: lines no wider than the page, and its signs.

A section is a list of `Text`, one for each line. Strings of the application come in through `escaped`,
`escaped_lines` and `place_of` only.
"""

import io
import re
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace
from rich.cells import cell_len, chop_cells, set_cell_size
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from lifespan_cli.output import Style
from lifespan_cli.output.escape import LIMIT, inert, inert_lines
from lifespan_cli.output.locations import short_path

PROSE_WIDTH = 100
"""Sentences are not set wider than this, however wide the terminal is."""
COLORS = {
    "error": "bold red",
    "warning": "bold yellow",
    "info": "bold cyan",
    "passed": "bold green",
    "failed": "bold red",
}


_RAIL_INDENT = 2
_BARS = re.compile(r"[ |]*")
"""What a line of a traceback begins with: its indent, and the bars of an exception group."""
_DEEPEST_LEAD = 18
_UNLIMITED = 100_000


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
    dot: str = "-"
    """Between the parts of a header."""
    dash: str = "-"
    good: str = "ok"
    bad: str = "X"
    times: str = "x"


_UNICODE = Signs("←", "…", "│", "╸", "╺", "━", "╴", "╶", "─", "·", "–", "✓", "✗", "×")
_ASCII = Signs("<-", "...", "|", "=", "=", "=", "-", "-", "-")


def signs(style: Style) -> Signs:
    """The signs that the style allows."""
    return _UNICODE if style.unicode else _ASCII


def escaped(text: str, style: Style) -> str:
    """A string of the application's, or with one of its strings inside, on one line and inert."""
    return inert(text, unicode=style.unicode, limit=None if style.verbose else LIMIT)


def escaped_lines(text: str, style: Style) -> list[str]:
    """The lines of a text of the application's that has several on purpose, each inert."""
    return inert_lines(text, unicode=style.unicode, limit=None if style.verbose else LIMIT)


def place_of(path: str, line: int | None, style: Style) -> str:
    """`path:line`, inert, relative to the style's root, or a library's as it is known."""
    return escaped(short_path(path, style.root) + (f":{line}" if line is not None else ""), style)


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
    """The text in at most `cells` cells; what is cut off, at the end or at the beginning, leaves an ellipsis.

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


def railed(lines: list[str], style: Style, color: str = "dim") -> list[Text]:
    """Lines of the application's, each behind a rail: nothing that it writes can be taken for a line of ours."""
    rail = " " * _RAIL_INDENT + f"{signs(style).rail} "
    return [
        stripped(Text.assemble((rail, "dim"), (piece, color)))
        for line in lines
        for piece in _folded(line, replace(style, width=style.width - len(rail)))
    ]


def _folded(line: str, style: Style) -> list[str]:
    """A line as several that fit; those that go on stay behind the bars of an exception group."""
    bars = _BARS.match(line)
    lead = bars[0][:_DEEPEST_LEAD] if bars else ""
    hanging = len(lead) + 2
    room = max(style.width - hanging, 20)
    if max(map(cell_len, line.split()), default=0) > room:  # a path that would be alone on a line, and cut there too
        first, *others = chop_cells(line[hanging:], room)
        return [line[:hanging] + first, *(f"{lead}  {other}" for other in others)]
    first, *others = [piece.plain for piece in paragraph(Text(line), style, hanging=hanging, prose=False)]
    return [first, *(lead + other[len(lead) :] for other in others)]


def linked(text: str, path: str | None, style: Style) -> Text:
    """The text, a link to that file (OSC 8) where the terminal takes links."""
    shown = Text(text, style="cyan")
    if style.links and path and path.startswith("/"):
        shown.stylize(f"link file://{quote(path, errors='surrogateescape')}")
    return shown


def laid_out(table: RenderableType, style: Style, indent: int = 0) -> list[Text]:
    """What rich lays out, as lines that fit the page; verbose, as wide as they are."""
    console = _console(_UNLIMITED if style.verbose else style.width, style.color)
    lines = console.render_lines(Padding(table, (0, 0, 0, indent), expand=False), pad=False)
    return [
        stripped(Text.assemble(*((segment.text, segment.style or "") for segment in line if not segment.control)))
        for line in lines
    ]


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
