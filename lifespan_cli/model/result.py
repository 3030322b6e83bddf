"""A report with what it was judged by: what a check hands to the outputs."""

from msgspec import Struct

from lifespan_cli.model.diagnosis import Diagnosis
from lifespan_cli.model.report import Report, Target
from lifespan_cli.model.run import Run


class DiagnosedTarget(Struct, frozen=True):
    """A target, and where its time went."""

    target: Target
    diagnosis: Diagnosis

    @property
    def run(self) -> Run:
        """The run that is shown in detail."""
        return self.target.runs[self.diagnosis.representative]


class DiagnosedReport(Struct, frozen=True):
    """A report, and where the time of each of its targets went."""

    report: Report
    targets: tuple[DiagnosedTarget, ...]
