"""What the garbage collector takes: timed in this process, and shown by value as a row of its own."""

import gc
import sys
from time import monotonic_ns, perf_counter_ns

import pytest
from cases import USER

from lifespan_cli.analysis.call_tree import frames_of
from lifespan_cli.analysis.import_costs import import_costs
from lifespan_cli.analysis.tracebacks import UserCode
from lifespan_cli.analysis.user_lines import steps
from lifespan_cli.model import Exit, Import, Phase, Run
from lifespan_cli.model.events import Sampled, SampledLine
from lifespan_cli.probe.sampler.garbage import Garbage

MS = 1_000_000
CODE = UserCode(("/usr/lib/python3.11/",), ("/opt/probe/",), USER)


@pytest.fixture
def garbage():
    timed, threshold = Garbage(), gc.get_threshold()
    timed.install()
    yield timed
    timed.remove()
    gc.set_threshold(*threshold)


def collect_when_due() -> None:
    """Make more objects than the collector leaves alone."""
    gc.set_threshold(50, 1, 1)
    kept = [[number] for number in range(1000)]
    gc.set_threshold(10_000, 10, 10)
    assert len(kept) == 1000


def test_collections_that_happen_to_be_due_are_timed_by_generation(garbage):
    began_ns = monotonic_ns()
    wall_ns = perf_counter_ns()
    collect_when_due()
    wall_ns = perf_counter_ns() - wall_ns

    taken = garbage.take(began_ns, monotonic_ns(), None)

    assert {place.call for place, _ in taken} >= {(f"gc, generation {number}", "<gc>", 0) for number in (0, 1)}
    assert 0 < sum(spent_ns for _, spent_ns in taken) <= wall_ns
    assert garbage.take(began_ns, monotonic_ns(), None) == []


def test_a_call_of_collect_is_the_business_of_its_line(garbage):
    gc.set_threshold(1_000_000, 10, 10)
    began_ns = monotonic_ns()
    gc.collect()
    assert garbage.take(began_ns, monotonic_ns(), None) == []


def test_what_another_thread_collects_is_charged_to_who_waits_for_it(garbage):
    began_ns = monotonic_ns()
    collect_when_due()
    assert garbage.take(began_ns, monotonic_ns(), {1}) == []


def test_a_collection_under_way_counts_up_to_the_first_sample(garbage, monkeypatch):
    monkeypatch.setattr(gc, "get_count", lambda: (2001, 0, 0))
    monkeypatch.setattr(gc, "get_threshold", lambda: (2000, 10, 10))
    began_ns = monotonic_ns()
    garbage._collecting("start", {"generation": 2})
    marking_ns = monotonic_ns()

    ((place, spent_ns),) = garbage.take(began_ns, marking_ns + 5 * MS, None)
    garbage.sampled()

    assert place.call[0] == "gc, generation 2"
    assert 5 * MS <= spent_ns <= 5 * MS + marking_ns - began_ns
    assert garbage.take(marking_ns + 5 * MS, marking_ns + 500 * MS, None) == []  # a finalizer's


def test_an_application_finds_a_list_that_works_as_the_collectors_own_does():
    own, before, seen = gc.callbacks, list(gc.callbacks), []

    def collecting(step, info):
        seen.append((step, info["generation"], sys._getframe(1).f_code.co_name))

    timed = Garbage()
    timed.install()
    assert (type(gc.callbacks), gc.callbacks) == (list, before)
    gc.callbacks.append(collecting)
    gc.collect(1)
    assert gc.callbacks == [*before, collecting]
    gc.callbacks.remove(collecting)
    gc.collect(1)
    timed.remove()
    assert gc.callbacks is own
    assert own == before
    here = "test_an_application_finds_a_list_that_works_as_the_collectors_own_does"
    assert seen == [("start", 1, here), ("stop", 1, here)]


# in the report


def phase(name, *rows) -> Phase:
    return Phase(name, "ok", 0, 1000 * MS, 0, 0, frames_of([Sampled(name, True, rows)], CODE, 0))


def row(function, path, line, total):
    times = (total * MS, total * MS, 0, total * MS, 0, total * MS)
    return SampledLine(0, function, path, line, None, 0, *times, 0, total * MS, 0)


COLLECTED = row("gc, generation 2", "<gc>", 0, 874)


def test_it_is_a_row_of_its_own_in_a_phase():
    found = steps(phase("startup", row("lifespan", USER, 7, 100), COLLECTED))
    assert [(step.function, step.own_critical_ns) for step in found] == [
        ("lifespan", 100 * MS),
        ("gc, generation 2", 874 * MS),
    ]


def test_it_is_a_row_of_its_own_among_the_imports_and_no_modules_time():
    entry = Import("main", 100 * MS, 974 * MS, 0, None, None, None, user=True, file=USER)
    run = Run((phase("import", COLLECTED),), (entry,), (), (), (), Exit(0, None))
    assert [(cost.module, cost.wall_ns, cost.modules) for cost in import_costs(run, "import")] == [
        ("gc, generation 2", 874 * MS, 0),
        ("main", 100 * MS, 1),
    ]
