"""Where bars lie on the time axis: nested, in order, within their phase, whatever the samples say."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from reports import ROOT, SITE, WELL

from lifespan_cli.analysis.import_costs import import_tree
from lifespan_cli.model import Frame, Import, Phase
from lifespan_cli.output.flame import (
    Bar,
    Chain,
    Few,
    Flame,
    Node,
    frame_nodes,
    import_nodes,
    lay,
)
from lifespan_cli.output.flame_folding import fold, fold_libraries, lengths, size


def nodes(run, phase):
    return import_nodes(run, {phase: import_tree(run, phase)}, phase)


PHASE = Phase("startup", "ok", 1000, 1000, None, None)


def line(number: int, at: int, total: int, *children: Frame, until: int | None = None, **fields) -> Frame:
    """A line of the user's; times are ns."""
    return Frame(
        path=f"{ROOT}/main.py",
        line=number,
        total_ns=total,
        self_ns=0,
        waiting_ns=0,
        cpu_ns=0,
        at_ns=at,
        until_ns=at + total if until is None else until,
        children=children,
        **{"function": f"f{number}", "user": True, "critical": True, **fields},
    )


def library(number: int, at: int, total: int, *children: Frame, **fields) -> Frame:
    return replace(line(number, at, total, *children, **fields), user=False, path=f"{SITE}/lib/a.py")


def laid(*frames: Frame) -> Flame:
    return lay(frame_nodes(frames), PHASE)


def places(bars: tuple[Bar, ...]) -> list:
    """The bars as (line, begin, end, children…)."""
    return [(bar.item.line, bar.begin_ns, bar.end_ns, *places(bar.children)) for bar in bars]


def test_what_happened_in_sequence_lies_where_it_was_seen():
    flame = laid(line(1, 1000, 600, line(2, 1100, 200), line(3, 1400, 100)), line(4, 1700, 300))
    assert places(flame.bars) == [(1, 1000, 1600, (2, 1100, 1300), (3, 1400, 1500)), (4, 1700, 2000)]
    assert flame.lanes == ()


def test_two_lines_of_a_loop_give_way_to_each_other():
    """Each was first seen before the other was seen last; together they took what their caller took."""
    flame = laid(line(1, 1000, 1000, line(2, 1000, 500, until=1950), line(3, 1050, 500, until=2000)))
    assert places(flame.bars) == [(1, 1000, 2000, (2, 1000, 1500), (3, 1500, 2000))]


def test_a_late_line_is_moved_to_where_there_is_room_for_those_after_it():
    flame = laid(line(1, 1000, 500, line(2, 1300, 200), line(3, 1400, 100)))
    assert places(flame.bars) == [(1, 1000, 1500, (2, 1200, 1400), (3, 1400, 1500))]


