"""The tables of a run: what took longest, what the end of a phase waited for, the phases, the statistics."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from lifespan_cli.model import HotLine, Phase, PhaseName, Run, Target
from lifespan_cli.model.diagnosis import Diagnosis, ImportCost
from lifespan_cli.model.result import DiagnosedTarget
from lifespan_cli.output import Style
from lifespan_cli.output.html.markup import NOTHING, Html, element, joined, text
from lifespan_cli.output.html.words import place
from lifespan_cli.output.timeline import NOT_THE_APPS, WELL
from lifespan_cli.output.units import duration, growth
from lifespan_cli.output.verdicts import went

IMPORTED: tuple[PhaseName, ...] = ("preload", "import", "resolve", "startup", "hold", "shutdown", "exit")
LOOKS = {"in_thread": "thread", "gc": "computing"}
"""The classes of bars that are not named as their kind."""
SAMPLED: tuple[PhaseName, ...] = ("resolve", "startup", "shutdown", "exit")
_FIRST = 12
_LEAST_SHARE = 0.005
"""What took less than this part of its phase is told in one line."""
_IN_CHAIN = 0.01
"""What took less than this part of its phase is no link of the chain worth showing."""


class Cost(Struct, frozen=True):
    """One line of the ranking. The strings need not be inert."""

    ns: int
    phase: PhaseName
    look: str
    """The class of its bar."""
    kind: str
    what: str
    where: str
    note: str = ""


def costs(judged: DiagnosedTarget, style: Style) -> list[Cost]:
    """What took longest, of all phases, the slowest first: imports, and lines of the user's that were waited for."""
    diagnosis = judged.diagnosis
    found = [
        _import(cost, name, style)
        for name, ranked in diagnosis.import_costs.items()
        if name in IMPORTED
        for cost in ranked
    ]
    found += [_line(line, style) for name in SAMPLED for line in diagnosis.lines(name)]
    return sorted((cost for cost in found if cost.ns > 0), key=lambda cost: -cost.ns)


def _import(cost: ImportCost, name: PhaseName, style: Style) -> Cost:
    computing = f"computing {duration(max(cost.cpu_ns, 0))}"
    asked = place(cost.path, cost.line, style)
    if not cost.modules and cost.path is None and not cost.user:
        return Cost(cost.wall_ns, name, "computing", "computing", cost.module, "", "")
    if not cost.user:
        many = f"{cost.modules} modules, " if cost.modules > 1 else ""
        return Cost(cost.wall_ns, name, "import lib", "import", cost.name, asked, many + computing)
    longest = cost.lines[0] if cost.lines else None
    if longest is not None and longest.source and 2 * longest.wall_ns >= cost.wall_ns:
        where = place(cost.file, longest.line, style)
        note = f"when {cost.module} is imported, {computing}"
        return Cost(cost.wall_ns, name, "import", "import", longest.source, where, note)
    return Cost(cost.wall_ns, name, "import", "import", f"{cost.name}, its own code", asked, computing)


def _line(line: HotLine, style: Style) -> Cost:
    callers = " \N{LEFTWARDS ARROW} ".join(place(caller.path, caller.line, style) for caller in line.callers)
    notes = (
        f"in {line.called}" if line.called else "",
        f"{line.parallel} tasks side by side" if line.parallel > 1 else "",
        f"from {callers}" if callers else "",
    )
    note = ", ".join(filter(None, notes))
    kind = line.kind.replace("_", " ")
    where = place(line.path, line.line, style)
    return Cost(line.wall_ns, line.phase, LOOKS.get(line.kind, line.kind), kind, line.what, where, note)


def ranking(found: Sequence[Cost], run: Run, most: int) -> Html:
    """The table by cost, at most so many rows of it; what is small, or comes after the first few, is folded."""
    whole = {phase.name: max(phase.wall_ns, 1) for phase in run.phases}
    large = [cost for cost in found if cost.ns >= _LEAST_SHARE * whole.get(cost.phase, 1)][: max(most, _FIRST)]
    if not large:
        return element("p", text("Nothing that was seen took any time worth telling."), class_="none")
    longest = large[0].ns
    rows = [_cost_row(cost, longest) for cost in large]
    parts = [_cost_table(rows[:_FIRST], "what took longest")]
    rest = len(found) - len(large)
    more = f"{rest} more took {duration(sum(cost.ns for cost in found) - sum(cost.ns for cost in large))} together."
    if len(rows) > _FIRST:
        inner = [_cost_table(rows[_FIRST:], "what took less")]
        summary = element("summary", text(f"{len(rows) - _FIRST} that took less"))
        parts.append(element("details", summary, *inner))
    if rest:
        parts.append(element("p", text(more), class_="none"))
    return joined(parts)


def _cost_table(rows: Iterable[Html], label: str) -> Html:
    heads = [
        element("th", text("took"), scope="col", class_="n"),
        element("th", text("in"), scope="col"),
        element("th", scope="col", class_="graph", aria_label="as a bar"),
        element("th", text("what"), scope="col"),
        element("th", text("where"), scope="col"),
    ]
    return _table(heads, rows, label, "costs")


