"""The report for machines: the contract that `report.schema.json` describes."""

import json

from lifespan_cli.renderers import Style
from lifespan_cli.report import Report


def render(report: Report, style: Style) -> str:  # noqa: ARG001  # every renderer is called alike
    """The report as an object of JSON, in ASCII, so that a lone surrogate in a name can be written to any stream."""
    return json.dumps(report.to_dict(), indent=2, ensure_ascii=True) + "\n"
