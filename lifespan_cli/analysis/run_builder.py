"""Events → Run: one run's wire lines and the parent's own observations become one value. No process.

Of the file system only this is asked: the text of source lines, and whether bytecode could be written beside them.
"""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from lifespan_cli.analysis.application import (
    application_of,
    handlers_of,
    layers_of,
)
from lifespan_cli.analysis.event_selection import last, one, until_stopped
from lifespan_cli.analysis.failures import answers_of, failures_of, interruption_of, restart_of, signals_of
from lifespan_cli.analysis.leftovers import leftovers_of
from lifespan_cli.analysis.own_threads import without_own_threads
from lifespan_cli.analysis.phase_details import compilations_of, imports_of, with_calls
from lifespan_cli.analysis.phases import phases_of
from lifespan_cli.analysis.tracebacks import UserCode
from lifespan_cli.model import Application, Conduct, Environment, Exit, Framework, Message, NotMeasured, Run
from lifespan_cli.model.events import (
    Dropped,
    Event,
    Exited,
    Hello,
    Identified,
    Interrupted,
    Raised,
    Shadowed,
    Spawned,
)
from lifespan_cli.probe import internals


def build_run(events: tuple[Event, ...]) -> Run:
    """The run that these events tell of; they begin with `Spawned` and end with `Exited`."""
    events = tuple(_without_aftermath(events))
    spawned_ns = one(events, Spawned).at_ns
    exited = one(events, Exited)
    user = user_code(events)
    failures = tuple(failures_of(events, user))
    return Run(
        phases=tuple(with_calls(phase, events, user, spawned_ns) for phase in phases_of(events, spawned_ns, failures)),
        imports=tuple(imports_of(events, user, spawned_ns)),
        messages=tuple(
            replace(event, at_ns=event.at_ns - spawned_ns)
            for event in until_stopped(events)
            if isinstance(event, Message)
        ),
        failures=failures,
        leftovers=leftovers_of(events, user),
        exit=Exit(exited.code, exited.signal),
        application=application_of(events),
        conduct=last(events, Conduct) or Conduct(),
        output=without_own_threads(exited.output, user),
        dropped_messages=sum(event.count for event in events if isinstance(event, Dropped)),
        handlers=tuple(handlers_of(events, user)),
        answers=tuple(answers_of(events, user)),
        restart=restart_of(events, user),
        interruption=interruption_of(events, user),
        layers=tuple(layers_of(events, user)),
        signals=tuple(signals_of(events, user)),
        compilations=compilations_of(events, user),
        not_measured=tuple(event for event in events if isinstance(event, NotMeasured)),
        shadowed=tuple(row for event in events if isinstance(event, Shadowed) for row in event.rows),
    )


def environment(events: tuple[Event, ...], reason: str, backend: str, machine: str) -> Environment:
    """Where the target ran. `reason` says why this interpreter was taken, `machine` what times depend on there."""
    hello = last(events, Hello)
    identified = last(events, Identified) or Identified(backend, None, {})
    return Environment(
        python=hello.python if hello else "",
        executable=hello.executable if hello else "",
        platform=hello.platform if hello else "",
        backend=identified.backend,
        framework=Framework(*identified.framework) if identified.framework else None,
        packages=identified.packages,
        executable_reason=reason,
        machine=machine,
        free_threaded=hello.free_threaded if hello else False,
        newest_tested="{}.{}".format(*internals.NEWEST),
    )


def was_interrupted(events: tuple[Event, ...]) -> bool:
    """The user stopped the run; what the application did afterwards is not its fault."""
    return last(events, Interrupted) is not None


def user_code(events: Iterable[Event]) -> UserCode:
    """Which files are the user's: none of the interpreter's or its packages', but those of the target's own package."""
    hello, found = last(events, Hello), last(events, Application)
    return UserCode(hello.library if hello else (), hello.ours if hello else (), found.path if found else None)


def _without_aftermath(events: Iterable[Event]) -> Iterator[Event]:
    """All but what the application did once its process or loop had been ended: it is cancelled then by that."""
    ended = False
    for event in events:
        if not (ended and isinstance(event, Message | Raised)):
            yield event
        ended = ended or (isinstance(event, Raised) and event.kind != "exception")
