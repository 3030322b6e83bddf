"""The section of one target: its verdict in a sentence, its times, its findings, its chart, its tables."""

from collections.abc import Sequence

from lifespan_cli.model import PhaseName, Target
from lifespan_cli.model.result import DiagnosedTarget
from lifespan_cli.output import Style
from lifespan_cli.output.html import tables
from lifespan_cli.output.html.chart import chart
from lifespan_cli.output.html.markup import NOTHING, Html, element, joined, text
from lifespan_cli.output.html.problems import findings, last_words
from lifespan_cli.output.html.words import place
from lifespan_cli.output.notes import notes, python_of
from lifespan_cli.output.timeline import NOT_THE_APPS, WELL
from lifespan_cli.output.units import duration
from lifespan_cli.output.verdicts import went
from lifespan_cli.output.whereabouts import relative

MOST_RUNS = 20
"""Runs beyond these are in the statistics only."""
_TILES: tuple[PhaseName, ...] = ("import", "startup", "shutdown")
_WORTH_A_WORD_NS = 1_000_000
"""Of a shorter phase samples do not tell what most of it was."""
_MESSAGES = 100
_BARS_PER_ROW = 12
"""For so many bars of a chart the table by cost may have a row."""
_PACKAGES = 200


def section(judged: DiagnosedTarget, number: int, budget: int, style: Style) -> Html:
    """Everything about one target. `budget` is about how many bars each of its charts may have."""
    target = judged.target
    name = element("h2", text(target.target), verdict_badge(target.verdict), id=f"target-{number}")
    parts = [element("header", name, element("p", text(_identity(target)), class_="identity"))]
    parts += [element("p", text(note), class_="note") for note in notes(target)]
    costs = tables.costs(judged, style)
    parts += [_tiles(judged, costs), _findings(target, style), _run(judged, costs, budget, style)]
    if len(target.runs) > 1:
        parts.append(_runs(judged, budget, style))
    parts += [last_words(judged), _details(judged, style)]
    return element("section", *parts, class_="target", aria_labelledby=f"target-{number}")


def verdict_badge(verdict: str) -> Html:
    """`passed` or `failed`."""
    return element("span", text(verdict), class_=f"badge {verdict}")


def wall_ns(judged: DiagnosedTarget, name: PhaseName) -> int | None:
    """The time of a phase: the median of several runs, else that of the run; None where it was not come to."""
    target = judged.target
    if len(target.runs) > 1 and name in target.statistics:
        return target.statistics[name].median_ns
    phase = judged.run.phase(name)
    return None if phase is None or phase.status == "skipped" else phase.wall_ns


def _identity(target: Target) -> str:
    """`FastAPI 0.165.0, lifespan supported, on asyncio, Python 3.11.7, linux`."""
    environment = target.environment
    framework = environment.framework
    kind = f"{framework.name} {framework.version}".rstrip() if framework else ""
    lifespan = {
        "supported": "",
        "unsupported": "has no lifespan",
        "unknown": "did not say how its startup went",
    }[target.lifespan]
    return ", ".join(
        filter(None, (kind, lifespan, environment.backend, f"Python {python_of(environment)}", environment.platform))
    )


def _findings(target: Target, style: Style) -> Html:
    found = findings(target, style)
    return element("div", found, class_="findings") if found else NOTHING


