"""The report as one page: a file of its own that asks the network for nothing, readable without JavaScript.

The page forbids itself everything but its own style sheet and its own script, each by its hash. All of it is ASCII, so
that no stream can spoil it.
"""

from base64 import b64encode
from hashlib import sha256

from lifespan_cli.model.result import DiagnosedReport
from lifespan_cli.output import Style
from lifespan_cli.output.html.environment import environment, trusted
from lifespan_cli.output.html.section import MOST_RUNS, section
from lifespan_cli.output.view import SHOWN, view

_BARS = 6_000
"""About how many bars a page may have, all its charts together."""
_MOST_BARS = 2_500
_FEWEST_BARS = 30
_ROWS = 1_200
"""About how many rows the tables of a page may have of what took the time."""
_MOST_ROWS = 400
_FEWEST_ROWS = 50
"""Enough for every line that took a 50th of the whole."""


def render(result: DiagnosedReport, style: Style) -> str:
    """The page. Of the style only `root` counts."""
    report = result.report
    charts = sum(min(len(target.runs), MOST_RUNS) for target in report.targets)
    budget = max(_FEWEST_BARS, min(_MOST_BARS, _BARS // max(charts, 1)))
    most = max(_FEWEST_ROWS, min(_MOST_ROWS, _ROWS // max(len(report.targets), 1)))
    shown = view(result, style.root, infos=True)
    css, javascript = trusted("page.css"), trusted("page.js")
    page = (
        environment()
        .get_template("page.html.j2")
        .render(
            report=report,
            sections=[section(one, number, budget, most, style) for number, one in enumerate(shown.targets, 1)],
            names=", ".join(target.target for target in report.targets),
            summary=SHOWN,
            css=css,
            css_hash=_hash(css),
            javascript=javascript,
            javascript_hash=_hash(javascript),
        )
    )
    return page.encode("ascii", "xmlcharrefreplace").decode("ascii") + "\n"


def _hash(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode('ascii')).digest()).decode('ascii')}"
