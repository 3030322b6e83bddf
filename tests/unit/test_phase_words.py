"""How a phase ended, in the words that every output shares."""

import pytest
from msgspec.structs import replace
from reports import HUNG_TARGET

from lifespan_cli.model import Interruption
from lifespan_cli.output.phases import status_of, status_words


@pytest.mark.parametrize(
    ("status", "alone", "after_its_name"),
    [
        ("timeout", "timed out", "timed out"),
        ("unsupported", "not supported", "not supported"),
        ("killed", "killed", "was killed"),
        ("crashed", "crashed", "crashed"),
        ("interrupted", "interrupted", "interrupted"),
    ],
)
def test_status_words(status, alone, after_its_name):
    assert status_words(status) == alone
    assert status_words(status, verb=True) == after_its_name


def test_a_phase_that_the_user_ended_is_interrupted_and_no_other():
    run = HUNG_TARGET.runs[0]
    phase = replace(run.phases[-1], status="killed")
    assert status_of(phase, run) == "killed"
    assert status_of(phase, replace(run, interruption=Interruption(phase.name, ()))) == "interrupted"
    assert status_of(phase, replace(run, interruption=Interruption("import", ()))) == "killed"
