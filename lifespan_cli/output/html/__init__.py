"""The report as one page: a file of its own that asks the network for nothing, readable without JavaScript.

The page forbids itself everything but its own style sheet and its own script, each by its hash. All of it is ASCII, so
that no stream can spoil it.
"""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from lifespan_cli.model import PhaseName, Report
from lifespan_cli.model.result import DiagnosedReport
from lifespan_cli.output import Style
from lifespan_cli.output.html.markup import NOTHING, Html, element, joined, text
from lifespan_cli.output.html.section import MOST_RUNS, section, verdict_badge, wall_ns
from lifespan_cli.output.units import duration
from lifespan_cli.output.verdicts import counts

_BARS = 6_000
"""About how many bars a page may have, all its charts together."""
_MOST_BARS = 2_500
_FEWEST_BARS = 30
_SUMMARY: tuple[PhaseName, ...] = ("import", "startup", "shutdown")


def render(result: DiagnosedReport, style: Style) -> str:
    """The page. Of the style only `root` counts."""
    report = result.report
    charts = sum(min(len(target.runs), MOST_RUNS) for target in report.targets)
    budget = max(_FEWEST_BARS, min(_MOST_BARS, _BARS // max(charts, 1)))
    sections = [section(judged, number, budget, style) for number, judged in enumerate(result.targets, 1)]
    body = element("body", _top(report), element("main", _summary(result), *sections), _script())
    page = f'<!doctype html>\n<html lang="en">{_head(report)}{body}</html>\n'
    return page.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _head(report: Report) -> Html:
    css, javascript = _asset("page.css"), _asset("page.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(javascript)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    names = ", ".join(target.target for target in report.targets)
    return joined(
        [
            Html('<head><meta charset="utf-8">'),
            Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
            Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            Html('<meta name="color-scheme" content="light dark">'),
            Html('<meta name="referrer" content="no-referrer">'),
            element("title", text(f"{names} {report.verdict} - lifespan-check".lstrip())),
            Html(f"<style>{css}</style></head>"),
        ]
    )


def _script() -> Html:
    return Html(f"<script>{_asset('page.js')}</script>")


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text("ascii")


def _hash(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode('ascii')).digest()).decode('ascii')}"


def _top(report: Report) -> Html:
    name = element("h1", text("lifespan-check"), element("small", text(report.tool_version)))
    told = ["interrupted: this report is not complete"] if report.interrupted else []
    told += [f"not checked: {error}" for error in report.errors]
    return element("header", name, *(element("p", text(words), class_="interrupted") for words in told), class_="top")


def _summary(result: DiagnosedReport) -> Html:
    """All targets in a table, where there are several."""
    report = result.report
    if len(report.targets) < 2:
        return NOTHING if report.targets else element("p", text("There is no target in this report."), class_="none")
    heads = [
        element("th", text(name), scope="col", class_="n" if name in _SUMMARY else None)
        for name in ("target", "verdict", *_SUMMARY, "findings")
    ]
    rows = []
    for number, judged in enumerate(result.targets, 1):
        target = judged.target
        times = [wall_ns(judged, name) for name in _SUMMARY]
        cells = [element("td", NOTHING if ns is None else text(duration(ns)), class_="n") for ns in times]
        link = element("a", text(target.target), href=f"#target-{number}")
        badge = element("td", verdict_badge(target.verdict))
        rows.append(element("tr", element("th", link, scope="row"), badge, *cells, element("td", text(counts(target)))))
    failed = sum(target.verdict == "failed" for target in report.targets)
    unchecked = f", {len(report.errors)} not checked" if report.errors else ""
    caption = element("caption", text(f"{len(report.targets)} targets, {failed} failed{unchecked}"))
    table = element("table", caption, element("thead", element("tr", *heads)), element("tbody", *rows))
    return element("nav", element("div", table, class_="wide"), aria_label="targets")
