"""Events → Run: one run's wire lines and the parent's own observations become one frozen value. Pure, no process."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar, cast

from lifespan_cli.calltrees import blocks_of, frames_of
from lifespan_cli.events import (
    Begin,
    Behaved,
    Blocked,
    Bye,
    Called,
    Compiled,
    Dropped,
    End,
    Event,
    Exited,
    Found,
    Hello,
    Identified,
    Imported,
    Interrupted,
    Passed,
    Raised,
    Sampled,
    Spanned,
    Spawned,
    Stacks,
    TimedOut,
)
from lifespan_cli.report import (
    PHASES,
    Application,
    Call,
    Compilations,
    Conduct,
    Environment,
    Exit,
    Failure,
    Framework,
    Import,
    Message,
    Phase,
    PhaseName,
    Run,
    Shape,
    Span,
    Stack,
    Status,
)
from lifespan_cli.tracebacks import UserCode, deepest_line, format_exception, message_of

E = TypeVar("E")


def assemble(events: tuple[Event, ...]) -> Run:
    """The run that these events tell of; they begin with `Spawned` and end with `Exited`."""
    events = tuple(_without_aftermath(events))
    spawned_ns = _one(events, Spawned).at_ns
    exited = _one(events, Exited)
    user = user_code(events)
    failures = tuple(_failures(events, user))
    return Run(
        phases=tuple(_with_calls(phase, events, user, spawned_ns) for phase in _phases(events, spawned_ns, failures)),
        imports=tuple(_imports(events, user, spawned_ns)),
        messages=tuple(_message(event, spawned_ns) for event in _until_stopped(events) if isinstance(event, Passed)),
        failures=failures,
        leftovers=(),
        exit=Exit(exited.code, exited.signal),
        application=_application(events),
        conduct=_conduct(events),
        output=exited.output,
        dropped_messages=sum(event.count for event in events if isinstance(event, Dropped)),
        compilations=_compilations(events, user),
    )


def environment(events: tuple[Event, ...], reason: str, backend: str) -> Environment:
    """Where the target ran."""
    hello = _last(events, Hello)
    identified = _last(events, Identified) or Identified(backend, None, {})
    return Environment(
        python=hello.python if hello else "",
        executable=hello.executable if hello else "",
        platform=hello.platform if hello else "",
        backend=identified.backend,
        framework=Framework(*identified.framework) if identified.framework else None,
        packages=identified.packages,
        executable_reason=reason,
    )


def interrupted(events: tuple[Event, ...]) -> bool:
    """The user stopped the run; what the application did afterwards is not its fault."""
    return _last(events, Interrupted) is not None


def user_code(events: Iterable[Event]) -> UserCode:
    """Which files are the user's: none of the interpreter's or its packages', but those of the target's own package."""
    hello, found = _last(events, Hello), _last(events, Found)
    return UserCode(hello.library if hello else (), hello.ours if hello else (), found.path if found else None)


def _without_aftermath(events: Iterable[Event]) -> Iterator[Event]:
    """All but what the application did once its process or loop had been ended: it is cancelled then by that."""
    ended = False
    for event in events:
        if not (ended and isinstance(event, Passed | Raised)):
            yield event
        ended = ended or (isinstance(event, Raised) and event.kind != "exception")


def _last(events: Iterable[Event], kind: type[E]) -> E | None:
    return next((event for event in reversed(tuple(events)) if isinstance(event, kind)), None)


def _one(events: tuple[Event, ...], kind: type[E]) -> E:
    found = _last(events, kind)
    if found is None:
        raise ValueError(f"no {kind.__name__} among the events")
    return found


# phases


def _phases(events: tuple[Event, ...], spawned_ns: int, failures: tuple[Failure, ...]) -> tuple[Phase, ...]:
    """Every phase up to exit, in order; those that the run did not come to are skipped."""
    measured: dict[str, Phase] = {}
    for phase in _spans(events, spawned_ns):
        earlier = measured.get(phase.name)
        measured[phase.name] = _joined(earlier, phase) if earlier else phase
    for failure in failures:  # a phase that is still open when the process goes was ended by that
        if failure.phase in measured and failure.kind == "timeout":
            measured[failure.phase] = replace(measured[failure.phase], status="timeout")
    at_ns = max((phase.at_ns + phase.wall_ns for phase in measured.values()), default=0)
    skipped: dict[str, Phase] = {
        name: Phase(name, "skipped", at_ns, 0, None, None) for name in PHASES if name != "preload"
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
    exited = _one(events, Exited)
    lost: Status = "killed" if exited.signal is not None or _last(events, Bye) is None else "ok"
    begun: Begin | None = Begin("boot", spawned_ns, 0, None)
    for event in events:
        if isinstance(event, Hello) and begun is not None:
            first = event.rss_bytes
            yield Phase("boot", "ok", 0, event.at_ns - spawned_ns, event.cpu_ns, first)
            begun = None
        elif isinstance(event, Begin):
            begun = event
        elif isinstance(event, Bye) and begun is None:
            begun = Begin("exit", event.at_ns, event.cpu_ns, event.rss_bytes)
        elif isinstance(event, End) and begun is not None and begun.phase == event.phase:
            yield _phase(begun, cast("Status", event.status), event.at_ns, event.cpu_ns, event.rss_bytes, spawned_ns)
            begun = None
    if begun is not None:
        bye = _last(events, Bye)
        cpu_ns, rss_bytes = (bye.cpu_ns, bye.rss_bytes) if bye else (None, None)
        yield _phase(begun, lost, exited.at_ns, cpu_ns, rss_bytes, spawned_ns)


def _phase(begun: Begin, status: Status, at_ns: int, cpu_ns: int | None, rss: int | None, spawned_ns: int) -> Phase:
    return Phase(
        name=cast("PhaseName", begun.phase),
        status=status,
        at_ns=begun.at_ns - spawned_ns,
        wall_ns=at_ns - begun.at_ns,
        cpu_ns=None if cpu_ns is None else cpu_ns - begun.cpu_ns,
        rss_delta_bytes=None if rss is None or begun.rss_bytes is None else rss - begun.rss_bytes,
    )


# where the time went


def _with_calls(phase: Phase, events: tuple[Event, ...], user: UserCode, spawned_ns: int) -> Phase:
    """The phase with its call tree, its blocks and its context managers."""
    sampled = [event for event in events if isinstance(event, Sampled) and event.phase == phase.name]
    blocked = [event for event in events if isinstance(event, Blocked) and event.phase == phase.name]
    spanned = [event for event in events if isinstance(event, Spanned) and event.phase == phase.name]
    return replace(
        phase,
        frames=frames_of(sampled, user, spawned_ns),
        blocks=blocks_of(blocked, user, spawned_ns),
        spans=tuple(
            Span(
                kind="enter" if event.kind == "enter" else "exit",
                name=event.name,
                path=user.absolute(event.path),
                line=event.line,
                at_ns=event.at_ns - spawned_ns,
                wall_ns=event.wall_ns,
            )
            for event in spanned
        ),
    )


def _imports(events: tuple[Event, ...], user: UserCode, spawned_ns: int) -> Iterator[Import]:
    rows = (row for event in events if isinstance(event, Imported) for row in event.rows)
    for module, phase, at, wall, own, cpu, own_cpu, depth, parent, path, line, failed, file in rows:
        asked = path is not None and not user.is_ours(path)
        yield Import(
            module=module,
            self_ns=own,
            total_ns=wall,
            depth=depth,
            parent=parent,
            path=user.absolute(path) if asked else None,
            line=line if asked else None,
            phase=phase,
            at_ns=at - spawned_ns,
            cpu_ns=cpu,
            self_cpu_ns=own_cpu,
            failed=failed,
            user=file is not None and user.is_user(file),
            file=file,
        )


def _compiled_for_the_application(events: tuple[Event, ...]) -> Iterator[Compiled]:
    """Those of every phase but the tool's own."""
    phase = ""
    for event in events:
        if isinstance(event, Begin):
            phase = event.phase
        elif isinstance(event, Compiled) and phase != "runtime":
            yield event


