"""What a time was: waiting, blocking or computing. Decided here alone, with one threshold.

On a busy machine everything takes longer alike: what computes gets the processor for a part of its time only, and
must not be taken for what waits. Linux counts for how long a thread was ready to run and waited for a processor;
elsewhere, how large that part is shows in what surely computes, the imports of small modules.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec.structs import replace

from lifespan_cli.model import COMPARED, Frame, Phase, PhaseName, Run
from lifespan_cli.model.diagnosis import BusyPhase, Contention

LEAST_NS = 50_000_000
"""Less tells nothing of the machine, and a shorter import is one that has no time to wait."""
FACTOR = 3
"""What computes for less than a third of the time that it could have computed blocks or waits."""
BUSY = 0.2
"""A machine is busy where this share of a phase's time, or more, was lost for want of a processor."""


def contention_of(run: Run, phase: PhaseName = "import", besides: str = "") -> Contention:
    """How much of the processor a run got in a phase, as far as is known without the package `besides`.

    Where the system does not tell what waited for a processor, known are what the tool itself imports, and the
    libraries' small modules; where these took too little time to tell, all of the libraries' modules, of which most
    compute.
    """
    measured = run.phase(phase)
    if measured is not None and measured.delay_ns is not None and measured.cpu_ns is not None:
        return of_times(measured.cpu_ns, measured.delay_ns)
    entries = [one for one in run.imports if not one.user and one.module.partition(".")[0] != besides]
    runtime = run.phase("runtime")
    known = [(runtime.wall_ns, runtime.cpu_ns)] if runtime is not None and runtime.cpu_ns is not None else []
    known += [(one.self_ns, one.self_cpu_ns) for one in entries if one.self_ns < LEAST_NS]
    wall_ns = sum(wall for wall, _ in known)
    if wall_ns > LEAST_NS:
        return Contention(min(sum(cpu for _, cpu in known) / wall_ns, 1.0))
    known += [(one.self_ns, one.self_cpu_ns) for one in entries if one.self_ns >= LEAST_NS]
    return Contention(_median_share(known))


def of_times(cpu_ns: int, delay_ns: int) -> Contention:
    """The contention in a time in which a thread computed, and waited for a processor, for so long."""
    return Contention(cpu_ns / (cpu_ns + delay_ns) if delay_ns > 0 else 1.0)


def left_by(phase: Phase, contention: Contention) -> Contention:
    """The contention that is left in a phase's frames once their delay is taken off: none where that is known."""
    return contention if phase.delay_ns is None else Contention()


def _median_share(known: list[tuple[int, int]]) -> float:
    """The share that half of the wall time had at least; 1 for too little time to tell."""
    left_ns = sum(wall for wall, _ in known) / 2
    if left_ns <= LEAST_NS:
        return 1.0
    for share, wall_ns in sorted((min(cpu / max(wall, 1), 1.0), wall) for wall, cpu in known):
        left_ns -= wall_ns
        if left_ns <= 0:
            return share
    return 1.0


def busy_phases(run: Run) -> Iterator[BusyPhase]:
    """The phases in which the machine had more to do than it could, those that lost most time first."""
    found = []
    for phase in run.phases:
        lost_ns = _lost_ns(run, phase) if phase.name in COMPARED else 0
        if phase.cpu_ns is not None and lost_ns >= max(LEAST_NS, int(BUSY * phase.wall_ns)):
            found.append((lost_ns, BusyPhase(phase.name, phase.wall_ns, phase.cpu_ns)))
    yield from (busy for _, busy in sorted(found, key=lambda one: -one[0]))


def _lost_ns(run: Run, phase: Phase) -> int:
    """For how long a phase waited for a processor; where nobody counts that, the import's is estimated."""
    if phase.delay_ns is not None:
        return phase.delay_ns
    if phase.name != "import" or phase.cpu_ns is None:
        return 0
    share = contention_of(run).share
    return phase.wall_ns - alone_ns(phase.wall_ns, phase.cpu_ns, Contention(share))


def computes(wall_ns: int, cpu_ns: int, contention: Contention) -> bool:
    """Whether the time of a running thread was computing, perhaps in want of a processor, and not a blocking call."""
    return FACTOR * cpu_ns >= contention.share * wall_ns


def kind_of(
    wall_ns: int, waiting_ns: int, cpu_ns: int, contention: Contention
) -> Literal["waiting", "blocking", "computing"]:
    """What most of a time was, of which the event loop was idle for `waiting_ns`."""
    running_ns = wall_ns - waiting_ns
    if waiting_ns >= running_ns:
        return "waiting"
    return "computing" if computes(running_ns, cpu_ns, contention) else "blocking"


def classified(run: Run) -> Run:
    """The run with the kind of every frame."""
    contention = contention_of(run)
    phases = (
        replace(phase, frames=tuple(_classified(frame, left_by(phase, contention)) for frame in phase.frames))
        for phase in run.phases
    )
    return replace(run, phases=tuple(phases))


def _classified(frame: Frame, contention: Contention) -> Frame:
    kind = kind_of(frame.total_ns - frame.delay_ns, frame.waiting_ns, frame.cpu_ns, contention)
    children = tuple(_classified(child, contention) for child in frame.children)
    return replace(frame, kind=kind, children=children)


def waits(wall_ns: int, cpu_ns: int, contention: Contention) -> bool:
    """Whether an import waited for most of its time, and long enough to be worth a word."""
    return wall_ns - cpu_ns > LEAST_NS and not computes(wall_ns, cpu_ns, contention)


def alone_ns(wall_ns: int, cpu_ns: int, contention: Contention) -> int:
    """What would have taken how long with the processor to itself: what it computed, and what it waited."""
    computing_ns = int(cpu_ns / contention.share) if contention.share else wall_ns
    return min(wall_ns, cpu_ns + max(0, wall_ns - computing_ns))
