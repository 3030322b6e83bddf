"""Begin and End → Phase: the times of each phase, also of one that the end of the process cut short."""

from collections.abc import Iterator

from msgspec.structs import replace

from lifespan_cli.analysis.event_selection import last, one
from lifespan_cli.model import PHASES, Failure, Phase, Status
from lifespan_cli.model.events import Begin, Bye, End, Event, Exited, Hello, Interrupted

OPTIONAL = ("preload", "request", "restart")
"""Phases that are there only when they are asked for."""


def phases_of(events: tuple[Event, ...], spawned_ns: int, failures: tuple[Failure, ...]) -> tuple[Phase, ...]:
    """Every phase up to exit, in order; those that the run did not come to are skipped."""
    measured: dict[str, Phase] = {}
    for phase in _spans(events, spawned_ns):
        if phase.name == "restart":  # what lies between the two lives is not the process's end
            measured.pop("exit", None)
        earlier = measured.get(phase.name)
        measured[phase.name] = _joined(earlier, phase) if earlier else phase
    for failure in failures:  # a phase that is still open when the process goes was ended by that
        if failure.phase in measured and failure.kind == "timeout":
            measured[failure.phase] = replace(measured[failure.phase], status="timeout")
    at_ns = max((phase.at_ns + phase.wall_ns for phase in measured.values()), default=0)
    skipped: dict[str, Phase] = {
        name: Phase(name, "skipped", at_ns, 0, None, None) for name in PHASES if name not in OPTIONAL
    }
    merged: dict[str, Phase] = {**skipped, **measured}
    return tuple(merged[name] for name in PHASES if name in merged)


def _joined(first: Phase, second: Phase) -> Phase:
    """Two stretches of one phase: an async factory is called before the event loop runs and finished in it."""
    cpu = [phase.cpu_ns for phase in (first, second) if phase.cpu_ns is not None]
    rss = [phase.rss_delta_bytes for phase in (first, second) if phase.rss_delta_bytes is not None]
    status = first.status if second.status == "ok" else second.status
    return replace(
        first,
        status=status,
        wall_ns=first.wall_ns + second.wall_ns,
        cpu_ns=sum(cpu) if cpu else None,
        rss_delta_bytes=sum(rss) if rss else None,
    )


def _spans(events: tuple[Event, ...], spawned_ns: int) -> Iterator[Phase]:
    exited = one(events, Exited)
    lost: Status = "killed" if exited.signal is not None or last(events, Bye) is None else "ok"
    begun: Begin | None = Begin("boot", spawned_ns, 0, None)
    stopped = False
    for event in events:
        if isinstance(event, Hello) and begun is not None:
            first = event.rss_bytes
            yield Phase("boot", "ok", 0, event.at_ns - spawned_ns, event.cpu_ns, first)
            begun = None
        elif isinstance(event, Begin):
            begun = event
        elif isinstance(event, Bye) and begun is None:
            begun = Begin("exit", event.at_ns, event.cpu_ns, event.rss_bytes)
        elif isinstance(event, Interrupted):
            stopped = True
        elif isinstance(event, End) and begun is not None and begun.phase == event.phase:
            # what ends badly once the user stopped it did not fail: it was cut
            status: Status = "killed" if stopped and event.status != "ok" else event.status
            yield _phase(begun, status, event.at_ns, event.cpu_ns, event.rss_bytes, spawned_ns)
            begun = None
    if begun is not None:
        bye = last(events, Bye)
        cpu_ns, rss_bytes = (bye.cpu_ns, bye.rss_bytes) if bye else (None, None)
        yield _phase(begun, lost, exited.at_ns, cpu_ns, rss_bytes, spawned_ns)


def _phase(begun: Begin, status: Status, at_ns: int, cpu_ns: int | None, rss: int | None, spawned_ns: int) -> Phase:
    return Phase(
        name=begun.phase,
        status=status,
        at_ns=begun.at_ns - spawned_ns,
        wall_ns=at_ns - begun.at_ns,
        # never below zero: the clocks of the process and of the probe's own thread are not read at the same instant
        cpu_ns=None if cpu_ns is None else max(0, cpu_ns - begun.cpu_ns),
        rss_delta_bytes=None if rss is None or begun.rss_bytes is None else rss - begun.rss_bytes,
    )
