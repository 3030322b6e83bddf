"""What the servers make of a target, each in one line, where one of them does not simply start it."""

from rich.text import Text

from lifespan_cli.model import ServerOutcome, Target
from lifespan_cli.output import Style
from lifespan_cli.output.page import paragraph, said

_MODES = {("uvicorn", "auto"): " by default", ("uvicorn", "on"): " --lifespan on"}
_COLORS = {"starts": "", "starts-without-lifespan": "yellow", "depends": "yellow"}


def serving(target: Target, style: Style) -> list[Text]:
    """A line for each server, those that do with it what they do with every application left out; all when asked."""
    unusual = [outcome for outcome in target.servers if not _is_usual(outcome)]
    everything = style.servers or style.verbose
    if not target.servers or not (unusual or everything):
        return []
    shown = [outcome for outcome in target.servers if everything or outcome.server != "daphne" or outcome in unusual]
    names = [_name(outcome) for outcome in shown]
    column = max(len(name) for name in names) + 2
    lines = [Text("what servers make of it", style="bold")]
    for name, outcome in zip(names, shown, strict=True):
        row = Text.assemble(f"{name:{column}}", (said(outcome.statement, style), _COLORS.get(outcome.outcome, "red")))
        lines += paragraph(row, style, indent=2, hanging=column)
        if outcome.says and everything:
            lines += paragraph(Text(f"logs: {said(outcome.says, style)}", style="dim"), style, indent=2 + column)
    return lines


def _name(outcome: ServerOutcome) -> str:
    return f"{outcome.server} {outcome.version}{_MODES.get((outcome.server, outcome.mode), '')}"


def _is_usual(outcome: ServerOutcome) -> bool:
    """It starts the application and has nothing to say; daphne, which runs no lifespan, never does more than serve."""
    if outcome.server == "daphne":
        return outcome.outcome == "starts-without-lifespan"
    return outcome.outcome == "starts" and not outcome.says
