"""What has changed from one report to a later one, for someone who makes a start faster."""

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace
from rich.text import Text

from lifespan_cli.model import COMPARED, Finding, PhaseName, Report, Target
from lifespan_cli.model.diagnosis import Diagnosis, Growth
from lifespan_cli.model.result import DiagnosedReport, DiagnosedTarget
from lifespan_cli.output import Style
from lifespan_cli.output.fingerprints import located
from lifespan_cli.output.phases import wall_ns
from lifespan_cli.output.text.findings import findings
from lifespan_cli.output.text.layouts import application_output
from lifespan_cli.output.text.page import clipped, escaped, paragraph, place_of, printed
from lifespan_cli.output.text.verdict import verdict
from lifespan_cli.output.units import duration
from lifespan_cli.output.view import target_view

LEAST_NS = 10_000_000
LEAST_SHARE = 0.05
"""A phase that changed by less than these is about the same: so much it changes without any change."""
MOST_LINES = 4
_NAMES = 9
"""Cells for the name of a phase."""


Moved = Callable[[Diagnosis, Diagnosis, PhaseName], Sequence[Growth]]
"""What of a phase takes longer than it did, or less long, most first."""


def render(
    before: DiagnosedReport,
    after: DiagnosedReport,
    moved: Moved,
    style: Style,
    title: str,
    notes: Mapping[str, str],
) -> str:
    """The title, and for each target: its phases before and after, with the lines that made the difference; the
    findings that are new, and by name those that are not, or are gone; the verdict.

    `notes` say by target what to know of the report before.
    """
    known = {item.fingerprint for item in located(before.report, style)}
    earlier = {one.target.target: one for one in before.targets}
    parts = [paragraph(Text(escaped(title, style), style="bold"), style, prose=False)]
    for judged in after.targets:
        target, old = judged.target, earlier.get(judged.target.target)
        news, rest = _sorted_out(target, after.report, known, style)
        gone = _gone(old.target, after.report, style) if old and all(run.ended_well() for run in target.runs) else ()
        note = notes.get(target.target, "")
        shown = target_view(judged, style.root)
        new = target_view(replace(judged, target=replace(target, findings=news)), style.root)
        head = Text(escaped(target.target, style), style="bold")
        parts += [
            paragraph(head, style, prose=False) if len(after.targets) > 1 else [],
            paragraph(Text(f"before: {escaped(note, style)}", style="dim"), style, indent=2) if note else [],
            _phases(old, judged, moved, style) if old else [],
            findings(new, style),
            [line for found, aside in ((rest, "as before"), (gone, "gone")) for line in _named(found, aside, style)],
            application_output(shown, style),
            verdict(shown, style, alone=False),
        ]
    return "\n".join(printed(part, style) for part in parts if part)


def _sorted_out(
    target: Target, report: Report, known: set[str], style: Style
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings of a target that are new, and those that are not."""
    items = [item for item in located(report, style) if item.target is target]
    news = tuple(item.finding for item in items if item.fingerprint not in known)
    return news, tuple(item.finding for item in items if item.fingerprint in known)


def _gone(old: Target, after: Report, style: Style) -> tuple[Finding, ...]:
    """The findings of a target as it was that are no longer there."""
    ours = {item.fingerprint for item in located(after, style)}
    was = replace(after, targets=(old,))
    return tuple(item.finding for item in located(was, style) if item.fingerprint not in ours)


def _named(found: Sequence[Finding], aside: str, style: Style) -> list[Text]:
    lines = []
    for finding in found:
        line = Text.assemble((f"{finding.severity} {finding.code}", "dim"), f" {finding.slug}")
        if finding.path is not None and aside != "gone":
            line.append(f" at {place_of(finding.path, finding.line, style)}")
        lines.append(line.append(f", {aside}"))
    return lines


def _phases(before: DiagnosedTarget, after: DiagnosedTarget, moved: Moved, style: Style) -> list[Text]:
    lines = []
    for name in COMPARED:
        if name == "resolve" and not _matters(before, after):
            continue
        old, new = _state(before, name, style), _state(after, name, style)
        if old is None and new is None:
            continue
        to = "→" if style.unicode else "->"
        line = Text.assemble(f"  {name:{_NAMES}}", f"{old or 'not reached':>8} {to} {new or 'not reached':8}  ")
        old_ns, new_ns = wall_ns(before, name), wall_ns(after, name)
        if old_ns is not None and new_ns is not None:
            line.append_text(_difference(old_ns, new_ns, style))
        line.rstrip()
        lines.append(line)
        if old_ns is not None and new_ns is not None and not _same(old_ns, new_ns):
            lines += [_line(growth, style) for growth in moved(before.diagnosis, after.diagnosis, name)[:MOST_LINES]]
    return lines


def _matters(before: DiagnosedTarget, after: DiagnosedTarget) -> bool:
    """Whether the resolving of the target, which is next to nothing without a factory, is worth a line."""
    return max(wall_ns(before, "resolve") or 0, wall_ns(after, "resolve") or 0) >= LEAST_NS


def _state(judged: DiagnosedTarget, name: PhaseName, style: Style) -> str | None:
    """The time of a phase that ended well, else how it ended; None when it was not come to."""
    ns = wall_ns(judged, name)
    if ns is not None:
        return duration(ns, unicode=style.unicode)
    phase = judged.run.phase(name)
    return None if phase is None or phase.status == "skipped" else phase.status


def _same(old_ns: int, new_ns: int) -> bool:
    return abs(new_ns - old_ns) < max(LEAST_NS, LEAST_SHARE * old_ns)


def _difference(old_ns: int, new_ns: int, style: Style) -> Text:
    if _same(old_ns, new_ns):
        return Text("about the same", style="dim")
    return Text(_signed(new_ns - old_ns, style), style="green" if new_ns < old_ns else "red")


def _signed(ns: int, style: Style) -> str:
    return ("-" if ns < 0 else "+") + duration(abs(ns), unicode=style.unicode)


def _line(growth: Growth, style: Style) -> Text:
    """`   -1.20 s  shop/db.py:41  await create_pool(dsn)`, under the phase."""
    line = Text(" " * (_NAMES + 4))
    line.append(f"{_signed(growth.grown_ns, style):>8}  ", style="green" if growth.grown_ns < 0 else "red")
    where = place_of(growth.path, growth.line, style) if growth.path else ""
    label = "  ".join(filter(None, (where, escaped(growth.label, style))))
    return line.append(clipped(label, style.width - len(line), style))
