"""Findings as workflow commands of GitHub Actions, which it shows as annotations at the lines of a pull request.

Syntax and escapes are those of its runner (docs.github.com, "Workflow commands for GitHub Actions"; actions/runner,
ActionCommand.cs). It shows ten annotations of a level for each step, so no more are written, and one counts the rest.
"""

from msgspec import Struct

from lifespan_cli.model import SEVERITIES, Finding, Report, Severity
from lifespan_cli.model.result import DiagnosedReport
from lifespan_cli.output import Style
from lifespan_cli.output.escape import inert
from lifespan_cli.output.fingerprints import in_repository, outside

MOST = 10
"""Annotations of one level."""
_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}
_NOUNS = {"error": "error", "warning": "warning", "info": "note"}
_NAMED = 5
"""Targets that one annotation names."""


class _Annotation(Struct, frozen=True):
    severity: Severity
    title: str
    lines: tuple[str, ...]
    file: str | None = None
    line: int | None = None


def render(result: DiagnosedReport, style: Style) -> str:
    """A line for each finding, the gravest first; what several targets have in common is one. Empty without any."""
    annotations = _annotations(result.report, style)
    groups = {name: [item for item in annotations if item.severity == name] for name in SEVERITIES}
    most = dict.fromkeys(SEVERITIES, MOST)
    if any(len(group) > MOST for group in groups.values()):
        most["info"] -= 1  # its place is for the one that counts
    rest = [_counted(len(group) - most[name], name) for name, group in groups.items() if len(group) > most[name]]
    shown = [item for name, group in groups.items() for item in group[: most[name]]]
    if rest:
        shown.append(_Annotation("info", "lifespan-check", (f"{', '.join(rest)} in the whole report",)))
    return "".join(f"{_command(item)}\n" for item in shown)


def _annotations(report: Report, style: Style) -> list[_Annotation]:
    """One for each root cause, in the report's order."""
    found: dict[Finding, list[str]] = {}
    for target in report.targets:
        for finding in target.findings:
            found.setdefault(finding, []).append(inert(target.target))
    annotations = [_annotation(finding, tuple(dict.fromkeys(targets)), style) for finding, targets in found.items()]
    for error in reversed(report.errors):
        annotations.insert(0, _Annotation("error", "lifespan-check", (f"not checked: {inert(error)}",)))
    if report.interrupted:
        words = "interrupted: this report is not complete"
        annotations.insert(0, _Annotation("warning", "lifespan-check", (words,)))
    return annotations


def _annotation(finding: Finding, targets: tuple[str, ...], style: Style) -> _Annotation:
    file = in_repository(finding.path, style)
    lines = [inert(finding.message)]
    if file is None and (place := outside(finding)):
        lines.append(place)
    if finding.hint:
        lines.append(f"hint: {inert(finding.hint)}")
    more = f" and {len(targets) - _NAMED} more" if len(targets) > _NAMED else ""
    lines.append(f"target{'s' if len(targets) > 1 else ''}: {', '.join(targets[:_NAMED])}{more}")
    title = f"{finding.code} {inert(finding.slug)}"
    return _Annotation(finding.severity, title, tuple(lines), file, finding.line if file else None)


def _counted(count: int, severity: str) -> str:
    return f"{count} more {_NOUNS[severity]}{'s' if count > 1 else ''}"


def _command(item: _Annotation) -> str:
    values = {"file": item.file, "line": item.line or None, "title": item.title}
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in values.items() if value is not None)
    return f"::{_COMMANDS[item.severity]} {properties}::{_data(chr(10).join(item.lines))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
