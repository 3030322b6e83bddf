"""The report for machines: the contract that `report.schema.json` describes."""

import json
from typing import Any

from lifespan_cli.renderers import Style
from lifespan_cli.report import Report


def render(report: Report, style: Style) -> str:  # noqa: ARG001  # every renderer is called alike
    """The report as an object of JSON."""
    return written(report.to_dict())


def written(data: Any) -> str:
    """The data as JSON, a value on each line, ending with a newline.

    In ASCII, so that a lone surrogate in a name can be written to any stream; and no string of the application is a
    command to the runner in whose log it stands (see `inert`), though it is read back as it was.
    """
    return json.dumps(data, indent=2, ensure_ascii=True).replace("##", "#\\u0023") + "\n"
