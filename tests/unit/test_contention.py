"""What a busy machine does to times, and what things would have taken without the others, by value."""

import pytest
from msgspec.structs import replace
from trees import MS, busy, imported, phase, run

from lifespan_cli.analysis.contention import alone_ns, busy_phases, contention_of, kind_of, left_by, waits
from lifespan_cli.model.diagnosis import BusyPhase, Contention


def share(*imports, phases=(), besides=""):
    return contention_of(run(*phases, imports=imports), "import", besides).share


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


def test_what_the_system_counts_is_no_estimate():
    importing = replace(phase("import", 1000), cpu_ns=300 * MS, delay_ns=600 * MS)
    found = run(importing, imports=[imported(name, 30, cpu=31) for name in "abc"])
    assert contention_of(found).share == pytest.approx(1 / 3)
    assert contention_of(found, "startup").share == 1
    assert left_by(importing, Contention(0.3)) == Contention()
    assert left_by(phase("import", 1000), Contention(0.3)) == Contention(0.3)


@pytest.mark.parametrize(
    ("name", "wall", "cpu", "delay", "busy_then"),
    [
        ("import", 1000, 700, 200, True),
        ("startup", 1000, 100, 200, True),
        ("import", 1000, 700, 199, False),
        ("import", 200, 100, 49, False),
        ("hold", 1000, 100, 900, False),
        ("startup", 1000, None, 900, False),
        ("startup", 1000, 100, None, False),
    ],
)
def test_a_machine_is_busy_where_much_time_was_lost_for_want_of_a_processor(name, wall, cpu, delay, busy_then):
    times = [None if time is None else time * MS for time in (cpu, delay)]
    found = run(replace(phase(name, wall), cpu_ns=times[0], delay_ns=times[1]))
    assert list(busy_phases(found)) == ([BusyPhase(name, wall * MS, cpu * MS)] if busy_then else [])


def test_busy_phases_are_by_the_time_they_lost_and_the_imports_is_estimated_where_nobody_counts():
    phases = [
        replace(phase(name, 1000), cpu_ns=MS, delay_ns=delay * MS)
        for name, delay in (("import", 300), ("startup", 400))
    ]
    assert [one.phase for one in busy_phases(run(*phases))] == ["startup", "import"]
    uncounted = run(replace(phase("import", 1000), cpu_ns=250 * MS), imports=busy())
    assert [(one.phase, one.cpu_ns // MS) for one in busy_phases(uncounted)] == [("import", 250)]


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