def _compilations(events: tuple[Event, ...], user: UserCode) -> Compilations | None:
    compiled = list(_compiled_for_the_application(events))
    rows = [row for event in compiled for row in event.rows if not user.is_ours(row[0])]
    if not rows:
        return None
    slowest = [path for path, _ in sorted(rows, key=lambda row: -row[1])[:5]]
    reason = "first run"
    if any(event.dont_write for event in compiled):
        reason = "PYTHONDONTWRITEBYTECODE"
    elif not os.access(os.path.dirname(slowest[0]), os.W_OK):  # noqa: PTH120
        reason = "read-only"
    return Compilations(len(rows), sum(wall_ns for _, wall_ns in rows), reason, tuple(slowest))


# what the application said and was


def _until_stopped(events: tuple[Event, ...]) -> Iterator[Event]:
    """The events before we had the application stopped: what it says when it is cancelled is no fault of its own."""
    for event in events:
        if isinstance(event, TimedOut | Interrupted):
            return
        yield event


def _message(event: Passed, spawned_ns: int) -> Message:
    return Message(
        direction="receive" if event.direction == "receive" else "send",
        type=event.type,
        phase=cast("PhaseName", event.phase),
        at_ns=event.at_ns - spawned_ns,
        message=event.message,
        python_type=event.python_type,
        fields=event.fields,
    )


