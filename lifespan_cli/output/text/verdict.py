"""The last line of a target: its verdict, with the cause."""

from rich.text import Text

from lifespan_cli.model import SEVERITIES
from lifespan_cli.output import Style
from lifespan_cli.output.page import COLORS, paragraph, said, signs
from lifespan_cli.output.units import duration
from lifespan_cli.output.view import TargetView, hidden, severities

_NOUNS = {"error": "error", "warning": "warning", "info": "note"}
_LONGEST_CAUSE = 160


def verdict(view: TargetView, style: Style, *, alone: bool = True) -> list[Text]:
    """`FAILED shop.main:app – startup timed out at shop/main.py:16`, or `PASSED  ready in 848 ms (…), no findings`.

    Not `alone`, the name stands also where the target passed, and the phases do not.
    """
    target = view.target
    word = (target.verdict.upper(), COLORS[target.verdict])
    dash = f" {signs(style).dash} "
    if target.verdict == "failed":
        cause = view.cause if len(view.cause) <= _LONGEST_CAUSE else f"{view.cause[:_LONGEST_CAUSE]}…"
        words = dash + (cause or counts(view, style)) if cause or target.findings else ""
        line = Text.assemble(word, " ", (said(target.target, style), "bold"), said(words, style))
        if view.layout == "slow":
            line.append("    details: --report html=report.html", style="dim")
        return paragraph(line, style, hanging=7)
    name = () if alone and view.layout == "fine" else (said(target.target, style), "bold")
    told = [] if alone and view.layout == "slow" else [praise(view, style, short=not alone)]
    parts = [*told, counts(view, style) or "no findings"]
    between = "  " if not name else dash
    return paragraph(
        Text.assemble(word, " " if name else "", *([name] if name else []), between, said(", ".join(parts), style)),
        style,
        hanging=8,
    )


def praise(view: TargetView, style: Style, *, short: bool = False) -> str:
    """`ready in 848 ms (import 844 ms, startup 4 ms), shutdown 0.3 ms`."""

    def time(ns: int) -> str:
        return duration(ns, unicode=style.unicode)

    if view.ready_ns is None:
        return "was not started"
    shutdown = view.phase("shutdown")
    shown = [phase for phase in view.phases if phase.name in ("import", "startup") and phase.status == "ok"]
    parts = ", ".join(f"{phase.name} {time(phase.wall_ns)}" for phase in shown)
    words = f"ready in {time(view.ready_ns)}" + (f" ({parts})" if parts and not short else "")
    if view.target.lifespan == "unsupported":
        return f"{words}, no lifespan: nothing runs at startup or shutdown"
    if shutdown is not None and shutdown.status == "ok" and not short:
        words += f", shutdown {time(shutdown.wall_ns)}"
    return words


def counts(view: TargetView, style: Style) -> str:
    """`1 error, 2 warnings (1 note: -v)`; empty without findings."""
    found = severities(view.target)
    unseen = hidden(view) if not style.quiet else 0
    told = []
    for severity in SEVERITIES:
        count = found.get(severity, 0) - (unseen if severity == "info" else 0)
        if count:
            told.append(f"{count} {_NOUNS[severity]}{'s' if count > 1 else ''}")
    words = ", ".join(told)
    if unseen:
        note = f"{unseen} note{'s' if unseen > 1 else ''}: -v"
        return f"{words} ({note})" if words else f"no findings ({note})"
    return words
