"""Which rules rest on a measurement that is off: they find nothing, or not everything, and so prove nothing. Pure."""

from lifespan_cli.model import NotMeasured, Run
from lifespan_cli.probe import internals

RESTING: dict[str, tuple[str, ...]] = {
    internals.SHADOWING: ("LS011",),
    internals.LINES: ("LS203", "LS205", "LS206", "LS302"),
    internals.IMPORTS: ("LS204", "LS205", "LS211", "LS212"),
    internals.COMPILATIONS: ("LS210",),
    internals.TASK_EXCEPTIONS: ("LS305",),
    internals.WARNINGS: ("LS306",),
    internals.REGISTERED: ("LS401", "LS402", "LS404", "LS405"),
}
"""The codes of the rules that rest on each measurement."""


def off(run: Run, code: str) -> NotMeasured | None:
    """What the rule of that code rests on and this run did not measure."""
    return next((entry for entry in run.not_measured if code in RESTING.get(entry.measurement, ())), None)


def said(entry: NotMeasured) -> str:
    """That it is off, why, and which rules that concerns, in one line."""
    codes = RESTING.get(entry.measurement, ())
    line = f"not measured: {entry.measurement} ({entry.reason})"
    if not codes:
        return line
    rules = f"{', '.join(codes[:-1])} and {codes[-1]} are" if len(codes) > 1 else f"{codes[0]} is"
    return f"{line}, so that {rules} not judged in full"
