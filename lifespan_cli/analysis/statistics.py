"""Statistics over the runs of a target, and the run that stands for them. Pure."""

import statistics as arithmetic
from collections.abc import Collection, Iterable, Mapping

from lifespan_cli.model import COMPARED, PHASES, PhaseName, Run, Statistics
from lifespan_cli.model.diagnosis import Outlier

FEW_RUNS = 3
SINGLE_NS = 50_000_000
"""With fewer runs than that, smaller differences are noise."""
FAR = 10
"""How many median deviations an outlier is away from the median."""


def statistics(runs: tuple[Run, ...]) -> Mapping[PhaseName, Statistics]:
    """The wall time of each phase over the runs that came to it, by the phase's name."""
    walls = {name: walls_of(runs, name) for name in PHASES}
    return {name: _statistics(wall_ns) for name, wall_ns in walls.items() if wall_ns}


def walls_of(runs: Iterable[Run], name: PhaseName) -> list[int]:
    """The wall times of a phase in the runs that came to it, in ns."""
    phases = [phase for run in runs for phase in run.phases if phase.name == name and phase.status != "skipped"]
    return [phase.wall_ns for phase in phases]


def _statistics(wall_ns: list[int]) -> Statistics:
    return Statistics(
        runs=len(wall_ns),
        min_ns=min(wall_ns),
        median_ns=round(arithmetic.median(wall_ns)),
        mean_ns=round(arithmetic.fmean(wall_ns)),
        max_ns=max(wall_ns),
        stddev_ns=round(arithmetic.stdev(wall_ns)) if len(wall_ns) > 1 else 0,
    )


def outliers(runs: tuple[Run, ...]) -> tuple[Outlier, ...]:
    """The phases that took much longer in one run than in the others: something else had the machine, or a cache was
    cold. Told of three runs or more; by half the median and 50 ms, and by far more than the others scatter."""
    found = []
    for name in COMPARED:
        walls = {number: phase.wall_ns for number, run in enumerate(runs, 1) if (phase := run.phase(name)) is not None}
        if len(walls) < FEW_RUNS:
            continue
        middle = arithmetic.median(walls.values())
        scatter = arithmetic.median(abs(wall_ns - middle) for wall_ns in walls.values())
        limit_ns = middle + max(middle / 2, SINGLE_NS, FAR * scatter)
        found += [Outlier(name, number, wall_ns) for number, wall_ns in walls.items() if wall_ns > limit_ns]
    return tuple(found)


def representative(runs: tuple[Run, ...]) -> int:
    """The index of the run to show in detail: the first with a phase that did not end well, else the median one.

    The median of what the compared phases took together, of equal ones by the whole run.
    """
    for index, run in enumerate(runs):
        if not run.ended_well():
            return index
    spent = [(_spent_ns(run, COMPARED), _spent_ns(run, PHASES)) for run in runs]
    return spent.index(arithmetic.median_low(spent))


def _spent_ns(run: Run, phases: Collection[PhaseName]) -> int:
    return sum(phase.wall_ns for phase in run.phases if phase.name in phases)
