"""Example reports with their diagnosis, as the outputs take them."""

from lifespan_cli.analysis.diagnosis import diagnosed_report
from lifespan_cli.model import Report
from lifespan_cli.model.result import DiagnosedReport
from lifespan_cli.output import Style, registry


def diagnosed(report: Report | DiagnosedReport) -> DiagnosedReport:
    """The report with its diagnosis."""
    return report if isinstance(report, DiagnosedReport) else diagnosed_report(report)


def render(name: str, report: Report | DiagnosedReport, style: Style) -> str:
    """The report in that format."""
    return registry.render(name, diagnosed(report), style)
