"""Exceptions, timeouts and sudden ends → Failure, with the deepest line of the user's code."""

import signal
from collections.abc import Iterable, Iterator

from lifespan_cli.analysis.event_selection import last, one, until_stopped
from lifespan_cli.analysis.tracebacks import UserCode, deepest_line, format_exception, message_of
from lifespan_cli.model import LAST_SEEN, Answer, Call, Failure, Interruption, PhaseName, Restart, Signal, Stack
from lifespan_cli.model.events import (
    Answered,
    Begin,
    Bye,
    End,
    Event,
    Exited,
    Finalized,
    Interrupted,
    LastSeen,
    Raised,
    Restarted,
    Signalled,
    Stacks,
    TimedOut,
)

MAIN_THREAD = "MainThread"
"""The probe's and the dump's name of the thread that the loop runs in."""


def failures_of(events: tuple[Event, ...], user: UserCode) -> Iterator[Failure]:
    """Everything that went wrong, in its order; what followed an interrupt is the user's doing."""
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


def answers_of(events: Iterable[Event], user: UserCode) -> Iterator[Answer]:
    """What the application answered to each request."""
    for event in events:
        if isinstance(event, Answered):
            failure = None if event.exception is None else _failure(Raised("request", event.exception), user)
            yield Answer(event.path, event.status, event.complete, event.wall_ns, event.again_ns, failure)


def restart_of(events: Iterable[Event], user: UserCode) -> Restart | None:
    """The second life, where there was one."""
    event = last(events, Restarted)
    if event is None:
        return None
    failure = None if event.exception is None else _failure(Raised("restart", event.exception), user)
    said = [message for kind, message in event.outcomes if kind.endswith(".failed")]
    startup, shutdown = event.phases.get("startup", "skipped"), event.phases.get("shutdown", "skipped")
    return Restart(startup, shutdown, said[0] if said else None, failure, event.wall_ns)


def signals_of(events: Iterable[Event], user: UserCode) -> Iterator[Signal]:
    """The signals that a server would have shut down for, until we had the application stopped ourselves."""
    for event in until_stopped(events):
        if isinstance(event, Signalled) and event.phase in ("startup", "hold", "request"):
            calls = [Call(function, user.absolute(path), line) for function, path, line in reversed(event.calls)]
            path, line = user.deepest(calls)
            yield Signal(signal.Signals(event.number).name, event.phase, path, line)


def interruption_of(events: tuple[Event, ...], user: UserCode) -> Interruption | None:
    """Where the application was when it was interrupted, if it was."""
    index = next((index for index, event in enumerate(events) if isinstance(event, Interrupted)), None)
    if index is None:
        return None
    before = [event for event in events[:index] if isinstance(event, Begin | End)]
    phase = before[-1].phase if before and isinstance(before[-1], Begin) else None
    told = next((event for event in events[index:] if isinstance(event, Stacks)), None)
    stacks = _decisive_first(_stacks(told, user), told is not None and told.waiting, user)
    return Interruption(phase, stacks)


def _failure(event: Raised, user: UserCode) -> Failure:
    tree = event.exception
    path, line = deepest_line(tree, user)
    return Failure(
        phase=event.phase,
        type=tree["type"],
        message=message_of(tree),
        traceback=format_exception(tree, user),
        path=path,
        line=line,
        missing_module=tree.get("missing"),
        from_probe=event.from_probe,
        kind=event.kind,
    )


def _timeout(event: TimedOut, later: tuple[Event, ...], user: UserCode) -> Failure:
    told = next((entry for entry in later if isinstance(entry, Stacks)), None)
    stacks = _decisive_first(_stacks(told, user), told is not None and told.waiting, user)
    path, line = user.deepest([call for stack in stacks[:1] for call in stack.calls])
    return Failure(
        phase=event.phase,
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
        own = tuple(user.without_ours([Call(function, user.absolute(path), line) for function, path, line in calls]))
        if own:  # the others are threads of the probe
            found.append(Stack(kind, name, own))
    return tuple(found)


def _decisive_first(stacks: tuple[Stack, ...], waiting: bool, user: UserCode) -> tuple[Stack, ...]:
    """The stack that tells what the time went into comes first: of a loop that is not idle, what its thread executes.

    A task's own stack ends where it was last suspended: of one that blocks the loop it does not show the call.
    """
    busy = [] if waiting else [stack for stack in stacks if stack.kind == "thread" and stack.name == MAIN_THREAD]
    if not busy or (user.deepest(busy[0].calls)[0] is None and user.deepest(stacks[0].calls)[0] is not None):
        return stacks
    return (busy[0], *(stack for stack in stacks if stack is not busy[0]))


def _abrupt_end(events: tuple[Event, ...], user: UserCode) -> Failure | None:
    """The process went before the interpreter had ended by itself, or with an exit code that is not the probe's."""
    exited = one(events, Exited)
    said = any(isinstance(event, Raised) and event.kind == "exit" for event in events)
    left = last(events, Finalized) is not None
    if exited.killed or (exited.signal is None and (said or (exited.code == 0 and left))):
        return None
    told, seen = last(events, Stacks), last(events, LastSeen)
    if told is None and seen is not None:
        told = Stacks(exited.at_ns, (("thread", LAST_SEEN, seen.calls),))
    stacks = _stacks(told, user)
    path, line = user.deepest([call for stack in stacks[:1] for call in stack.calls])
    begun = [event for event in events if isinstance(event, Begin | Bye)]
    phase: PhaseName = "boot" if not begun else begun[-1].phase if isinstance(begun[-1], Begin) else "exit"
    return Failure(
        phase=phase,
        type="signal" if exited.signal is not None else "exit",
        message=f"signal {exited.signal}" if exited.signal is not None else f"exit code {exited.code}",
        traceback="",
        path=path,
        line=line,
        kind="signal" if exited.signal is not None else "exit",
        stacks=stacks,
    )
