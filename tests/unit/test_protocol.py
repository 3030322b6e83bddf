"""The lifespan protocol by value: every script of messages leads to the state that the specification has for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifespan_cli.probe.lifespan.protocol import (
    OUTCOMES,
    SHUTDOWN,
    SHUTDOWN_COMPLETE,
    SHUTDOWN_FAILED,
    STARTUP,
    STARTUP_COMPLETE,
    STARTUP_FAILED,
    Protocol,
    UnexpectedMessageError,
)

RECEIVE, STOP = "receive", "stop"
"""Steps of a script beside the messages that the application sends."""


def after(*steps: str) -> Protocol:
    """The protocol after these steps, what `send` raised left aside."""
    protocol = Protocol()
    for step in steps:
        take(protocol, step)
    return protocol


def take(protocol: Protocol, step: str) -> str:
    """Take one step; what was received, or why a message was refused."""
    if step == RECEIVE:
        return protocol.receive()
    if step == STOP:
        protocol.stop()
        return ""
    try:
        protocol.send(step)
    except UnexpectedMessageError as error:
        return str(error)
    return ""


UP = (RECEIVE, STARTUP_COMPLETE)
ASKED = (*UP, STOP, RECEIVE)


@pytest.mark.parametrize(
    ("steps", "state", "phase"),
    [
        ((), "starting", "startup"),
        ((RECEIVE,), "starting", "startup"),
        ((RECEIVE, STOP), "starting", "startup"),
        ((RECEIVE, STARTUP_FAILED), "start-failed", "startup"),
        (UP, "up", "hold"),
        ((STARTUP_COMPLETE,), "up", "hold"),
        ((*UP, SHUTDOWN_COMPLETE), "up", "hold"),
        ((*UP, STOP), "stopping", "shutdown"),
        ((*UP, STOP, SHUTDOWN_FAILED), "stopping", "shutdown"),
        (ASKED, "asked", "shutdown"),
        ((*ASKED, SHUTDOWN_COMPLETE), "stopped", "shutdown"),
        ((*ASKED, SHUTDOWN_FAILED), "stop-failed", "shutdown"),
        ((*ASKED, SHUTDOWN_COMPLETE, SHUTDOWN_FAILED), "stopped", "shutdown"),
        ((STARTUP_COMPLETE, STOP, RECEIVE, RECEIVE), "asked", "shutdown"),
    ],
)
def test_steps_lead_to_a_state_of_a_phase(steps, state, phase):
    protocol = after(*steps)

    assert (protocol.state, protocol.phase) == (state, phase)


@pytest.mark.parametrize(
    ("steps", "message", "says"),
    [
        ((), "lifespan.startup", "unknown message type 'lifespan.startup'"),
        ((), SHUTDOWN_COMPLETE, "lifespan.shutdown.complete before startup was complete"),
        ((STARTUP_FAILED,), SHUTDOWN_FAILED, "lifespan.shutdown.failed before startup was complete"),
        ((STARTUP_FAILED,), STARTUP_COMPLETE, "lifespan.startup.complete after startup.failed: one outcome only"),
        (UP, STARTUP_FAILED, "lifespan.startup.failed after startup.complete: one outcome only"),
        ((*ASKED, SHUTDOWN_COMPLETE), SHUTDOWN_FAILED, "shutdown.failed after shutdown.complete: one outcome only"),
        ((*ASKED, SHUTDOWN_FAILED), SHUTDOWN_COMPLETE, "shutdown.complete after shutdown.failed: one outcome only"),
    ],
)
def test_a_message_that_no_server_accepts_says_why(steps, message, says):
    protocol = after(*steps)
    state = protocol.state

    with pytest.raises(UnexpectedMessageError, match=says):
        protocol.send(message)
    assert protocol.state == state


@pytest.mark.parametrize(
    ("steps", "error", "status", "ending"),
    [
        ((), ValueError, "unsupported", "refused"),
        ((), UnicodeError, "crashed", "raised"),
        ((RECEIVE,), ValueError, "crashed", "raised"),
        (("nonsense",), ValueError, "crashed", "raised"),
        ((), None, "failed", "returned"),
        (UP, None, "ok", "returned"),
        ((*UP, STOP), None, "failed", "returned"),
        (UP, KeyError, "crashed", "raised"),
    ],
)
def test_the_end_of_the_callable_gives_its_phase_a_status(steps, error, status, ending):
    protocol = after(*steps)

    assert (protocol.end(error), protocol.ending, protocol.ended_in) == (status, ending, protocol.phase)
    assert protocol.silent == (steps == () and error is None)


STEPS = st.lists(st.sampled_from([RECEIVE, STOP, *OUTCOMES, "lifespan.startup"]), max_size=12)


@given(STEPS)
def test_no_script_receives_or_settles_anything_twice(script):
    protocol, received, settled = Protocol(), [], []
    for step in script:
        settles = step in OUTCOMES and protocol.settles(step)
        said = take(protocol, step)
        if step == RECEIVE and said:
            received.append(said)
        if settles:
            assert said == ""
            settled.append(step)

    assert received == [STARTUP, SHUTDOWN][: len(received)]
    assert [kind.rpartition(".")[0] for kind in settled] == [STARTUP, SHUTDOWN][: len(settled)]
    assert (SHUTDOWN in received) == (protocol.state in ("asked", "stopped", "stop-failed"))
    assert protocol.has_stopped_or_failed == (len(settled) == 2)


@given(STEPS, st.sampled_from(OUTCOMES))
def test_a_message_is_refused_if_and_only_if_a_fault_is_named(script, message):
    protocol = after(*script)
    fault = protocol.fault(message)

    assert take(protocol, message) == fault
    assert not (fault and protocol.settles(message))
