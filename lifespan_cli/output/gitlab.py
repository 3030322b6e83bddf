"""Findings as a Code Quality report, which GitLab shows in a merge request and at its lines.

The fields are those that its documentation asks for ("Code Quality report format"). It takes a finding for the same
as before when the fingerprint is the same.
"""

from typing import Any

from lifespan_cli.model.result import DiagnosedReport
from lifespan_cli.model.serialize import to_json
from lifespan_cli.output import Style
from lifespan_cli.output.escape import inert
from lifespan_cli.output.fingerprints import Located, located

_SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def render(result: DiagnosedReport, style: Style) -> str:
    """A list with an object for each finding."""
    return to_json([_issue(item) for item in located(result.report, style)])


def _issue(item: Located) -> dict[str, Any]:
    finding = item.finding
    return {
        "description": f"{finding.code}: {inert(finding.message)}{item.aside} (target {inert(item.target.target)})",
        "check_name": f"{finding.code} {inert(finding.slug)}",
        "fingerprint": item.fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": item.path, "lines": {"begin": item.line or 1}},
    }
