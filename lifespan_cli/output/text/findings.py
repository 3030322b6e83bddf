"""The findings: what happened, where, in a frame of source where a phase failed, and the fix."""

from rich.cells import cell_len
from rich.text import Text

from lifespan_cli.model import Failure
from lifespan_cli.output import Style
from lifespan_cli.output.findings import FindingView
from lifespan_cli.output.text.page import COLORS, clipped, escaped, escaped_lines, linked, paragraph, railed, signs
from lifespan_cli.output.text.stacks import stacks_of
from lifespan_cli.output.tracebacks import fold
from lifespan_cli.output.units import duration
from lifespan_cli.output.view import TargetView

_MOST_TRACEBACK = 8
"""Lines of a traceback without a line of the application's own: then nothing else shows where it comes from."""


def findings(view: TargetView, style: Style) -> list[Text]:
    """The findings, the gravest first; each failure is shown once."""
    lines: list[Text] = []
    shown: set[int] = set()
    for number, one in enumerate(view.findings):
        if style.quiet:
            lines += [*_head(one, style), *_arrow(one, style), *_fix(one, style)]
            continue
        new = one.cause.failure is not None and id(one.cause.failure) not in shown
        shown.add(id(one.cause.failure))
        grave = view.layout == "failed" and one.finding.severity != "info"
        framed = (grave or style.verbose) and (new or one.cause.failure is None)
        if lines and (framed or view.layout == "failed"):
            lines.append(Text())
        last = number == len(view.findings) - 1
        production = view.production if last and not style.verbose else ""  # verbose, the table of servers has it
        lines += _finding(one, framed, new and framed, production, style)
    return lines


def _finding(one: FindingView, framed: bool, failed: bool, production: str, style: Style) -> list[Text]:
    """A finding: with its source where it is `framed`, with its exceptions where something `failed`."""
    lines = [*_head(one, style), *_arrow(one, style)]
    frame = _frame(one, style) if framed else []
    lines += frame
    indent = _gutter(one) if frame else 2
    if failed:
        lines += _whole(one.cause.failure, style) if style.verbose else _exceptions(one, indent, style)
    lines += _fix(one, style, indent)
    if production:
        lines += _fact("in production", production, indent, style)
    return lines


def _head(one: FindingView, style: Style) -> list[Text]:
    finding = one.finding
    title = Text.assemble((f"{finding.severity}[{finding.code}]", COLORS[finding.severity]), " ")
    title.append(escaped(one.headline, style), style="bold" if finding.severity == "error" else "")
    if style.verbose:
        title.append(f"  {escaped(finding.slug, style)}", style="not bold dim")
    return paragraph(title, style, hanging=2)


def _arrow(one: FindingView, style: Style) -> list[Text]:
    """`  --> shop/main.py:16  in wait_for_database ← lifespan (shop/main.py:20)`."""
    cause, finding = one.cause, one.finding
    if one.lines:
        return _places(one, style)
    if not cause.place:
        return []
    line = Text.assemble("  --> ", linked(escaped(cause.place, style), finding.path, style))
    if cause.function:
        arrow = f" {signs(style).arrow} "
        line.append(f"  in {escaped(arrow.join([cause.function, *cause.callers]), style)}", style="dim")
    return paragraph(line, style, hanging=6, prose=False)


def _places(one: FindingView, style: Style) -> list[Text]:
    """A line for each of several: `  --> shop/db.py:41  351 ms  time.sleep(0.35)  in migrate`."""
    places = [escaped(line.place, style) for line in one.lines]
    times = [duration(line.wall_ns, unicode=style.unicode) for line in one.lines]
    first, second = max(map(cell_len, places)), max(map(len, times))
    lines = []
    for line, place, time in zip(one.lines, places, times, strict=True):
        shown = Text.assemble("  --> ", linked(place, line.path, style), " " * (first - cell_len(place) + 2))
        shown.append(f"{time:>{second}}  ")
        room = max(style.width - len(shown), 10)
        lines.append(shown.append(clipped(escaped(line.what, style), room, style)))
    return lines


def _gutter(one: FindingView) -> int:
    """Cells before the bar of the source: those of the longest number and a blank."""
    return max((len(str(line.line)) for line in one.source), default=1) + 1


def _frame(one: FindingView, style: Style) -> list[Text]:
    if not one.source:
        return []
    gutter = _gutter(one)
    rail, common = f"{'':{gutter}}|", min(_indent(line.text) for line in one.source if line.text.strip())
    lines = [Text(rail, style="dim")]
    room = None if style.verbose else max(style.width - gutter - 3, 20)
    for line in one.source:
        text = escaped(line.text.expandtabs(4)[common:], style)[:room]
        number = (f"{line.line:>{gutter - 1}} |", "dim")
        lines.append(Text.assemble(number, f" {text}" if text.strip() else ""))
    last = escaped(one.source[-1].text.expandtabs(4)[common:], style)[:room]
    start = len(last) - len(last.lstrip())
    mark = Text.assemble((rail, "dim"), " " * (start + 1), ("^" * max(len(last) - start, 1), "bold red"))
    label = one.cause.marked
    if label and len(mark) + 1 + len(label) <= style.width:
        mark.append(f" {label}", style="red")
        label = ""
    below = [Text.assemble((rail, "dim"), f" {label}")] if label else []
    return [*lines, mark, *below]


def _indent(text: str) -> int:
    expanded = text.expandtabs(4)
    return len(expanded) - len(expanded.lstrip())


def _exceptions(one: FindingView, indent: int, style: Style) -> list[Text]:
    """The exception, unless the message says it, and those that caused it."""
    cause, lines = one.cause, []
    if cause.exception and not _is_in(cause.exception, one.finding.message):
        lines += _fact("", cause.exception, indent, style)
    for other in cause.related:
        if other.text.rpartition(", at ")[0] not in one.finding.message or not other.text.count(", at "):
            lines += _fact(other.label, other.text, indent, style)
    failure = cause.failure
    if failure is not None and not one.source and failure.traceback.strip():
        folded = _folded(failure, style)
        folded = [line for line in folded if line.strip()]
        folded = folded if len(folded) > 1 else []  # the exception alone
        lines += railed(escaped_lines("\n".join(folded[-_MOST_TRACEBACK:]), style), style, "dim")
    return lines


def _folded(failure: Failure, style: Style) -> list[str]:
    """The lines of its traceback, frames of libraries folded, paths relative to the style's root."""
    folded = fold(failure.traceback, signs(style).ellipsis, failure.path)
    return [line.replace(f'File "{style.root}/', 'File "') if style.root else line for line in folded]


def _whole(failure: Failure | None, style: Style) -> list[Text]:
    """All of its traceback, and where everything was."""
    if failure is None:
        return []
    traceback = failure.traceback.rstrip("\n")
    shown = railed(escaped_lines(traceback, style), style) if traceback.strip() else []
    return [*shown, *stacks_of(failure, style)]


def _is_in(exception: str, message: str) -> bool:
    """The message names the exception, and how its text begins."""
    name, _, text = exception.partition(": ")
    return name.rpartition(".")[2] in message and text[:40] in message


def _fix(one: FindingView, style: Style, indent: int = 2) -> list[Text]:
    return [line for fix in one.fixes for line in _fact("fix", fix, indent, style)]


def _fact(name: str, words: str, indent: int, style: Style) -> list[Text]:
    """`   = fix: start the database`."""
    line = Text.assemble("= ", (f"{name}: ", "bold") if name else "", escaped(words, style))
    return paragraph(line, style, indent, hanging=2)
