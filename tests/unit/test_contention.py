"""What a busy machine does to times, and what things would have taken without the others, by value."""

import pytest
from msgspec.structs import replace
from trees import MS, busy, imported, phase, run

from lifespan_cli.analysis.contention import alone_ns, contention_of, kind_of, waits
from lifespan_cli.model.diagnosis import Contention


def share(*imports, phases=(), besides=""):
    return contention_of(run(*phases, imports=imports), besides).share


def test_small_modules_of_libraries_show_how_busy_the_machine_is():
    assert share(*busy()) == 0.25
    others = [imported("large", 900, cpu=900), imported("shop", 40, cpu=40, user=True)]
    assert share(*busy(*others)) == 0.25
    assert share(*(imported(name, 30, cpu=31) for name in "abc")) == 1


def test_what_the_tool_imports_shows_it_too():
    runtime = replace(phase("runtime", 60), cpu_ns=15 * MS)
    assert share(phases=[runtime]) == 0.25


def test_few_small_modules_leave_it_to_most_of_the_large_ones():
    large = [imported("a", 300, cpu=90), imported("b", 400, cpu=120), imported("waits", 200, cpu=2)]
    assert share(*large) == 0.3
    assert share(*large, besides="b") == 0.3
    assert share(imported("waits", 900, cpu=2), besides="waits") == 1


def test_little_time_tells_nothing():
    assert share() == share(*busy()[:1]) == 1


@pytest.mark.parametrize(
    ("wall", "waiting", "cpu", "at_share", "kind"),
    [
        (100, 50, 50, 1, "waiting"),
        (100, 49, 17, 1, "computing"),
        (100, 0, 33, 1, "blocking"),
        (100, 0, 34, 1, "computing"),
        (100, 0, 9, 0.25, "computing"),  # starved, but not blocked
        (100, 0, 8, 0.25, "blocking"),
        (100, 0, 0, 0.01, "blocking"),
    ],
)
def test_what_a_time_was_is_judged_by_what_it_could_have_computed(wall, waiting, cpu, at_share, kind):
    assert kind_of(wall * MS, waiting * MS, cpu * MS, Contention(at_share)) == kind


def test_an_import_that_is_short_or_only_slowed_down_does_not_wait():
    assert waits(100 * MS, 30 * MS, Contention())
    assert not waits(100 * MS, 30 * MS, Contention(0.5))
    assert not waits(40 * MS, 0, Contention())


@pytest.mark.parametrize(
    ("wall", "cpu", "at_share", "alone"),
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
def test_waiting_takes_its_time_and_computing_its_processor_time(wall, cpu, at_share, alone):
    assert alone_ns(wall * MS, cpu * MS, Contention(at_share)) == alone * MS
