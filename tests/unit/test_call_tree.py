"""Rows of samples as call trees, and stretches of blocking with the user's line, by value."""

from itertools import pairwise

import pytest

from lifespan_cli.analysis.call_tree import LONGEST_SOURCE, blocks_of, frames_of
from lifespan_cli.analysis.tracebacks import UserCode
from lifespan_cli.model import Block, Frame
from lifespan_cli.model.events import Blocked, BlockedLine, BlockedStretch, Sampled, SampledLine

USER = UserCode(("/usr/lib/python3.11/",), ("/opt/tool/probe/",), "/srv/shop/main.py")
MAIN, LIB = "/srv/shop/main.py", "/usr/lib/python3.11/asyncio/tasks.py"
SPAWNED = 1_000
MS = 1_000_000


def row(depth, line, total, *, at=0, task=None, path=MAIN, cpu=0, waiting=0, width=0, lane=0, critical=0, delay=0):
    times = (total, 0, waiting, cpu, SPAWNED + at, SPAWNED + at + total)
    return SampledLine(depth, "lifespan", path, line, task, width, *times, lane, critical, delay)


def frames(*rows):
    return frames_of([Sampled("startup", True, rows)], USER, SPAWNED)


def lines(tree: tuple[Frame, ...], critical=False) -> list:
    return [
        (frame.line, lines(frame.children, critical)) if frame.children else frame.line
        for frame in tree
        if frame.critical or not critical
    ]


def test_rows_in_preorder_become_a_tree():
    tree = frames(row(0, 1, 9), row(1, 2, 4), row(2, 3, 4), row(1, 4, 5), row(0, 5, 1))
    assert lines(tree) == [(1, [(2, [3]), 4]), 5]


def test_a_later_first_part_begins_the_tree_anew_and_others_go_on():
    parts = [
        Sampled("startup", True, (row(0, 1, 1),)),
        Sampled("startup", True, (row(0, 2, 5), row(1, 3, 3))),
        Sampled("startup", False, (row(1, 4, 2), row(0, 5, 1))),
    ]
    assert lines(frames_of(parts, USER, SPAWNED)) == [(2, [3, 4]), 5]
    assert frames_of([], USER, SPAWNED) == ()


def test_a_frame_has_its_times_from_the_spawn_and_no_more_cpu_time_than_time():
    (frame,) = frames(row(0, 1, 50, at=20, cpu=51, waiting=0, width=3, task="warm"))
    assert (frame.at_ns, frame.until_ns, frame.total_ns, frame.cpu_ns) == (20, 70, 50, 50)
    assert (frame.task, frame.width, frame.user) == ("warm", 3, True)


def test_the_users_lines_have_their_text_and_a_librarys_have_none(tmp_path):
    file = tmp_path / "app.py"
    file.write_text("x = 1\n    pool = await connect()  \n" + "y" * 500 + "\n", "utf-8")
    tree = frames(*(row(0, line, 1, path=str(file)) for line in (2, 3, 99)), row(0, 1, 1, path=LIB))
    assert [frame.source for frame in tree] == ["pool = await connect()", "y" * LONGEST_SOURCE, "", ""]
    assert [frame.user for frame in tree] == [True, True, True, False]


def test_what_the_end_waited_for_most_of_the_time_is_critical_and_what_leads_there():
    tree = frames(
        row(0, 1, 90 * MS, critical=90 * MS),
        row(1, 2, 80 * MS, task="a", lane=1, critical=30 * MS),
        row(2, 3, 50 * MS, critical=5 * MS),
        row(2, 4, 25 * MS, critical=25 * MS),
        row(1, 5, 60 * MS, task="b", lane=2, critical=30 * MS),
        row(1, 6, 40 * MS, task="c", lane=3, critical=21 * MS),
        row(1, 7, 80 * MS, task="d", lane=4, critical=1 * MS),
        row(2, 8, 1 * MS, critical=1 * MS),
    )
    assert lines(tree, critical=True) == [(1, [(2, [4]), 6])]
    assert lines(tree) == [(1, [(2, [3, 4]), 5, 6, (7, [8])])]
    assert [(one.lane, one.critical_ns // MS) for one in tree[0].children] == [(1, 30), (2, 30), (3, 21), (4, 1)]


@pytest.mark.parametrize("reverse", [False, True])
def test_the_order_of_rows_is_kept(reverse):
    rows = [row(0, line, 10, at=10 * line, task=f"t{line}") for line in range(5)]
    tree = frames(*(rows[::-1] if reverse else rows))
    assert all((one.line < other.line) != reverse for one, other in pairwise(tree))


# blocks


def block(*calls, at=5, wall=200) -> Block:
    return stretch((wall, 0, calls), at=at, wall=wall)


def stretch(*lines, at=5, wall=200, delay=None) -> Block:
    row = BlockedStretch(SPAWNED + at, wall, delay, tuple(BlockedLine(*line) for line in lines), 0)
    (found,) = blocks_of([Blocked("startup", (row,))], USER, SPAWNED)
    return found


def test_the_place_of_a_block_is_the_deepest_line_of_the_users():
    found = block(("app", MAIN, 3), ("load", "/srv/shop/db.py", 7), ("get", LIB, 9), ("select", LIB, 10))
    assert (found.at_ns, found.wall_ns) == (5, 200)
    assert (found.function, found.path, found.line, found.called) == ("load", "/srv/shop/db.py", 7, "get")


def test_a_block_at_the_innermost_line_calls_nothing():
    assert block(("run", LIB, 1), ("app", MAIN, 3)).called == ""


def test_a_block_without_a_line_of_the_users_is_at_a_librarys_or_nowhere():
    site = f"{LIB.rpartition('/')[0]}/site-packages/sweeper.py"
    found = block(("run", LIB, 1), ("sweep", site, 4), ("select", LIB, 10))
    assert (found.function, found.path, found.line, found.called, found.source) == ("sweep", site, 4, "select", "")
    found = block(("run", LIB, 1), ("select", LIB, 10))
    assert (found.function, found.path, found.line, found.called, found.source) == ("select", None, None, "", "")


def test_blocks_keep_their_order():
    line = BlockedLine(2, 0, (("app", MAIN, 3),))
    stretches = tuple(BlockedStretch(SPAWNED + at, 2, None, (line,), 0) for at in (1, 5))
    parts = [Blocked("startup", stretches), Blocked("startup", ())]
    assert [found.at_ns for found in blocks_of(parts, USER, SPAWNED)] == [1, 5]


def test_each_line_of_a_block_has_its_time_and_the_stacks_that_lead_to_one_are_one():
    load, get = ("load", "/srv/shop/db.py", 7), ("get", LIB, 9)
    found = stretch(
        (50, 10, (("app", MAIN, 3), load, get)),
        (45, 45, (("app", MAIN, 4),)),
        (30, 35, (("app", MAIN, 3), load)),
        wall=130,
        delay=20,
    )
    lines = [(line.function, line.line, line.wall_ns, line.cpu_ns, line.called) for line in found.lines]
    assert lines == [("load", 7, 80, 40, "get"), ("app", 4, 45, 45, "")]
    assert (found.function, found.line, found.called) == ("load", 7, "get")
    assert (found.wall_ns, found.delay_ns) == (130, 20)


def test_what_a_line_waited_for_a_processor_is_not_taken_from_what_it_waited_for_events():
    (frame,) = frames(row(0, 1, 50, waiting=30, delay=25))
    assert frame.delay_ns == 20
