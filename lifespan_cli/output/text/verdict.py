"""The last line of a target: its verdict, with the cause."""

from collections import Counter

from rich.text import Text

from lifespan_cli.model import SEVERITIES
from lifespan_cli.output import Style
from lifespan_cli.output.tables import UNTIL_READY
from lifespan_cli.output.text.page import COLORS, escaped, paragraph, signs
from lifespan_cli.output.units import duration
from lifespan_cli.output.view import TargetView, hidden

_NOUNS = {"error": "error", "warning": "warning", "info": "note"}
_LONGEST_CAUSE = 160


def verdict(view: TargetView, style: Style, *, alone: bool = True) -> list[Text]:
    """`FAILED shop.main:app – startup timed out at shop/main.py:16`, or `PASSED  ready in 848 ms (…), no findings`.

    Not `alone`, the name stands also where the target passed, and the phases do not.
    """
    target = view.target
    word = (target.verdict.upper(), COLORS[target.verdict])
    nameless = alone and target.verdict == "passed" and view.layout == "fine"
    words = escaped(sentence(view, style, alone=alone), style)
    dash = f" {signs(style).dash} " if words else ""
    name = Text("  ") if nameless else Text.assemble(" ", (escaped(target.target, style), "bold"), dash)
    line = Text.assemble(word, name, words)
    if target.verdict == "failed" and view.layout == "slow":
        line.append("    details: --report html=report.html", style="dim")
    return paragraph(line, style, hanging=7 if target.verdict == "failed" else 8)


def sentence(view: TargetView, style: Style, *, alone: bool = True) -> str:
    """What follows the verdict: the cause of a failure, what was measured where all is well, how many findings."""
    if view.target.verdict == "failed":
        cause = view.cause if len(view.cause) <= _LONGEST_CAUSE else f"{view.cause[:_LONGEST_CAUSE]}…"
        return cause or counts(view, style)
    short = not alone or view.layout == "slow"
    return f"{praise(view, style, short=short)}, {counts(view, style) or 'no findings'}"


def praise(view: TargetView, style: Style, *, short: bool = False) -> str:
    """`ready in 848 ms (import 844 ms, startup 4 ms), shutdown 0.3 ms`."""

    def time(ns: int) -> str:
        return duration(ns, unicode=style.unicode)

    if view.ready_ns is None:
        return "was not started"
    shutdown = view.phase("shutdown")
    shown = [phase for phase in view.phases if phase.name in UNTIL_READY and phase.status == "ok"]
    names = {"resolve": "factory"}
    parts = ", ".join(f"{names.get(phase.name, phase.name)} {time(phase.wall_ns)}" for phase in shown)
    words = f"ready in {time(view.ready_ns)}" + (f" ({parts})" if parts and not short else "")
    if view.target.lifespan == "unsupported":
        return f"{words}, no lifespan: nothing runs at startup or shutdown"
    if shutdown is not None and shutdown.status == "ok" and not short:
        words += f", shutdown {time(shutdown.wall_ns)}"
    return words


def counts(view: TargetView, style: Style) -> str:
    """`1 error, 2 warnings (1 note: -v)`; empty without findings."""
    found = Counter(finding.severity for finding in view.target.findings)
    unseen = hidden(view) if not style.quiet else 0
    parts = []
    for severity in SEVERITIES:
        count = found[severity] - (unseen if severity == "info" else 0)
        if count:
            parts.append(f"{count} {_NOUNS[severity]}{'s' if count > 1 else ''}")
    words = ", ".join(parts)
    if unseen:
        note = f"{unseen} note{'s' if unseen > 1 else ''}: -v"
        return f"{words} ({note})" if words else f"no findings ({note})"
    return words
