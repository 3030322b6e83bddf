"""Whether the application ended in the step that sent its outcome."""

import pytest
from conftest import Check

pytestmark = pytest.mark.versions


@pytest.mark.parametrize(
    ("name", "at_once"),
    [
        ("crashes_after_startup", True),
        ("returns_after_startup", True),
        ("complete_twice", True),
        ("crashes_while_up", False),
        ("clean", False),
        ("startup_crashes", False),
    ],
)
def test_an_end_in_the_step_that_sent_the_outcome_is_told(name, at_once, check: Check):
    assert check(f"{name}:app", "--hold", "0.5").run.conduct.ended_at_once is at_once
