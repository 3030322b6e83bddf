"""The section of one target: failed, slow or fine."""

from collections.abc import Iterator

from rich.text import Text

from lifespan_cli.output import Style
from lifespan_cli.output.phases import status_words
from lifespan_cli.output.tables import UNTIL_READY
from lifespan_cli.output.text.findings import findings
from lifespan_cli.output.text.page import escaped, paragraph, railed, signs
from lifespan_cli.output.text.phases import phase_table, statistics_of_runs
from lifespan_cli.output.text.requests import requests
from lifespan_cli.output.text.servers import servers
from lifespan_cli.output.text.stacks import interruption
from lifespan_cli.output.text.table import tables
from lifespan_cli.output.text.verbose import details, environment
from lifespan_cli.output.text.verdict import verdict
from lifespan_cli.output.units import duration
from lifespan_cli.output.view import KEPT_OUTPUT_LINES, SHOWN, OutputLine, PhaseView, TargetView


def section(view: TargetView, style: Style) -> list[Text]:
    """All that is shown of one target, in paragraphs, the verdict last."""
    if style.quiet:
        return [*findings(view, style), *interruption(view.target, style), *verdict(view, style, alone=False)]
    more = environment(view.target, style) if style.verbose else []
    parts = [
        [*header(view, style), *more, *_times(view, style), *_notes(view, style)],
        phase_table(view.judged, style) if style.verbose else [],
        statistics_of_runs(view.judged, style),
        tables(view, style),
        *(details(view.judged, style) if style.verbose else ()),
        requests(view.judged, style),
        servers(view.target, style) if style.servers or style.verbose else [],
        application_output(view, style),
        interruption(view.target, style),
        [*findings(view, style), *_saving(view, style)],
    ]
    lines = _spaced(part for part in parts if part)
    only_head = sum(map(bool, parts)) == 1 and view.layout != "failed"
    return [*lines, *([] if only_head else [Text()]), *verdict(view, style)]


def _spaced(parts: Iterator[list[Text]]) -> list[Text]:
    lines: list[Text] = []
    for part in parts:
        lines += [Text(), *part] if lines else part
    return lines


def header(view: TargetView, style: Style) -> list[Text]:
    """`shop.main:app · FastAPI 0.165.0 · Python 3.12.1 (.venv) · asyncio`."""
    dot = f" {signs(style).dot} "
    first, *others = (escaped(part, style) for part in view.header)
    why = f" ({escaped(view.target.why, style)})" if view.target.why else ""
    return paragraph(Text.assemble((first, "bold"), (why + dot + dot.join(others), "dim")), style)


def _times(view: TargetView, style: Style) -> list[Text]:
    """One line: how the phases went where one failed, else what ready is the sum of; none where all is fine."""
    if view.layout == "failed":
        shown = [phase for phase in view.phases if phase.name in SHOWN or not phase.well]
        return paragraph(Text("   ").join(_phase(phase, style) for phase in shown), style, prose=False)
    if view.layout == "fine" or view.ready_ns is None:
        return []
    first = [phase for phase in view.phases if phase.name in UNTIL_READY]
    parts = " + ".join(f"{_name(phase)} {_time(phase.wall_ns, style)}" for phase in first)
    later = [phase for phase in view.phases if phase.name not in UNTIL_READY and phase.status != "skipped"]
    after = ", ".join(f"{_name(phase)} {_time(phase.wall_ns, style)}" for phase in later)
    words = f"Ready in {_time(view.ready_ns, style)} = {parts}."
    return paragraph(Text(words + (f"  {after[0].upper()}{after[1:]}." if after else ""), style="bold"), style)


def _saving(view: TargetView, style: Style) -> list[Text]:
    """What several groups of independent awaits would save together."""
    if not view.saved_ns or view.ready_ns is None:
        return []
    words = f"running these awaits concurrently would save about {_time(view.saved_ns, style)} in all"
    return paragraph(Text(words, style="bold"), style)


def _phase(phase: PhaseView, style: Style) -> Text:
    """`startup 5.0 s ✗ timed out`."""
    sign = signs(style)
    if phase.status == "skipped":
        return Text(f"{_name(phase)} {sign.dash}", style="dim")
    if phase.well:
        return Text.assemble(f"{_name(phase)} {_time(phase.wall_ns, style)} ", (sign.good, "green"))
    how = status_words(phase.status)
    return Text.assemble((f"{_name(phase)} {_time(phase.wall_ns, style)} {sign.bad} {how}", "bold red"))


def _name(phase: PhaseView) -> str:
    return "factory" if phase.name == "resolve" and phase.well else phase.name


def _time(ns: int, style: Style) -> str:
    return duration(ns, unicode=style.unicode)


def _notes(view: TargetView, style: Style) -> list[Text]:
    words = [Text.assemble(("note: ", "bold"), escaped(note, style)) for note in view.notes]
    return [line for note in words for line in paragraph(note, style, hanging=6)]


def application_output(view: TargetView, style: Style) -> list[Text]:
    """The end of the application output, lines that are alike once: `not ready  (× 50)`; verbose, all that is kept."""
    output = view.judged.run.output
    if style.verbose:
        shown = [escaped(line.expandtabs(4), style) for line in output]
    else:
        more = " or more" if len(output) >= KEPT_OUTPUT_LINES else ""
        shown = [escaped(line.text.expandtabs(4), style) + _repeated(line, more, style) for line in view.output]
    if not shown:
        return []
    many = f"last {len(shown)} lines" if len(shown) > 1 else "last line"
    return [Text(f"application output ({many})", style="bold"), *railed(shown, style)]


def _repeated(line: OutputLine, more: str, style: Style) -> str:
    if line.count == 1:
        return ""
    if line.exact:
        return f"  ({signs(style).times} {line.count}{more})"
    return f"  (last of {line.count}{more} similar lines)"
