"""The pytest plugin: the fixture `lifespan_check` runs the tool on an application, in a test.

    def test_starts(lifespan_check):
        lifespan_check("myapp.main:app", max_startup="2s").passed()

pytest imports this at every start, so that all but pytest itself is imported when the fixture is used.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from lifespan_cli.model import Report, Target
    from lifespan_cli.model.result import DiagnosedReport

WIDTH = 100
"""Columns of an assertion's message."""
OF_THE_COMMAND = frozenset(
    {"color", "load", "no_annotations", "output_format", "quiet", "report", "save_baseline", "servers"}
    | {"verbose", "watch"}
)
"""Options about what the command writes, and where: a test has the report itself."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check; `str` of it is the text report."""

    result: "DiagnosedReport"
    root: str
    """pytest's rootdir, which shown paths are relative to."""

    @property
    def report(self) -> "Report":
        """The report."""
        return self.result.report

    @property
    def target(self) -> "Target":
        """What was checked; the first, where pyproject.toml names several and the call none."""
        return self.report.targets[0]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all findings, in the report's order."""
        return tuple(finding.code for target in self.report.targets for finding in target.findings)

    def passed(self) -> None:
        """Raise AssertionError, with the findings as text, unless the check passed."""
        __tracebackhide__ = True
        if self.report.verdict != "passed":
            raise AssertionError(self._findings())

    def failed(self, *codes: str) -> None:
        """Raise AssertionError unless the check failed, with a finding for each of these codes: of a test of an
        application that must not start."""
        __tracebackhide__ = True
        if self.report.verdict == "passed":
            raise AssertionError(f"the check did not fail\n{self._findings()}")
        if missing := [code for code in codes if code not in self.codes]:
            raise AssertionError(f"the check failed without {', '.join(missing)}\n{self._findings()}")

    def __str__(self) -> str:
        from lifespan_cli.output import Style
        from lifespan_cli.output.registry import render

        return render("text", self.result, Style(width=WIDTH, root=self.root))

    def _findings(self) -> str:
        from lifespan_cli.output import Style
        from lifespan_cli.output.text import judgement

        return judgement(self.result, Style(width=WIDTH, root=self.root))


LifespanCheck = Callable[..., Checked]
"""The type of the fixture, for tests with annotations."""


@pytest.fixture(scope="session")
def lifespan_check(pytestconfig: pytest.Config) -> LifespanCheck:
    """Check an ASGI application: `lifespan_check("myapp.main:app", max_startup="2s").passed()`.

    The options are the command line's, with underscores. Modules, files and pyproject.toml are those of pytest's
    rootdir; the interpreter is the one that runs pytest, unless another is asked for. What cannot be asked for is
    lifespan_cli.errors.UsageError; what is wrong with the application is in the result.
    """

    def lifespan_check(target: str = "", **options: object) -> Checked:
        __tracebackhide__ = True
        from lifespan_cli.errors import UsageError

        try:
            return _check(target, options, pytestconfig.rootpath)
        except UsageError as error:
            raise error.with_traceback(None) from None  # the test's line tells more than ours

    return lifespan_check


def _check(target: str, options: dict[str, object], root: "Path") -> Checked:
    from dataclasses import replace

    from lifespan_cli import configuration, pipeline, trial
    from lifespan_cli.errors import UsageError

    if wrong := [name for name in options if name.replace("-", "_") in OF_THE_COMMAND]:
        raise UsageError(f"lifespan_check() has no option {wrong[0]}: take what you need from its result's report")
    flags = {**options, **({"targets": (target,)} if target else {})}
    settings = configuration.load(flags, os.environ, root)
    if settings.python is None:
        settings = replace(settings, python=sys.executable, sources={**settings.sources, "python": "the tests' own"})
    trial.get_ready()
    result = pipeline.run(settings, cwd=root, apart=True)
    if result.report.interrupted:
        raise KeyboardInterrupt
    return Checked(result, str(root))
