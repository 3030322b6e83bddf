"""The report as Markdown, for the summary of a step or a comment on a merge request.

The verdict first, then the phases and the findings, and the whole text report folded away. Strings of the application
are code only (see `markup`). What the style has no room for is left out, the whole reports first, and that is said.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from lifespan_cli.model import SEVERITIES, Finding, PhaseName, Target
from lifespan_cli.model.result import DiagnosedReport, DiagnosedTarget
from lifespan_cli.output import Style
from lifespan_cli.output.conditions import notes
from lifespan_cli.output.escape import inert
from lifespan_cli.output.locations import relative
from lifespan_cli.output.markup import block, cell, code, prose
from lifespan_cli.output.phases import NOT_CHARGED, status_of, wall_ns
from lifespan_cli.output.text import render as render_text
from lifespan_cli.output.text.verdict import counts, sentence
from lifespan_cli.output.units import duration, growth
from lifespan_cli.output.view import target_view

_MARKS = {"passed": "✅", "failed": "❌", "error": "❌", "warning": "⚠️", "info": "ℹ️"}
_SUMMED_UP: tuple[PhaseName, ...] = ("import", "startup", "shutdown")
_FINDINGS = 20
"""The most findings of one target that are shown above its whole report."""
_WIDTH = 100
_LEFT_OUT = "The rest is left out: there is no room for it here.\n"


class _Piece(Struct, frozen=True):
    """A part of the document; of the lowest rank is what is kept longest."""

    rank: int
    text: str

    @property
    def size(self) -> int:
        """Its bytes, with the empty line before the next one."""
        return len(self.text.encode()) + 1


def render(result: DiagnosedReport, style: Style) -> str:
    """A document of no more bytes than the style has room for."""
    style = replace(style, width=_WIDTH, color=False, quiet=False, root=style.repository or style.root)
    pieces = list(_pieces(result, style))
    if sum(piece.size for piece in pieces) <= style.room:
        return "\n".join(piece.text for piece in pieces)
    left, kept = style.room - len(_LEFT_OUT), set()
    for index in sorted(range(len(pieces)), key=lambda index: pieces[index].rank):
        if pieces[index].size <= left:
            left -= pieces[index].size
            kept.add(index)
    texts = [piece.text for index, piece in enumerate(pieces) if index in kept]
    return "\n".join([*texts, *([_LEFT_OUT] if left >= 0 else [])])


def _pieces(result: DiagnosedReport, style: Style) -> Iterator[_Piece]:
    """The whole document in its order."""
    report = result.report
    several = len(report.targets) + len(report.errors) != 1
    if several:
        yield _Piece(0, _summary(result, style))
    if report.interrupted:
        yield _Piece(0, "**Interrupted: this report is not complete.**\n")
    for error in report.errors:
        yield _Piece(0, f"**Not checked:** {code(error, unicode=style.unicode)}\n")
    for judged in result.targets:
        target = judged.target
        later = target.verdict == "passed"
        yield _Piece(1, _heading(judged, "###" if several else "##", style))
        for note in notes(target):
            yield _Piece(1, f"{code(note, unicode=style.unicode)}\n")
        phases, findings = _phases(judged, style), _findings(target, style)
        if phases:
            yield _Piece(2 + later, phases)
        if findings:
            yield _Piece(2 + later, findings)
        yield _Piece(4 + later, _whole(judged, result, style))


def _summary(result: DiagnosedReport, style: Style) -> str:
    """One verdict, and a row for each target."""
    report = result.report
    targets = report.targets
    failed = sum(target.verdict == "failed" for target in targets)
    several = len(targets) + len(report.errors)
    bad = [f"{count} {how}" for count, how in ((failed, "failed"), (len(report.errors), "not checked")) if count]
    words = f"{several} targets: {', '.join(bad)}" if bad else f"{several} targets passed"
    title = f"## {_mark(report.verdict, style)} lifespan-check: {words if several else 'no target was checked'}\n"
    if not targets:
        return title
    columns: dict[str, list[str]] = {
        "target": [cell(target.target, unicode=style.unicode) for target in targets],
        "verdict": [f"{_mark(target.verdict, style)} {target.verdict}" for target in targets],
    }
    for name in _SUMMED_UP:
        columns[name] = [_time(wall_ns(judged, name), style) for judged in result.targets]
    columns["findings"] = [counts(target_view(judged, style.root, infos=True), style) for judged in result.targets]
    return f"{title}\n{_table(columns)}"


def _heading(judged: DiagnosedTarget, level: str, style: Style) -> str:
    target = judged.target
    name = code(target.target, unicode=style.unicode)
    shown = target_view(judged, style.root, infos=True)
    cause = code(shown.cause, unicode=style.unicode)  # it quotes the application
    words = cause or prose(sentence(shown, style, alone=False))
    return f"{level} {_mark(target.verdict, style)} {name} {target.verdict}: {words}\n"


def _phases(judged: DiagnosedTarget, style: Style) -> str:
    """The phases of the run that is shown, with the statistics of all; a column that nothing is known for is left out.

    What a phase is to be held against has its column after its time.
    """
    target, run = judged.target, judged.run
    phases = run.phases
    known = target.statistics if len(target.runs) > 1 else {}
    statistics = [known.get(phase.name) for phase in phases]
    columns = {
        "phase": [f"*{phase.name}*" if phase.name in NOT_CHARGED else phase.name for phase in phases],
        "status": ["" if phase.status == "ok" else status_of(phase, run) for phase in phases],
        "time": [_time(None if phase.status == "skipped" else phase.wall_ns, style) for phase in phases],
        f"median of {len(target.runs)}": [_time(item.median_ns if item else None, style) for item in statistics],
        "min": [_time(item.min_ns if item else None, style) for item in statistics],
        "max": [_time(item.max_ns if item else None, style) for item in statistics],
        "CPU": [_time(phase.cpu_ns, style) for phase in phases],
        "memory": ["" if phase.rss_delta_bytes is None else growth(phase.rss_delta_bytes) for phase in phases],
    }
    return _table(columns)


def _table(columns: Mapping[str, list[str]]) -> str:
    """The columns that say anything; the first to the left, figures to the right."""
    shown = {name: cells for name, cells in columns.items() if any(cells)}
    words = ("status", "verdict", "findings")
    rules = [":--" if index == 0 or name in words else "--:" for index, name in enumerate(shown)]
    rows = [list(shown), rules, *map(list, zip(*shown.values(), strict=True))]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _findings(target: Target, style: Style) -> str:
    """A list, the gravest first."""
    found = sorted(target.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    items = [_finding(finding, style) for finding in found[:_FINDINGS]]
    more = len(found) - _FINDINGS
    return "".join(items) + (f"- {more} more in the whole report\n" if more > 0 else "")


def _finding(finding: Finding, style: Style) -> str:
    name = prose(inert(f"{finding.code} {finding.slug}", unicode=style.unicode))
    place = relative(finding.path or "", style.root) + (f":{finding.line}" if finding.path and finding.line else "")
    lines = [
        f"{_mark(finding.severity, style)} **{name}**" + (f" at {code(place, unicode=style.unicode)}" if place else ""),
        code(finding.message, unicode=style.unicode),
        f"fix: {code(finding.hint, unicode=style.unicode)}" if finding.hint else "",
    ]
    return "- " + "\\\n  ".join(filter(None, lines)) + "\n"


def _whole(judged: DiagnosedTarget, result: DiagnosedReport, style: Style) -> str:
    """The text report of a target, folded away."""
    report = replace(result.report, targets=(judged.target,), interrupted=False, errors=())
    text = render_text(DiagnosedReport(report, (judged,)), style)
    return f"<details><summary>The whole report</summary>\n\n{block(text)}\n</details>\n"


def _mark(name: str, style: Style) -> str:
    return _MARKS[name] if style.unicode else f"{name}:"


def _time(ns: int | None, style: Style) -> str:
    return "" if ns is None else duration(ns, unicode=style.unicode)