def _run(judged: DiagnosedTarget, found: Sequence[tables.Cost], budget: int, style: Style) -> Html:
    target, run, chosen = judged.target, judged.run, judged.diagnosis.representative
    drawn = chart(run, judged.diagnosis.import_trees[chosen], target.target, budget, style)
    chains = [
        tables.chain(judged.diagnosis, phase, style)
        for phase in run.phases
        if phase.name in tables.SAMPLED and phase.status != "skipped"
    ]
    which = ""
    if len(target.runs) > 1:
        well = all(phase.status in WELL for phase in run.phases)
        which = "interrupted" if run.interruption else "the median one" if well else "the first that went wrong"
        which = f"run {chosen + 1} of {len(target.runs)}, {which}"
    return joined(
        [
            _headed("Timeline", drawn, which),
            _headed("By cost", tables.ranking(found, run, budget // _BARS_PER_ROW)) if found else NOTHING,
            _headed("Critical chain", joined(chains)) if any(chains) else NOTHING,
            _headed("Phases", tables.phases(run)) if run.phases else NOTHING,
        ]
    )


def _headed(title: str, content: Html, aside: str = "") -> Html:
    if not content:
        return NOTHING
    note = element("small", text(aside)) if aside else NOTHING
    return joined([element("h3", text(title), note), content])


def _tiles(judged: DiagnosedTarget, found: Sequence[tables.Cost]) -> Html:
    """The three times that people ask for, each with what most of it was."""
    tiles = [_tile(judged, name, found) for name in _TILES]
    return element("dl", *tiles, class_="tiles") if any(tiles) else NOTHING


def _tile(judged: DiagnosedTarget, name: PhaseName, found: Sequence[tables.Cost]) -> Html:
    run = judged.run
    ns, phase = wall_ns(judged, name), run.phase(name)
    if ns is None or phase is None:
        return NOTHING
    most = next((cost for cost in found if cost.phase == name and ns >= _WORTH_A_WORD_NS), None)
    how = "" if phase.status == "ok" else f" {went(phase, run)}"
    told = [text(f"most of it: {duration(most.ns)} in "), element("code", text(most.what))] if most else []
    look = "tile" if phase.status in WELL else "tile bad"
    amount = element("dd", text(duration(ns)), class_="amount")
    return element("div", element("dt", text(f"{name}{how}")), amount, element("dd", *told, class_="most"), class_=look)


def _runs(judged: DiagnosedTarget, budget: int, style: Style) -> Html:
    """The statistics of several runs, and the others folded, each with its chart and its phases."""
    target = judged.target
    parts = [tables.statistics(target)] if target.statistics else []
    for index, run in enumerate(target.runs[:MOST_RUNS]):
        if index != judged.diagnosis.representative:
            total_ns = sum(phase.wall_ns for phase in run.phases if phase.name not in NOT_THE_APPS)
            bad = [f"{phase.name} {went(phase, run)}" for phase in run.phases if phase.status not in WELL]
            head = ", ".join([f"run {index + 1}, {duration(total_ns)}", *bad])
            trees = judged.diagnosis.import_trees[index]
            drawn = chart(run, trees, f"{target.target}, run {index + 1}", budget, style)
            parts.append(element("details", element("summary", text(head)), drawn, tables.phases(run)))
    if len(target.runs) > MOST_RUNS:
        parts.append(
            element("p", text(f"{len(target.runs) - MOST_RUNS} more runs are in the statistics only."), class_="none")
        )
    return _headed(f"{len(target.runs)} runs", joined(parts))


def _details(judged: DiagnosedTarget, style: Style) -> Html:
    target = judged.target
    environment = target.environment
    application = next((run.application for run in target.runs if run.application), None)
    reason = f" ({environment.executable_reason})" if environment.executable_reason else ""
    packages = list(environment.packages.items())
    rows = [
        ("target", f"{target.target} ({target.why})" if target.why else target.target),
        ("application", f"{application.attribute or application.name}, {application.type}" if application else ""),
        ("defined in", place(application.path, application.line, style) if application else ""),
        ("python", f"{relative(environment.executable, style.root)}{reason}"),
        ("packages", ", ".join(f"{name} {version}".rstrip() for name, version in packages[:_PACKAGES])),
    ]
    entries = [joined([element("dt", text(name)), element("dd", text(value))]) for name, value in rows if value]
    content = [
        element("dl", *entries, class_="facts"),
        _compilations(target, style),
        _messages(judged),
        _servers(target),
    ]
    return element("details", element("summary", text("environment, messages, servers")), *content, class_="about")


def _compilations(target: Target, style: Style) -> Html:
    found = next((run.compilations for run in target.runs if run.compilations), None)
    if found is None or not found.count:
        return NOTHING
    modules = "1 module" if found.count == 1 else f"{found.count} modules"
    head = f"{modules} compiled from source in {duration(found.wall_ns)} ({found.reason}), longest: "
    return element("p", text(head), text(", ".join(place(path, None, style) for path in found.paths)))


def _messages(judged: DiagnosedTarget) -> Html:
    """What the application and its driver said to each other."""
    messages = judged.run.messages[:_MESSAGES]
    arrows = {"receive": "\N{RIGHTWARDS ARROW} app", "send": "\N{LEFTWARDS ARROW} app"}
    rows = [
        element(
            "tr",
            element("td", text(duration(max(message.at_ns, 0))), class_="n"),
            element("td", text(arrows[message.direction])),
            element("td", element("code", text(message.type))),
            element("td", text(message.message or "")),
        )
        for message in messages
    ]
    return (
        element("div", element("table", element("tbody", *rows), aria_label="messages"), class_="wide")
        if rows
        else NOTHING
    )


def _servers(target: Target) -> Html:
    rows = [
        element(
            "tr",
            element("th", text(f"{server.server} {server.version}"), scope="row"),
            element("td", text(server.mode)),
            element("td", text(server.outcome)),
            element("td", text(server.says)),
        )
        for server in target.servers
    ]
    return (
        element("div", element("table", element("tbody", *rows), aria_label="servers"), class_="wide")
        if rows
        else NOTHING
    )
