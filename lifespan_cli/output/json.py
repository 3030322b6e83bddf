"""The report for machines: the contract that `report.schema.json` describes."""

from lifespan_cli.model.result import DiagnosedReport
from lifespan_cli.model.serialize import to_dict, to_json
from lifespan_cli.output import Style


def render(result: DiagnosedReport, style: Style) -> str:  # noqa: ARG001  # every renderer is called alike
    """The report as an object of JSON."""
    return to_json(to_dict(result.report))