def _table(heads: Iterable[Html], rows: Iterable[Html], label: str, look: str) -> Html:
    head = element("thead", element("tr", *heads))
    table = element("table", head, element("tbody", *rows), class_=look, aria_label=label)
    return element("div", table, class_="wide")


def _cost_row(cost: Cost, longest_ns: int) -> Html:
    note = element("small", text(cost.note)) if cost.note else NOTHING
    return element(
        "tr",
        element("td", text(duration(cost.ns)), class_="n"),
        element("td", text(cost.phase), class_="in"),
        element("td", bar(0, cost.ns, longest_ns, cost.look), element("small", text(cost.kind)), class_="graph"),
        element("td", element("code", text(cost.what)), note),
        element("td", element("code", text(cost.where))),
    )


def bar(begin_ns: int, ns: int, whole_ns: int, look: str) -> Html:
    """A bar in a cell of a table."""
    whole_ns = max(whole_ns, 1)
    left = 100 * min(max(begin_ns, 0), whole_ns) / whole_ns
    width = min(max(100 * ns / whole_ns, 0.4), 100 - min(left, 99.6))
    rect = element("rect", x=f"{min(left, 99.6):.2f}%", width=f"{width:.2f}%", height="100%")
    return element(
        "svg", element("svg", rect, class_=look), class_="mini", width="100%", height="8", aria_hidden="true"
    )


def chain(diagnosis: Diagnosis, phase: Phase, style: Style) -> Html:
    """What the end of a phase waited for, in the order of time; nothing for fewer than two of them."""
    least_ns = _IN_CHAIN * phase.wall_ns
    found = [line for line in diagnosis.lines(phase.name) if line.wall_ns >= least_ns]
    if len(found) < 2:
        return NOTHING
    rows = [_link(line, phase, style) for line in found]
    heads = [
        element("th", text("began"), scope="col", class_="n"),
        element("th", text("took"), scope="col", class_="n"),
        element("th", scope="col", class_="graph", aria_label="on the time axis of the phase"),
        element("th", text("what"), scope="col"),
        element("th", text("where"), scope="col"),
    ]
    whole = f"{phase.name}, {duration(phase.wall_ns)}"
    title = element("h4", text(whole))
    return joined([title, _table(heads, rows, f"the critical chain of {phase.name}", "chain")])


def _link(line: HotLine, phase: Phase, style: Style) -> Html:
    cost = _line(line, style)
    began = max(line.at_ns - phase.at_ns, 0)
    drawn_ns = min(line.until_ns - line.at_ns, line.wall_ns)
    beside = element("small", text(f"{line.parallel} tasks side by side")) if line.parallel > 1 else NOTHING
    return element(
        "tr",
        element("td", text(f"+{duration(began)}" if began else "0"), class_="n"),
        element("td", text(duration(cost.ns)), class_="n"),
        element("td", bar(began, drawn_ns, phase.wall_ns, cost.look), class_="graph"),
        element("td", element("code", text(cost.what)), beside),
        element("td", element("code", text(cost.where))),
    )


def phases(run: Run) -> Html:
    """Every phase with its times, its memory and how it went."""
    end_ns = max((phase.at_ns + phase.wall_ns for phase in run.phases), default=1)
    heads = [
        element("th", text(name), scope="col", class_="n" if name in ("time", "CPU", "memory") else None)
        for name in ("phase", "went", "time", "CPU", "memory")
    ]
    heads.append(element("th", scope="col", class_="graph", aria_label="on the time axis of the run"))
    return _table(heads, [_phase_row(phase, end_ns, went(phase, run)) for phase in run.phases], "phases", "phases")


def _phase_row(phase: Phase, end_ns: int, how: str) -> Html:
    whose = NOT_THE_APPS.get(phase.name)
    skipped = phase.status == "skipped"
    look = "failed" if phase.status not in WELL else "other" if whose or skipped else "own"
    note = element("small", text(f"not charged: {whose}")) if whose else NOTHING
    drawn = NOTHING if skipped else bar(phase.at_ns, phase.wall_ns, end_ns, look)
    return element(
        "tr",
        element("th", text(phase.name), note, scope="row"),
        element("td", text(how), class_="bad" if look == "failed" else None),
        element("td", NOTHING if skipped else text(duration(phase.wall_ns)), class_="n"),
        element("td", NOTHING if phase.cpu_ns is None else text(duration(phase.cpu_ns)), class_="n"),
        element("td", NOTHING if phase.rss_delta_bytes is None else text(growth(phase.rss_delta_bytes)), class_="n"),
        element("td", drawn, class_="graph"),
        class_="other" if whose or skipped else None,
    )


def statistics(target: Target) -> Html:
    """Every phase over all runs."""
    names = ("median", "mean", "stddev", "min", "max")
    heads = [
        element("th", text("phase"), scope="col"),
        *(element("th", text(name), scope="col", class_="n") for name in ("runs", *names)),
    ]
    rows = [
        element(
            "tr",
            element("th", text(name), scope="row"),
            element("td", text(str(item.runs)), class_="n"),
            *(element("td", text(duration(getattr(item, f"{column}_ns"))), class_="n") for column in names),
        )
        for name, item in target.statistics.items()
    ]
    return _table(heads, rows, f"{len(target.runs)} runs", "statistics")
