"""The comparison of a target with an earlier report of it. Pure."""

import statistics as arithmetic
from collections.abc import Iterator, Sequence
from math import hypot

from msgspec import Struct
from msgspec.structs import replace

from lifespan_cli.analysis.diagnosis import diagnosed
from lifespan_cli.analysis.statistics import FEW_RUNS, SINGLE_NS, walls_of
from lifespan_cli.model import COMPARED, PhaseName, Report, Target
from lifespan_cli.model.diagnosis import Diagnosis, Growth, Regression
from lifespan_cli.model.result import DiagnosedTarget

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


class Comparison(Struct, frozen=True):
    """A target beside an earlier report of it."""

    regressions: tuple[Regression, ...] = ()
    """What became slower."""
    hindrance: str = ""
    """Why it was not compared, as half a sentence about the earlier report; empty when it was."""
    comparable: bool = False
    """It could be compared all the same, whatever the hindrance is."""


def compare_with(
    baseline: Report, judged: DiagnosedTarget, *, max_regression: float | None, anyway: bool
) -> Comparison:
    """The target beside the one of that name in an earlier report; `anyway` compares different environments too."""
    earlier = next((other for other in baseline.targets if other.target == judged.target.target), None)
    comparable = earlier is not None and earlier.came_up
    hindrance = "" if anyway and comparable else incomparable(earlier, judged.target)
    if earlier is None or hindrance:
        return Comparison((), hindrance, comparable)
    return Comparison(compare(diagnosed(earlier), judged, max_regression), "", comparable)


def compare(
    before: DiagnosedTarget, after: DiagnosedTarget, max_regression: float | None = None
) -> tuple[Regression, ...]:
    """The phases of a target that became slower since the baseline.

    `max_regression` is the share by which a phase may grow; None leaves it to the noise of both sides.
    """
    found = []
    for name in COMPARED:
        old, new = _good_walls(before.target, name), _good_walls(after.target, name)
        if old and new and is_slower(old, new, max_regression):
            medians = round(arithmetic.median(old)), round(arithmetic.median(new))
            causes = _causes(before.diagnosis, after.diagnosis, name)
            found.append(Regression(name, *medians, causes))
    return tuple(found)


def _good_walls(target: Target, name: PhaseName) -> list[int]:
    return walls_of((run for run in target.runs if run.ended_well([name])), name)


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


def _causes(before: Diagnosis, after: Diagnosis, name: PhaseName) -> tuple[Growth, ...]:
    """What grew most: one line by more than the phase, where another one became faster."""
    return tuple([growth for growth in moved(before, after, name) if growth.grown_ns > 0][:MOST_CAUSES])


def moved(before: Diagnosis, after: Diagnosis, name: PhaseName) -> tuple[Growth, ...]:
    """What of a phase takes longer than it did, or less long (`grown_ns` is then negative), most first.

    What is no longer there is where it was; but a line that is new in a function which others have left is one of
    those, edited.
    """
    old, new = _items(before, name), _items(after, name)
    found = [replace(new[key].growth, grown_ns=new[key].wall_ns - old[key].wall_ns) for key in new if key in old]
    gone = [item for key, item in old.items() if key not in new]
    come = [item for key, item in new.items() if key not in old]
    for item, edited in _edited(gone, come):
        found.append(replace(item.growth, grown_ns=item.wall_ns - (edited.wall_ns if edited else 0)))
        gone = [other for other in gone if other is not edited]
    found += [replace(item.growth, grown_ns=-item.wall_ns) for item in gone]
    relevant = [growth for growth in found if abs(growth.grown_ns) >= CAUSE_NS]
    return tuple(sorted(relevant, key=lambda growth: -abs(growth.grown_ns)))


def _edited(gone: Sequence["_Item"], come: Sequence["_Item"]) -> Iterator[tuple["_Item", "_Item | None"]]:
    """Each new line with the line of the same function that it was, by their order; None for one that was not there."""

    def by_line(items: Sequence["_Item"], function: str) -> list["_Item"]:
        of_function = [item for item in items if item.function == function]
        return sorted(of_function, key=lambda item: item.growth.line or 0)

    for function in dict.fromkeys(item.function for item in come):
        fresh, left = by_line(come, function), by_line(gone, function) if function else []
        yield from zip(fresh, [*left, *[None] * len(fresh)], strict=False)


class _Item(Struct, frozen=True):
    """What a part of a phase's time went into."""

    growth: Growth
    wall_ns: int
    function: str
    """The function of a line of the application's, with its file; empty for an import."""


def _items(diagnosis: Diagnosis, name: PhaseName) -> dict[str, _Item]:
    """What a phase's time went into, by a key that survives the moving of lines."""
    items: dict[str, _Item] = {}
    for line in diagnosis.lines(name):
        key = f"{line.function} {line.what}"
        function = f"{line.function} {line.path}" if line.user and line.function else ""
        item = items.get(key, _Item(Growth(line.what, line.path, line.line, 0), 0, function))
        items[key] = replace(item, wall_ns=item.wall_ns + line.wall_ns)
    return items


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
    if not before.came_up:
        return "its own run did not come up"
    return ""