def test_samples_that_are_a_little_longer_than_their_phase_are_made_to_fit():
    flame = laid(line(1, 995, 520), line(2, 1515, 510))
    assert places(flame.bars) == [(1, 1000, 1000 + 520 * 1000 // 1030), (2, 2000 - 510 * 1000 // 1030, 2000)]


def test_what_took_too_long_to_have_run_in_sequence_is_in_a_lane():
    flame = laid(line(1, 1000, 500, line(2, 1000, 300), line(3, 1000, 400), task="t", width=2, critical=False))
    (task, parallel) = flame.lanes
    assert (task.task, task.width, places(task.bars)) == ("t", 2, [(1, 1000, 1500, (3, 1000, 1400))])
    assert (parallel.task, places(parallel.bars)) == (None, [(2, 1000, 1300)])


def test_tasks_and_threads_are_in_lanes_of_their_own_after_the_lane_they_begin_in():
    inner = line(4, 1200, 100, task="inner", width=1)
    flame = laid(
        line(1, 1000, 500, line(2, 1000, 500, inner, task="task", width=3), line(3, 1100, 300, task="pool-thread_0"))
    )
    assert places(flame.bars) == [(1, 1000, 1500)]
    assert [(lane.task, lane.width, lane.in_thread) for lane in flame.lanes] == [
        ("task", 3, False),
        ("pool-thread_0", 0, True),
        ("inner", 1, False),
    ]


def test_of_the_times_that_tasks_were_at_a_line_the_last_is_drawn_when_it_was_waited_for():
    waited = line(2, 1000, 100, until=1900, task="t", width=1)
    (lane,) = laid(line(1, 1000, 900, waited)).lanes
    assert places(lane.bars) == [(2, 1800, 1900)]
    (lane,) = laid(line(1, 1000, 900, replace(waited, critical=False))).lanes
    assert places(lane.bars) == [(2, 1000, 1100)]
    assert lane.end_ns == 1900


def test_a_task_that_was_at_several_lines_in_turn_has_one_lane():
    first, second = (line(n, at, 200, task="t", width=1, lane=7) for n, at in ((2, 1000), (3, 1200)))
    other = line(2, 1000, 300, task="t", width=1, lane=8)
    lanes = laid(line(1, 1000, 500, first, second, other)).lanes
    assert [places(lane.bars) for lane in lanes] == [[(2, 1000, 1200), (3, 1200, 1400)], [(2, 1000, 1300)]]
    assert [(lane.begin_ns, lane.end_ns, lane.wall_ns) for lane in lanes] == [(1000, 1400, 400), (1000, 1300, 300)]


def test_two_lines_of_a_loop_in_a_task_give_way_to_each_other():
    loop = [line(n, 1000 + n, 250, until=1500 + n, task="t", width=1, lane=7, critical=False) for n in (2, 3)]
    (lane,) = laid(line(1, 1000, 600, *loop)).lanes
    assert places(lane.bars) == [(2, 1002, 1252), (3, 1252, 1502)]


def test_a_worker_that_is_used_again_has_one_lane_and_one_that_cannot_be_the_same_another():
    work = [line(n, at, 100, task="pool_0", lane=7, critical=False) for n, at in ((2, 1000), (3, 1400))]
    overlapping = line(4, 1000, 500, task="pool_0", lane=7, critical=False)
    lanes = laid(line(1, 1000, 600, *work, overlapping)).lanes
    assert [places(lane.bars) for lane in lanes] == [[(4, 1000, 1500)], [(2, 1000, 1100)], [(3, 1400, 1500)]]


def frames(depth: int = 3) -> st.SearchStrategy[Frame]:
    inner = st.lists(st.deferred(lambda: frames(depth - 1)), max_size=4) if depth else st.just([])
    numbers = st.integers(-100, 3000)
    return st.builds(
        lambda at, total, until, task, lane, critical, children: line(
            1, at, total, *children, until=until, task=task, lane=lane, critical=critical
        ),
        numbers,
        numbers,
        numbers,
        st.sampled_from([None, None, "task"]),
        st.integers(0, 2),
        st.booleans(),
        inner,
    )


def hold(bars: tuple[Bar, ...], begin_ns: int, end_ns: int) -> None:
    for bar in bars:
        assert begin_ns <= bar.begin_ns <= bar.end_ns <= end_ns
        hold(bar.children, bar.begin_ns, bar.end_ns)
        begin_ns = bar.end_ns


def count(nodes: tuple[Node, ...]) -> int:
    return sum(1 + count(node.children) for node in nodes)


@given(st.lists(frames(), max_size=4))
def test_whatever_the_samples_say_bars_nest_and_none_is_lost(found):
    nodes = frame_nodes(found)
    flame = lay(nodes, PHASE)
    hold(flame.bars, 1000, 2000)
    for lane in flame.lanes:
        hold(lane.bars, 1000, 2000)
        assert lane.bars[-1].end_ns <= lane.end_ns <= 2000
    assert sum(map(size, flame.trees())) == count(nodes) == len(list(lengths(flame.trees())))


def test_library_calls_between_two_lines_of_the_application_are_one_bar_however_they_branch():
    branch = library(4, 1300, 190, library(5, 1300, 100, line(6, 1300, 90)))
    tree = library(1, 1000, 500, library(2, 1000, 300, line(3, 1000, 300)), branch, library(7, 1490, 10))
    (node,) = fold_libraries(frame_nodes([line(9, 1000, 500, tree)]))[0].children
    assert isinstance(node.item, Chain)
    assert [frame.line for frame in node.item.frames] == [1, 2, 4, 5]
    assert [child.item.line for child in node.children] == [3, 6, 7]


def test_below_the_applications_last_line_calls_that_do_nothing_but_call_the_next_are_one_bar():
    tree = library(1, 1000, 500, library(2, 1000, 499, library(3, 1000, 300), library(4, 1300, 190)))
    (node,) = fold_libraries(frame_nodes([tree]))
    assert isinstance(node.item, Chain)
    assert [frame.line for frame in node.item.frames] == [1, 2]
    assert [child.item.line for child in node.children] == [3, 4]


def test_such_a_bar_ends_where_time_is_spent_a_task_begins_or_the_application_is():
    for below in (library(2, 1000, 400), library(2, 1000, 500, task="t"), line(2, 1000, 500)):
        (node,) = fold_libraries(frame_nodes([library(1, 1000, 500, below)]))
        assert node.item == library(1, 1000, 500, below)
    (node,) = fold_libraries(frame_nodes([line(1, 1000, 500, library(2, 1000, 500))]))
    assert isinstance(node.item, Frame)


def imported(module: str, at: int, total: int, depth: int, parent: str | None = None, **fields) -> Import:
    return Import(module, 0, total, depth, parent, f"{ROOT}/main.py", depth, at_ns=at, file=f"/{module}.py", **fields)


def test_imports_lie_exactly_where_they_were_and_the_users_own_work_between_them():
    imports = (
        imported("main", 100, 800, 0, user=True),
        imported("numpy", 150, 200, 1, "main"),
        imported("numpy.core", 200, 100, 2, "numpy"),
        imported("json", 700, 50, 1, "main"),
    )
    work = replace(line(9, 330, 400, function="<module>"), path="/main.py")
    asked = replace(line(1, 150, 200, function="<module>"), path=f"{ROOT}/main.py")
    outer = library(7, 100, 800, work, asked)
    phase = Phase("import", "ok", 100, 800, None, None, frames=(outer,))
    run = replace(WELL, phases=(phase,), imports=imports)
    (main,) = lay(nodes(run, "import"), phase).bars
    numpy, sampled, json = main.children
    assert (main.begin_ns, main.end_ns) == (100, 900)
    assert (numpy.item.module, numpy.begin_ns, numpy.end_ns) == ("numpy", 150, 350)
    assert [(bar.item.module, bar.begin_ns, bar.end_ns) for bar in numpy.children] == [("numpy.core", 200, 300)]
    assert (sampled.item.line, sampled.begin_ns, sampled.end_ns) == (9, 350, 700)
    assert (json.begin_ns, json.end_ns) == (700, 750)


def test_imports_of_another_phase_are_not_told():
    late = imported("late", 100, 10, 0, phase="startup")
    assert nodes(replace(WELL, imports=(late,)), "import") == ()
    assert len(nodes(replace(WELL, imports=(late,)), "startup")) == 1


def test_imports_of_which_no_moment_is_known_are_in_the_order_in_which_they_began():
    imports = (imported("a", 0, 100, 0), imported("b", 0, 300, 0), imported("c", 0, 200, 0))
    found = lay(nodes(replace(WELL, imports=imports), "import"), replace(PHASE, name="import")).bars
    assert [(bar.item.module, bar.begin_ns) for bar in found] == [("a", 1000), ("b", 1100), ("c", 1400)]


def bar(begin: int, end: int, *children: Bar) -> Bar:
    return Bar(line(1, begin, end - begin), begin, end, children)


def test_short_neighbours_are_folded_into_one():
    bars = (bar(0, 10, bar(0, 5)), bar(10, 19), bar(20, 60, bar(20, 22)), bar(60, 65), bar(90, 99))
    assert fold(bars, 1, 9) == bars
    assert fold(bars, 11, 9) == (Bar(Few(3, 19), 0, 19), bar(20, 60))
    assert fold(bars, 10, 9) == (bar(0, 10), bar(20, 60))


def test_neighbours_far_apart_are_not_folded_across_the_gap():
    assert fold((bar(0, 9), bar(9, 18), bar(500, 509), bar(509, 518)), 10, 9) == (
        Bar(Few(2, 18), 0, 18),
        Bar(Few(2, 18), 500, 518),
    )


def test_what_lies_too_deep_is_folded():
    assert fold((bar(0, 100, bar(0, 50, bar(0, 50))),), 10, 1) == (bar(0, 100, Bar(Few(2, 50), 0, 50)),)


def test_a_line_that_is_far_longer_than_its_phase_fills_it():
    (lane,) = laid(line(1, 0, 10**18)).lanes
    assert places(lane.bars) == [(1, 1000, 2000)]
