"""The report for people: the findings carry it, and a table stands where it explains them.

A failed target shows what failed, a slow one what took the time, any other one is two lines. `--verbose` shows
everything (see `verbose`).
"""

from rich.text import Text

from lifespan_cli.model import Report
from lifespan_cli.model.result import DiagnosedReport
from lifespan_cli.output import Style
from lifespan_cli.output.text.findings import findings
from lifespan_cli.output.text.layouts import application_output, section
from lifespan_cli.output.text.page import COLORS, escaped, paragraph, printed
from lifespan_cli.output.text.verdict import verdict
from lifespan_cli.output.view import ReportView, view

_MOST_NAMES = 5
"""Targets that failed are named in the count of all, as far as they are no more."""


def render(result: DiagnosedReport, style: Style) -> str:
    """The report as text: a section for each target, which ends with its verdict, then the count of several."""
    shown = view(result, style.root, infos=style.verbose)
    report = shown.report
    several = len(report.targets) + len(report.errors) > 1
    lines = _several(shown, style) if several else [line for one in shown.targets for line in section(one, style)]
    for error in report.errors:
        lines += paragraph(
            Text.assemble(("ERROR", COLORS["failed"]), " ", escaped(f"not checked: {error}", style)), style, hanging=6
        )
    if several:
        lines += [Text(), *_count(report, style)]
    if report.interrupted:
        lines += paragraph(Text("interrupted: this report is not complete", style=COLORS["warning"]), style)
    return printed(lines, style)


def judgement(result: DiagnosedReport, style: Style) -> str:
    """Of each target the findings, the end of the application's output where it went wrong, and the verdict."""
    parts = [
        part
        for one in view(result, style.root).targets
        for part in (findings(one, style), application_output(one, style), verdict(one, style, alone=False))
        if part
    ]
    return "\n".join(printed(part, style) for part in parts)


def _several(shown: ReportView, style: Style) -> list[Text]:
    """A line for each target that passed, all of each that failed; verbose, all of every target."""
    lines: list[Text] = []
    for one in shown.targets:
        whole = one.target.verdict == "failed" or style.verbose
        if whole and lines and lines[-1] and not style.quiet:
            lines.append(Text())
        lines += section(one, style) if whole else verdict(one, style, alone=False)
        if whole and one is not shown.targets[-1] and not style.quiet:
            lines.append(Text())
    return lines


def _count(report: Report, style: Style) -> list[Text]:
    names = [target.target for target in report.targets if target.verdict == "failed"]
    failed = len(names)
    passed = len(report.targets) - failed
    which = f"failed ({', '.join(names)})" if failed <= _MOST_NAMES else "failed"
    counts = [(passed, "passed"), (failed, which), (len(report.errors), "not checked")]
    words = ", ".join(f"{count} {how}" for count, how in counts if count)
    total = len(report.targets) + len(report.errors)
    counted = escaped(f"  {total} targets: {words}", style)
    return paragraph(Text.assemble((report.verdict.upper(), COLORS[report.verdict]), counted), style, hanging=8)