def _application(events: tuple[Event, ...]) -> Application | None:
    found, called = _last(events, Found), _last(events, Called)
    if found is None:
        return None
    shape = found.shape if called is None or called.awaitable else "other"
    return Application(
        shape=cast("Shape", shape),
        type=found.type,
        name=found.name,
        path=found.path,
        line=found.line,
        attribute=found.attribute,
        returns_coroutine=called is not None and called.awaitable,
        returned=None if called is None or called.awaitable else called.type,
        names=found.names,
        apps=found.apps,
    )


def _conduct(events: tuple[Event, ...]) -> Conduct:
    behaved = _last(events, Behaved)
    if behaved is None:
        return Conduct()
    return Conduct(
        state_replaced=behaved.state_replaced,
        bad_state_keys=behaved.bad_state_keys,
        returned=behaved.returned,
        swallowed_cancellation=behaved.swallowed_cancellation,
        ended_in=cast("PhaseName | None", behaved.ended_in),
        cancelled=behaved.cancelled,
    )


# failures


def _failures(events: tuple[Event, ...], user: UserCode) -> Iterator[Failure]:
    stopped = False
    for index, event in enumerate(events):
        if isinstance(event, Interrupted):
            stopped = True
        elif isinstance(event, TimedOut) and not stopped:
            stopped = True
            yield _timeout(event, events[index:], user)
        elif isinstance(event, Raised) and not stopped:
            yield _failure(event, user)
    if not stopped and (ended := _abrupt_end(events, user)):
        yield ended


def _failure(event: Raised, user: UserCode) -> Failure:
    tree = event.exception
    path, line = deepest_line(tree, user)
    return Failure(
        phase=cast("PhaseName", event.phase),
        type=tree["type"],
        message=message_of(tree),
        traceback=format_exception(tree, user),
        path=path,
        line=line,
        missing_module=tree.get("missing"),
        from_probe=event.from_probe,
        kind="exit" if event.kind == "exit" else "lost" if event.kind == "lost" else "exception",
    )


def _timeout(event: TimedOut, later: tuple[Event, ...], user: UserCode) -> Failure:
    told = next((entry for entry in later if isinstance(entry, Stacks)), None)
    stacks = _stacks(told, user)
    path, line = user.deepest([call for stack in stacks[:1] for call in stack.calls])
    return Failure(
        phase=cast("PhaseName", event.phase),
        type="TimeoutError",
        message=f"no end after {event.limit_ns / 1e9:g} s",
        traceback="",
        path=path,
        line=line,
        kind="timeout",
        stacks=stacks,
    )


def _stacks(told: Stacks | None, user: UserCode) -> tuple[Stack, ...]:
    found = []
    for kind, name, calls in told.stacks if told else ():
        own = tuple(
            Call(function, user.absolute(path), line) for function, path, line in calls if not user.is_ours(path)
        )
        if own:  # the others are threads of the probe
            found.append(Stack("task" if kind == "task" else "thread", name, own))
    return tuple(found)


def _abrupt_end(events: tuple[Event, ...], user: UserCode) -> Failure | None:
    """The process went without the probe's last word, by a signal, or with an exit code that is not the probe's."""
    exited = _one(events, Exited)
    said = any(isinstance(event, Raised) and event.kind == "exit" for event in events)
    left = _last(events, Bye) is not None
    if exited.killed or (exited.signal is None and (said or (exited.code == 0 and left))):
        return None
    stacks = _stacks(_last(events, Stacks), user)
    path, line = user.deepest([call for stack in stacks[:1] for call in stack.calls])
    begun = [event for event in events if isinstance(event, Begin | Bye)]
    phase = "boot" if not begun else begun[-1].phase if isinstance(begun[-1], Begin) else "exit"
    return Failure(
        phase=cast("PhaseName", phase),
        type="signal" if exited.signal is not None else "exit",
        message=f"signal {exited.signal}" if exited.signal is not None else f"exit code {exited.code}",
        traceback="",
        path=path,
        line=line,
        kind="signal" if exited.signal is not None else "exit",
        stacks=stacks,
    )
