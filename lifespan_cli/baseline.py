"""Statistics over the runs of a target."""

import statistics as arithmetic
from collections.abc import Mapping

from lifespan_cli.report import PHASES, Run, Statistics


def statistics(runs: tuple[Run, ...]) -> Mapping[str, Statistics]:
    """The wall time of each phase over the runs that came to it, by the phase's name."""
    walls = {
        name: [
            phase.wall_ns for run in runs for phase in run.phases if phase.name == name and phase.status != "skipped"
        ]
        for name in PHASES
    }
    return {name: _statistics(wall_ns) for name, wall_ns in walls.items() if wall_ns}


def _statistics(wall_ns: list[int]) -> Statistics:
    return Statistics(
        runs=len(wall_ns),
        min_ns=min(wall_ns),
        median_ns=round(arithmetic.median(wall_ns)),
        mean_ns=round(arithmetic.fmean(wall_ns)),
        max_ns=max(wall_ns),
        stddev_ns=round(arithmetic.stdev(wall_ns)) if len(wall_ns) > 1 else 0,
    )
