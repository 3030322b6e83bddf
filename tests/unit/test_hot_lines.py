"""The rows of what took the time, by value: keys, own times, kinds, tasks in parallel, imports. Times are ms."""

import pytest
from trees import MAIN, MS, frame, imported, library, phase, run

from lifespan_cli.analysis.diagnosis import diagnose
from lifespan_cli.analysis.hot_lines import sampled_lines
from lifespan_cli.model import COLLECTOR
from lifespan_cli.model.diagnosis import Contention

DB = "/srv/shop/db.py"
QUIET = Contention()


def rows(*frames, wall=1000, contention=QUIET, **fields):
    """The rows of a startup as (line, wall, kind), the critical ones, or those where the fields are so."""
    found = sampled_lines(phase("startup", wall, *frames), contention)
    wanted = {"critical": True, **fields}
    chosen = [row for row in found if all(getattr(row, name) == value for name, value in wanted.items())]
    return [(row.line, row.wall_ns // MS, row.kind) for row in chosen]


def task(line, total, *children, name="Task-2", lane=1, **other):
    return frame(line, total, *children, task=name, lane=lane, **{"width": 1, "function": "init", **other})


def test_lines_of_one_function_and_lines_of_one_number_in_two_files_are_rows_of_their_own():
    lines = (
        frame(6, 500),
        frame(7, 400, cpu=400, at=500),
        frame(8, 300, at=900),
        frame(6, 200, path=DB, at=1200),
        frame(6, 100, function="other", at=1400),
    )
    assert rows(*lines, wall=1500) == [
        (6, 500, "blocking"),
        (7, 400, "computing"),
        (8, 300, "blocking"),
        (6, 200, "blocking"),
        (6, 100, "blocking"),
    ]


def test_a_loop_whose_rounds_alternate_between_lines_keeps_both():
    rounds = [frame(line, 50, waiting=50 * (line == 4), at=at, until=900 + at) for line, at in ((4, 0), (5, 50))]
    assert rows(*rounds) == [(4, 50, "waiting"), (5, 50, "blocking")]


def test_nothing_is_scaled_to_make_a_sum_fit():
    lines = (frame(1, 200, cpu=200), frame(2, 100, cpu=100, at=200))
    assert rows(*lines, wall=150) == [(1, 200, "computing"), (2, 100, "computing")]


def test_of_tasks_that_run_the_same_line_the_one_that_ends_last_is_critical_and_each_has_its_own_time():
    tasks = [
        task(9, total, waiting=total, name=f"Task-{lane}", lane=lane, critical=total == 400)
        for lane, total in ((1, 200), (2, 400), (3, 300))
    ]
    gathered = frame(3, 400, *tasks, waiting=400)
    assert rows(gathered) == [(9, 400, "waiting")]
    assert rows(gathered, critical=False) == [(9, 200, "waiting"), (9, 300, "waiting")]


def test_a_line_that_was_waited_for_in_part_has_that_part_and_the_rest_in_parallel():
    part = task(9, 300, waiting=300, critical_ns=100)
    gathered = frame(3, 300, part, task(10, 200, waiting=200, lane=2), waiting=300)
    assert rows(gathered) == [(9, 100, "waiting"), (10, 200, "waiting")]
    assert rows(gathered, critical=False) == [(9, 200, "waiting")]


def test_a_moment_in_which_a_task_only_gave_way_is_no_row():
    gathered = frame(
        3,
        400,
        task(9, 300, waiting=299, critical_ns=1),
        task(10, 400, waiting=400, critical_ns=399, lane=2),
        waiting=400,
    )
    assert rows(gathered) == [(10, 399, "waiting")]
    assert rows(gathered, critical=False) == [(9, 300, "waiting")]


def parallel(*tasks):
    found = sampled_lines(phase("startup", 1000, frame(3, 1000, *tasks, waiting=1000)), QUIET)
    return {row.line: row.parallel for row in found if row.line != 3}


def test_tasks_in_parallel_are_those_at_one_time_and_each_once():
    one = (task(7, 100, at=0), task(8, 300, at=100))
    assert parallel(*one, task(9, 150, lane=2, at=50), task(10, 100, lane=3, at=220)) == {7: 2, 8: 2, 9: 2, 10: 2}
    assert parallel(task(7, 100, at=0), task(8, 100, lane=2, at=100)) == {7: 1, 8: 1}
    assert parallel(task(7, 100, width=50), task(8, 100, lane=2)) == {7: 51, 8: 51}


def test_a_worker_thread_is_in_thread_also_where_only_a_librarys_code_runs_in_it():
    load = frame(20, 300, cpu=250, function="load", task="asyncio_0", width=0)
    reached = library("asyncio", "to_thread", 300, load, waiting=300)
    alone = library("asyncio", "to_thread", 200, library("pool", "run", 200, task="asyncio_0", width=0), waiting=200)
    assert rows(frame(3, 300, reached, waiting=300), frame(4, 200, alone, waiting=200, at=300)) == [
        (20, 300, "in_thread"),
        (4, 200, "in_thread"),
    ]


def test_what_the_lifespan_does_not_await_is_no_thread():
    other = frame(9, 300, task="other tasks and callbacks", width=0, function="poll")
    assert rows(frame(3, 100), other) == [(3, 100, "blocking"), (9, 300, "blocking")]


def helper(caller, *lines, at=0):
    total = sum(line.total_ns for line in lines) // MS
    return frame(caller, total, *lines, at=at, waiting=sum(line.waiting_ns for line in lines) // MS)


def test_a_helpers_line_is_told_at_the_lines_that_lead_to_it():
    inner = [frame(50, total, waiting=total, function="connect", at=at) for total, at in ((300, 0), (200, 300))]
    assert rows(helper(4, inner[0]), helper(5, inner[1], at=300)) == [(4, 300, "waiting"), (5, 200, "waiting")]


def test_but_not_when_its_lines_are_of_several_kinds():
    def inner(at):
        sleeps = frame(50, 200, function="connect", at=at)
        return sleeps, frame(51, 100, cpu=100, function="connect", at=at + 200)

    found = rows(helper(4, *inner(0)), helper(5, *inner(300), at=300))
    assert found == [(50, 400, "blocking"), (51, 200, "computing")]


def test_what_calls_itself_is_told_at_the_lines_that_call_it():
    def level(depth, at):
        sleeps = frame(5, 50, function="level", at=at)
        if not depth:
            return (sleeps,)
        return sleeps, frame(6, 50 * depth, *level(depth - 1, at + 50), function="level", at=at + 50)

    assert rows(frame(11, 150, *level(2, 0)), frame(13, 50, *level(0, 150), at=150)) == [
        (11, 150, "blocking"),
        (13, 50, "blocking"),
    ]


def test_a_garbage_collection_is_a_row_without_a_place():
    (row,) = sampled_lines(
        phase("startup", 1000, frame(0, 70, cpu=70, path=COLLECTOR, function="gc, generation 2", user=False)),
        QUIET,
    )
    assert (row.path, row.line, row.function, row.what, row.kind) == (None, None, "", "gc, generation 2", "gc")


@pytest.mark.parametrize(
    ("wall", "waiting", "cpu", "share", "kind"),
    [
        (100, 60, 40, 1, "waiting"),
        (100, 0, 34, 1, "computing"),
        (100, 0, 32, 1, "blocking"),
        (100, 0, 20, 0.5, "computing"),
    ],
)
def test_the_kind_is_what_most_of_it_was_on_a_machine_so_busy(wall, waiting, cpu, share, kind):
    line = frame(3, wall, waiting=waiting, cpu=cpu)
    assert rows(line, contention=Contention(share)) == [(3, wall, kind)]


def test_what_waited_for_a_processor_is_not_blocking():
    starved = frame(3, 100, cpu=20, delay_ns=70 * MS)
    sleeps = frame(4, 100, cpu=1, delay_ns=5 * MS, at=100)
    assert rows(starved, sleeps) == [(3, 100, "computing"), (4, 100, "blocking")]
    outer = frame(2, 300, starved, sleeps, cpu=121, delay_ns=75 * MS)
    assert rows(outer) == [(2, 100, "computing"), (3, 100, "computing"), (4, 100, "blocking")]


# imports


def importing(*frames, wall=1000, own=600):
    """The rows of an import of one module of the application's, whose own code takes so long, and of a library."""
    entries = [
        imported("shop.main", wall, own, path=None, line=None, user=True),
        imported("driver", wall - own, parent="shop.main", depth=1, line=2),
    ]
    entries[0] = imported("shop.main", wall, own, path=None, line=None, user=True, file=MAIN)
    found = diagnose((run(phase("import", wall, *frames), imports=entries),)).lines("import")
    return [(row.what, row.line, row.wall_ns // MS, row.kind) for row in found]


def top_level(line, total, *children, **other):
    return frame(line, total, *children, function="<module>", source=f"line {line}", **other)


def test_a_module_of_the_applications_shows_its_lines_and_what_is_left():
    lines = (
        top_level(4, 300, frame(20, 300, function="load")),
        top_level(5, 200, cpu=200, at=300),
        top_level(2, 400, library("driver", "<module>", 400), at=500),
    )
    assert importing(*lines) == [
        ("line 4", 4, 300, "blocking"),
        ("line 5", 5, 200, "computing"),
        ("shop.main", None, 100, "import"),
        ("driver", 2, 400, "import"),
    ]


def test_a_small_line_of_a_module_is_the_modules():
    assert importing(top_level(4, 49), wall=900, own=600) == [
        ("shop.main", None, 600, "import"),
        ("driver", 2, 300, "import"),
    ]
    assert importing(top_level(4, 99, cpu=99), wall=2000, own=600)[0] == ("driver", 2, 1400, "import")


def test_a_line_of_a_module_took_no_longer_than_the_module_itself():
    assert importing(top_level(4, 640), wall=900) == [("line 4", 4, 600, "blocking"), ("driver", 2, 300, "import")]
