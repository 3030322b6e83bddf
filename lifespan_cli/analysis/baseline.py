"""The comparison of a target with an earlier report of it. Pure."""

import statistics as arithmetic
from collections.abc import Sequence
from math import hypot

from msgspec import Struct
from msgspec.structs import replace

from lifespan_cli.analysis.hot_lines import costs, steps
from lifespan_cli.analysis.import_costs import import_costs
from lifespan_cli.analysis.statistics import (
    COMPARED,
    FEW_RUNS,
    SINGLE_NS,
    UNTIL_UP,
    ended_well,
    representative,
    walls_of,
)
from lifespan_cli.model import PhaseName, Run, Target

SINGLE_SHARE = 0.25
"""With fewer than three runs on a side this, and `SINGLE_NS`, must be exceeded: noise cannot be told from change."""
FEW_SHARE = 0.2
LEAST_SHARE = 0.15
LEAST_NS = 20_000_000
ENOUGH_RUNS = 5
NOISE = 1.25
"""How many times the scatter of both sides the quicker halves must differ."""
MOST_CAUSES = 3
CAUSE_NS = 10_000_000


class Growth(Struct, frozen=True):
    """One import or one of the user's lines that takes longer than it did, or is new; by how much."""

    label: str
    path: str | None
    line: int | None
    grown_ns: int


class Regression(Struct, frozen=True):
    """A phase that became slower, by the medians of both sides, and what in it grew most."""

    phase: PhaseName
    before_ns: int
    after_ns: int
    causes: tuple[Growth, ...]


def compare(before: Target, after: Target, max_regression: float | None = None) -> tuple[Regression, ...]:
    """The phases of a target that became slower since the baseline.

    `max_regression` is the share by which a phase may grow; None leaves it to the noise of both sides.
    """
    found = []
    for name in COMPARED:
        old, new = _good_walls(before, name), _good_walls(after, name)
        if old and new and is_slower(old, new, max_regression):
            medians = round(arithmetic.median(old)), round(arithmetic.median(new))
            causes = _causes(_chosen(before), _chosen(after), name, medians[1] - medians[0])
            found.append(Regression(name, *medians, causes))
    return tuple(found)


def _good_walls(target: Target, name: PhaseName) -> list[int]:
    return walls_of((run for run in target.runs if ended_well(run, [name])), name)


def _chosen(target: Target) -> Run:
    return target.runs[representative(target.runs)]


def is_slower(before: Sequence[int], after: Sequence[int], max_regression: float | None = None) -> bool:
    """Whether the wall times `after`, in ns, are longer than those `before`, beyond what noise makes of no change.

    With five runs or more on each side the median must have grown by 15 % and 20 ms, with three or four by 20 % and
    20 ms, with less by 25 % and 50 ms; and so must the mean of the quicker half, by more than that where it scatters.
    Wall time errs to one side, by what else the machine does, so that the quicker half tells best how long it takes.
    """
    old_ns, new_ns = arithmetic.median(before), arithmetic.median(after)
    share, least_ns = _allowed(min(len(before), len(after)))
    if max_regression is not None:
        share = max_regression
    if new_ns <= old_ns * (1 + share) or new_ns - old_ns <= least_ns:
        return False
    (old_quick_ns, old_scatter), (new_quick_ns, new_scatter) = _quicker_half(before), _quicker_half(after)
    return new_quick_ns > old_quick_ns * (1 + max(share, NOISE * hypot(old_scatter, new_scatter)))


def _allowed(fewest: int) -> tuple[float, int]:
    """What is no change yet, with so many runs on the side that has less: a share, and an amount in ns."""
    if fewest < FEW_RUNS:
        return SINGLE_SHARE, SINGLE_NS
    return LEAST_SHARE if fewest >= ENOUGH_RUNS else FEW_SHARE, LEAST_NS


def _quicker_half(wall_ns: Sequence[int]) -> tuple[float, float]:
    """The mean of the quicker half, and how far below the slowest of them the quickest is, as a share."""
    half = sorted(wall_ns)[: (len(wall_ns) + 1) // 2]
    return arithmetic.fmean(half), (half[-1] - half[0]) / half[-1] if half[-1] else 0.0


def _causes(before: Run, after: Run, name: PhaseName, most_ns: int) -> tuple[Growth, ...]:
    """What grew most; each by no more than the phase did, for what another line saved meanwhile is not lost."""
    grown = [growth for growth in _moved(before, after, name) if growth.grown_ns > 0][:MOST_CAUSES]
    return tuple(replace(growth, grown_ns=min(growth.grown_ns, most_ns)) for growth in grown)


def moved(before: Target, after: Target, name: PhaseName) -> tuple[Growth, ...]:
    """What of a phase takes longer than it did, or less long (`grown_ns` is then negative), most first.

    What is no longer there is where it was; but a line that is new in a function which others have left is those
    lines edited.
    """
    return _moved(_chosen(before), _chosen(after), name)


def _moved(before: Run, after: Run, name: PhaseName) -> tuple[Growth, ...]:
    old, new = _items(before, name), _items(after, name)
    found = [replace(new[key].growth, grown_ns=new[key].wall_ns - old[key].wall_ns) for key in new if key in old]
    gone = [item for key, item in old.items() if key not in new]
    for item in sorted((new[key] for key in new if key not in old), key=lambda item: -item.wall_ns):
        edited = [other for other in gone if other.function and other.function == item.function]
        gone = [other for other in gone if other not in edited]
        found.append(replace(item.growth, grown_ns=item.wall_ns - sum(other.wall_ns for other in edited)))
    found += [replace(item.growth, grown_ns=-item.wall_ns) for item in gone]
    relevant = [growth for growth in found if abs(growth.grown_ns) >= CAUSE_NS]
    return tuple(sorted(relevant, key=lambda growth: -abs(growth.grown_ns)))


class _Item(Struct, frozen=True):
    """What a part of a phase's time went into."""

    growth: Growth
    wall_ns: int
    function: str
    """The function of a line of the user's, with its file; empty for an import."""


def _items(run: Run, name: PhaseName) -> dict[str, _Item]:
    """What a phase's time went into, by a key that survives the moving of lines."""
    if name == "import":
        found = import_costs(run, name)
        return {cost.module: _Item(Growth(cost.module, cost.path, cost.line, 0), cost.wall_ns, "") for cost in found}
    phase = run.phase(name)
    items: dict[str, _Item] = {}
    for step in costs(steps(phase)) if phase else ():
        key = f"{step.function} {step.source or step.line}"
        path, line = (step.path, step.line) if step.line else (None, None)  # the garbage collector has none
        growth = Growth(step.source or step.function, path, line, 0)
        item = items.get(key, _Item(growth, 0, f"{step.function} {step.path}" if step.user else ""))
        items[key] = replace(item, wall_ns=item.wall_ns + step.own_ns)
    return items


def came_up(target: Target) -> bool:
    """Whether there is a run that came to the end of its startup."""
    return any(run.phase("startup") and ended_well(run, UNTIL_UP) for run in target.runs)


def incomparable(before: Target | None, after: Target) -> str:
    """Why a target of the baseline says nothing about this one, as half a sentence; empty when it does."""
    if before is None:
        return f"it has no target {after.target}"
    theirs, ours = before.environment, after.environment
    for what, old, new in (
        ("another machine", theirs.machine, ours.machine),
        ("another Python", theirs.python, ours.python),
        ("another event loop", theirs.backend, ours.backend),
    ):
        if old != new:
            return f"it was made with {what} ({old or 'unknown'}, here {new or 'unknown'})"
    if not came_up(before):
        return "its own run did not come up"
    return ""
