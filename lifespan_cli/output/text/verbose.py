"""Everything that is known of each target: `--verbose`."""

from rich.text import Text

from lifespan_cli.model import Report, Target
from lifespan_cli.model.result import DiagnosedReport, DiagnosedTarget
from lifespan_cli.output import Style
from lifespan_cli.output.conditions import notes, python_of
from lifespan_cli.output.locations import relative
from lifespan_cli.output.text.hot_lines import spending
from lifespan_cli.output.text.page import COLORS, paragraph, printed, said
from lifespan_cli.output.text.phases import timeline
from lifespan_cli.output.text.problems import findings, interruption, last_words
from lifespan_cli.output.text.requests import answers
from lifespan_cli.output.text.servers import serving
from lifespan_cli.output.text.verdict import verdict
from lifespan_cli.output.view import target_view


def render(result: DiagnosedReport, style: Style) -> str:
    """The report as text: a section for each target, which ends with its verdict, then one verdict of all."""
    report = result.report
    lines: list[Text] = []
    for target in result.targets:
        if lines:
            lines.append(Text())
        lines += _section(target, style)
    for error in report.errors:
        words = Text.assemble(("ERROR", COLORS["failed"]), " ", said(f"not checked: {error}", style))
        lines += [*([Text()] if lines else []), *paragraph(words, style, hanging=8)]
    if len(report.targets) + len(report.errors) > 1:
        lines += [Text(), *_summary(report, style)]
    if report.interrupted:
        lines += paragraph(Text("interrupted: this report is not complete", style=COLORS["warning"]), style)
    return printed(lines, style)


def _section(judged: DiagnosedTarget, style: Style) -> list[Text]:
    target = judged.target
    parts = [
        _header(target, style),
        _notes(target, style),
        timeline(judged, style),
        *spending(judged, style),
        answers(judged, style),
        findings(target, style),
        interruption(target, style),
        serving(target, style),
        last_words(judged, style),
        verdict(target_view(judged, style.root, infos=True), style),
    ]
    lines: list[Text] = []
    for part in parts:
        if lines and part:
            lines.append(Text())
        lines += part
    return lines


def _header(target: Target, style: Style) -> list[Text]:
    """The target, how it was found, what it is and what it ran on."""
    environment = target.environment
    title = Text(said(target.target, style), style="bold")
    if target.why:
        title.append(f"  {said(target.why, style)}", style="not bold dim")
    lines = paragraph(title, style)
    taken = _taken(target)
    if taken:
        lines += _entry("taken", taken, "", style)
    where = ", ".join(filter(None, (environment.backend, f"Python {python_of(environment)}", environment.platform)))
    lines += _entry("runs on", where, "", style)
    reason = f" ({environment.executable_reason})" if environment.executable_reason else ""
    return lines + _entry("python", relative(environment.executable, style.root), reason, style)


def _notes(target: Target, style: Style) -> list[Text]:
    words = [Text(said(note, style), style="dim") for note in notes(target)]
    return [line for note in words for line in paragraph(note, style, indent=2)]


def _entry(name: str, value: str, aside: str, style: Style) -> list[Text]:
    line = Text.assemble((f"{name:9}", "dim"), said(value, style), (said(aside, style), "dim"))
    return paragraph(line, style, indent=2, hanging=9, prose=False)


def _taken(target: Target) -> str:
    """What the target's name led to: `app, FastAPI 0.165.0`; with its type where the framework does not say it."""
    application = next((run.application for run in target.runs if run.application), None)
    if application is None or application.shape == "missing":
        return ""
    framework = target.environment.framework
    words = [application.attribute or application.name]
    if framework is None or application.type.rpartition(".")[2] != framework.name:
        words.append(application.type)
    if framework is not None:
        words.append(f"{framework.name} {framework.version}".rstrip())
    return ", ".join(words)


def _summary(report: Report, style: Style) -> list[Text]:
    failed = [target.target for target in report.targets if target.verdict == "failed"]
    words = f"  {len(report.targets) + len(report.errors)} targets, {len(failed)} failed"
    words += f": {', '.join(failed)}" if failed else ""
    words += f", {len(report.errors)} not checked" if report.errors else ""
    return paragraph(Text.assemble((report.verdict, COLORS[report.verdict]), said(words, style)), style, hanging=8)
