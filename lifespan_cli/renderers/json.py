"""The report for machines: the contract that `report.schema.json` describes."""

from lifespan_cli.model import Report
from lifespan_cli.model.serialize import to_dict, to_json
from lifespan_cli.renderers import Style


def render(report: Report, style: Style) -> str:  # noqa: ARG001  # every renderer is called alike
    """The report as an object of JSON."""
    return to_json(to_dict(report))
