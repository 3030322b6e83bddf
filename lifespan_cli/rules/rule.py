"""What a rule is, and the case that it judges: one target, and one run of it."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from msgspec import Struct

from lifespan_cli.model import Failure, Finding, FindingLine, NotMeasured, PhaseName, Run, Severity
from lifespan_cli.model.diagnosis import Diagnosis, Regression
from lifespan_cli.rules.transcript import Transcript, read


class Placed(Protocol):
    """Anything with a place in the application's source: a failure, the application, a line that took long."""

    @property
    def path(self) -> str | None: ...
    @property
    def line(self) -> int | None: ...


class Place(NamedTuple):
    """A line, or a file."""

    path: str | None
    line: int | None


class Budgets(Struct, frozen=True, kw_only=True):
    """What was asked of an application's cost; None where nothing was."""

    import_ns: int | None = None
    startup_ns: int | None = None
    shutdown_ns: int | None = None
    total_ns: int | None = None
    cpu_ns: int | None = None
    memory_bytes: int | None = None
    modules: int | None = None
    forbidden: tuple[str, ...] = ()


class Case(Struct, frozen=True):
    """What a rule is asked about. `target` is as the user named it."""

    target: str
    run: Run
    """The run that is judged in detail: of several the median one."""
    diagnosis: Diagnosis
    """Where its time went."""
    lifespan_required: bool = False
    """`--lifespan on`: an application that goes without a lifespan is at fault."""
    max_blocking_ns: int | None = None
    """`--max-blocking`: the longest that the event loop may be blocked; None where no limit was given."""
    backend: str = "asyncio"
    repeated: tuple[Run, ...] = ()
    """All runs, where there were several."""
    budgets: Budgets = Budgets()
    regressions: tuple[Regression, ...] = ()
    """What became slower than in the baseline."""
    not_compared: str = ""
    """Why the baseline is none for this target; empty when it is one, or none was given."""
    comparable: bool = False
    """That could be compared all the same, with `--baseline-any`."""
    nearby: tuple[str, ...] = ()
    """Modules with a name much like that of the target's, where that is not there."""

    @property
    def runs(self) -> tuple[Run, ...]:
        """Every run of the target."""
        return self.repeated or (self.run,)

    @property
    def transcript(self) -> Transcript:
        """The run's messages, read in order."""
        return read(self.run.messages)

    @property
    def attribute(self) -> str:
        """The attribute path, from the target's name or else the one that was taken; no parentheses of a factory."""
        named = self.target.rpartition(":")[2] if ":" in self.target else ""
        taken = self.run.application.attribute if self.run.application else ""
        return (named or taken).removesuffix("()")

    @property
    def module(self) -> str:
        """The module, or the file, that the target names."""
        return self.target.rpartition(":")[0] if ":" in self.target else self.target

    def crash(self, *phases: PhaseName) -> Failure | None:
        """The exception of the application's own that ended one of these phases.

        None where the process ended or ran out of time there as well: that is told by itself, once.
        """
        failures = [failure for failure in self.run.failures if failure.phase in phases]
        if any(failure.kind != "exception" for failure in failures):
            return None
        return next((failure for failure in failures if not failure.from_probe), None)

    def timeout(self, *phases: PhaseName) -> Failure | None:
        """The way in which one of these phases ran out of time."""
        return self._first(phases, ("timeout",))

    def ending(self, *phases: PhaseName) -> Failure | None:
        """The way in which the process ended in one of these phases, where it should not."""
        return self._first(phases, ("exit", "signal", "lost"))

    def _first(self, phases: tuple[PhaseName, ...], kinds: tuple[str, ...]) -> Failure | None:
        return next((item for item in self.run.failures if item.phase in phases and item.kind in kinds), None)

    def ended_quietly(self, *phases: PhaseName) -> bool:
        """The application's callable came to its end in one of these phases, and no failure tells why."""
        conduct = self.run.conduct
        if conduct.ended_in not in phases or conduct.cancelled:
            return False
        return not any(failure.phase in phases for failure in self.run.failures)


class Rule(Struct, frozen=True):
    """One thing that can be wrong with an application, and all there is to say of it."""

    code: str
    slug: str
    severity: Severity
    summary: str
    """One sentence."""
    explanation: str
    """Why it matters and how to fix it: paragraphs, separated by an empty line."""
    source: str
    """The section of the specification or documentation that asks for it; "inferred" where none says it outright."""
    bad: str
    """Python: a minimal example that breaks the rule."""
    good: str
    """Python: the same, mended."""
    judge: Callable[[Case], Iterable[Finding]]

    def finding(
        self,
        message: str,
        *,
        hint: str,
        phase: PhaseName | None,
        at: Placed | None = None,
        severity: Severity | None = None,
        lines: tuple[FindingLine, ...] = (),
    ) -> Finding:
        """A finding of this rule, `at` the place of what it is about."""
        path, line = (at.path, at.line) if at else (None, None)
        return Finding(self.code, self.slug, severity or self.severity, message, phase, path, line, hint, lines=lines)


def not_judged(rule: Rule, option: str, why: NotMeasured | str) -> Finding:
    """A limit that the user gave and that could not be judged. It is an error: else the check would pass unchecked."""
    reason = why if isinstance(why, str) else f"{why.measurement} are not measured ({why.reason})"
    return rule.finding(
        f"{option} could not be judged: {reason}",
        hint=f"Check with an interpreter or on a system that allows it, or leave out {option}.",
        phase=None,
        severity="error",
    )
