"""The imports of a phase as a tree, the slowest first."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from lifespan_cli.model.diagnosis import ImportNode
from lifespan_cli.output import Style
from lifespan_cli.output.locations import line_of
from lifespan_cli.output.text.page import escaped, signs, stripped
from lifespan_cli.output.units import duration

LEAST_NS = 1_000_000
"""Imports that took less are one line, under the module that imported them."""
_TIME = 9


def import_tree(nodes: Sequence[ImportNode], style: Style) -> list[Text]:
    """Each import with its total time, its own wall and CPU time, and the line of the statement."""
    if not nodes:
        return []
    head = Text(f"{'total':>{_TIME + 1}}{'self':>{_TIME + 1}}{'self cpu':>{_TIME + 1}}  import tree", style="dim")
    return [head, *_lines(nodes, 0, style)]


def _lines(nodes: Sequence[ImportNode], depth: int, style: Style) -> Iterator[Text]:
    small = [node for node in nodes if node.entry.total_ns < LEAST_NS]
    for node in nodes:
        if node.entry.total_ns >= LEAST_NS:
            yield _line(node, depth, style)
            yield from _lines(node.children, depth + 1, style)
    if small:
        count, total_ns = sum(node.modules for node in small), sum(node.entry.total_ns for node in small)
        words = f"{'  ' * depth}{signs(style).ellipsis} {count} module{'' if count == 1 else 's'}"
        yield Text(f"{_time(total_ns, style)}{'':{2 * _TIME + 2}}  {words}", style="dim")


def _line(node: ImportNode, depth: int, style: Style) -> Text:
    entry = node.entry
    numbers = "".join(_time(ns, style) for ns in (entry.total_ns, entry.self_ns, entry.self_cpu_ns))
    where = f"  {signs(style).arrow} {line_of(entry.path, entry.line or 0, style.root)}" if entry.path else ""
    name = (escaped(entry.name, style), "bold" if entry.user else "")
    aside = (escaped(f"{where}{', failed' if entry.failed else ''}", style), "dim")
    return stripped(Text.assemble(f"{numbers}  {'  ' * depth}", name, aside))


def _time(ns: int, style: Style) -> str:
    return f" {duration(ns, unicode=style.unicode):>{_TIME}}"
