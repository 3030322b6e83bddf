"""What is left over in real processes, beyond the codes and lines that the folder of applications holds."""

import re

import pytest
from conftest import Check

pytestmark = pytest.mark.versions


@pytest.mark.parametrize(
    ("app", "name"),
    [
        ("leaves_a_process_of_multiprocessing", "ForkProcess-1"),
        ("leaves_a_process_of_a_fork_server", "ForkServerProcess-1"),
        ("leaves_a_process_that_was_spawned", "SpawnProcess-1"),
    ],
)
def test_a_process_of_multiprocessing_has_its_name_there(app: str, name: str, check: Check):
    outcome = check(f"{app}:app", "--select=LS303", "--exit-timeout", "1")

    (message,) = [finding.message for finding in outcome.target.findings]
    assert re.fullmatch(rf"child process {name} still runs after shutdown: sleep, pid \d+", message)
