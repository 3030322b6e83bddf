"""What a busy machine does to times, and what things would have taken without the others, by value."""

import pytest
from trees import MS, busy, imported, run

from lifespan_cli.analysis.contention import alone_ns, pace_of


def test_the_pace_of_a_run_is_that_of_its_small_library_modules():
    assert pace_of(run(imports=busy())) == 0.25
    others = [imported("large", 900, cpu=900), imported("shop", 40, cpu=40, user=True)]
    assert pace_of(run(imports=busy(*others))) == 0.25
    assert pace_of(run(imports=[imported(name, 30, cpu=31) for name in "abc"])) == 1


def test_few_modules_tell_nothing():
    assert pace_of(run()) == pace_of(run(imports=busy()[:1])) == 1


@pytest.mark.parametrize(
    ("wall", "cpu", "at_pace", "alone"),
    [
        (400, 400, 1, 400),
        (400, 100, 1, 400),  # nothing else ran: the rest is waiting
        (400, 100, 0.25, 100),  # all of it is computing, at a quarter of the speed
        (400, 0, 0.25, 400),  # all of it is waiting
        (400, 50, 0.25, 250),  # both
        (400, 300, 0.25, 300),
        (400, 50, 0, 50),
    ],
)
def test_waiting_takes_its_time_and_computing_its_processor_time(wall, cpu, at_pace, alone):
    assert alone_ns(wall * MS, cpu * MS, at_pace) == alone * MS
