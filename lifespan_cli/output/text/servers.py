"""How each server handles a target, with what it logs."""

from rich.text import Text

from lifespan_cli.model import ServerOutcome, Target
from lifespan_cli.output import Style
from lifespan_cli.output.text.page import escaped, paragraph

_MODES = {("uvicorn", "auto"): " by default", ("uvicorn", "on"): " --lifespan on"}
_COLORS = {"starts": "", "starts-without-lifespan": "yellow", "depends": "yellow"}


def servers(target: Target, style: Style) -> list[Text]:
    """A line for each server and mode, with what it logs."""
    if not target.servers:
        return []
    names = [_name(outcome) for outcome in target.servers]
    column = max(len(name) for name in names) + 2
    lines = [Text("in production", style="bold")]
    for name, outcome in zip(names, target.servers, strict=True):
        row = Text.assemble(
            f"{name:{column}}", (escaped(outcome.statement, style), _COLORS.get(outcome.outcome, "red"))
        )
        lines += paragraph(row, style, indent=2, hanging=column)
        if outcome.says:
            lines += paragraph(Text(f"logs: {escaped(outcome.says, style)}", style="dim"), style, indent=2 + column)
    return lines


def _name(outcome: ServerOutcome) -> str:
    return f"{outcome.server} {outcome.version}{_MODES.get((outcome.server, outcome.mode), '')}"
