"""What every format for pipelines makes of the example reports, to the letter, as files in `expected/`.

`python tests/golden.py` writes them anew, for `git diff` to show what has changed.
"""

from dataclasses import dataclass
from pathlib import Path

from rendering import render
from reports import ALL, ROOT

import lifespan_cli
from lifespan_cli.model import Report, serialize
from lifespan_cli.output import Style

EXPECTED = Path(__file__).with_name("expected")
ENDINGS = {"junit": "xml", "github": "txt", "gitlab": "json", "sarif": "sarif", "markdown": "md"}
SCHEMA = Path(lifespan_cli.__file__).with_name("report.schema.json")
TEXT_REPORT = "⟪the text report of target {}⟫\n"
"""Stands for a text report inside of another, which has its own exact tests."""


@dataclass(frozen=True)
class Rule:
    """A rule as a renderer knows it."""

    code: str
    slug: str
    severity: str
    summary: str
    explanation: str
    source: str
    bad: str
    good: str


RULES = (
    Rule(
        "LS102",
        "startup-crashed",
        "error",
        "Startup raises an exception.",
        'Servers read `raise` as\n_no lifespan_, and scope["type"] <too>.\n\nSend `lifespan.startup.failed`.',
        "ASGI specification, Lifespan Protocol: Scope",
        "raise OSError",
        "await send(failed)",
    ),
    Rule("LS103", "startup-failed", "error", "It says so.", "It says so.", "inferred", "x = 1", "x = 2"),
)
STYLE = Style(root=f"{ROOT}/shop", repository=ROOT, rules=RULES)


def rendered(name: str, report: Report) -> str:
    """The report in that format, as a pipeline in the folder `shop` of a repository gets it."""
    return render(name, report, STYLE)


def expected(name: str, example: str) -> str:
    """What it must be."""
    content = _file(name, example).read_text("utf-8")
    for number, text in enumerate(_text_reports(ALL[example]), 1):
        content = content.replace(TEXT_REPORT.format(number), text)
    return content


def _file(name: str, example: str) -> Path:
    return EXPECTED / name / f"{example.replace(' ', '-')}.{ENDINGS[name]}"


def _text_reports(report: Report) -> list[str]:
    style = Style(width=100, root=ROOT)
    return [render("text", Report(2, "", "passed", 0, (target,)), style) for target in report.targets]


def _write() -> None:
    SCHEMA.write_text(serialize.to_json(serialize.schema()))
    for name in ENDINGS:
        for example, report in ALL.items():
            content = rendered(name, report)
            if name == "markdown":
                for number, text in enumerate(_text_reports(report), 1):
                    content = content.replace(text, TEXT_REPORT.format(number), 1)
            _file(name, example).parent.mkdir(parents=True, exist_ok=True)
            _file(name, example).write_text(content, "utf-8")


if __name__ == "__main__":
    _write()
