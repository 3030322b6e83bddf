"""The call tree by value: what several tasks at one line add up to, and that it stays small whatever happens."""

from hypothesis import given
from hypothesis import strategies as st

from lifespan_cli.probe.sampler import call_tree
from lifespan_cli.probe.sampler.call_tree import CROWD, Tree

MS = 1_000_000


class Place:
    """What a tree needs of `frames.Place`."""

    def __init__(self, name, line=1):
        self.call = (name, "/srv/main.py", line)
        self.code = hash(name)


def charged(tree, path, tick=0, wall_ns=10 * MS, cpu_ns=0, running=False):
    for node in path:
        node.charge(tick, (tick + 1) * wall_ns, wall_ns, cpu_ns, running)
    path[-1].charge_self(tick, wall_ns)


def test_two_tasks_at_one_line_take_its_time_once_and_one_that_runs_ends_the_waiting():
    tree = Tree()
    outer = tree.child(tree.root, Place("lifespan"))
    fetch = Place("fetch")
    inner = tree.child(outer, fetch, "Task-2", tree.lane(outer, fetch, CROWD))
    charged(tree, [outer, inner])
    charged(tree, [outer, inner], running=True, cpu_ns=4 * MS)
    charged(tree, [outer], tick=1)
    first, second = tree.rows()
    assert first[:5] == (0, "lifespan", "/srv/main.py", 1, None)
    assert first[6:10] == (20 * MS, 10 * MS, 10 * MS, 4 * MS)
    assert second[:5] == (1, "fetch", "/srv/main.py", 1, "Task-2")
    assert second[6:12] == (10 * MS, 10 * MS, 0, 4 * MS, 0, 10 * MS)


def begun(tree, place, who, present=(), crowded=False):
    lane = tree.lane(tree.root, place, who, present, crowded)
    return tree.child(tree.root, place, f"Task-{who}", lane)


def test_a_call_and_a_task_of_the_same_place_are_two_nodes():
    tree, place = Tree(), Place("fetch")
    assert tree.child(tree.root, place) is not begun(tree, place, 2)


def test_tasks_of_one_function_at_one_time_are_told_apart_and_keep_their_identity_from_line_to_line():
    tree, first, second = Tree(), Place("fetch", 1), Place("fetch", 2)
    one, other = begun(tree, first, 7, {7, 8}), begun(tree, first, 8, {7, 8})
    assert (one.lane, other.lane) == (1, 2)
    assert begun(tree, first, 7, {7, 8}) is one
    later = begun(tree, second, 8, {8})
    assert later is not other
    assert later.lane == other.lane
    assert begun(tree, Place("other"), 8, {8}).lane == 3


def test_a_task_after_another_is_in_its_lane_but_no_one_takes_that_of_a_task_which_is_there():
    tree, place = Tree(), Place("fetch")
    first = begun(tree, place, 7, {7, 8})
    second = begun(tree, place, 8, {7, 8})
    assert begun(tree, place, 9, {8, 9}) is first
    assert begun(tree, place, 8, {8, 9}) is second


def test_of_a_crowd_all_are_one_also_when_it_becomes_smaller():
    tree, place = Tree(), Place("fetch")
    assert len({id(begun(tree, place, who, range(1, 9), crowded=True)) for who in range(1, 9)}) == 1
    assert begun(tree, place, 8, {8}) is begun(tree, place, 9, {9}, crowded=True)


def test_so_many_tasks_are_told_apart_and_no_more():
    tree, place = Tree(), Place("fetch")
    many = range(1, 3 * call_tree.MOST_LANES)
    nodes = [begun(tree, place, who, many) for who in many]
    assert len(set(map(id, nodes))) == call_tree.MOST_LANES + 1
    assert len({node.lane for node in nodes}) == call_tree.MOST_LANES + 1


def test_no_more_nodes_than_these_are_there_only_because_tasks_are_told_apart():
    tree, places = Tree(), [Place(f"f{number}") for number in range(call_tree.MOST_APART)]
    for place in places:
        for who in (1, 2, 3):
            begun(tree, place, who, {1, 2, 3})
    # three of each as long as that is possible, then one by itself and one for the others
    assert len(tree.root.tasks) == len(places) // 2 * 3 + len(places) // 2 * 2


def test_a_tree_that_would_grow_without_end_does_not():
    tree = Tree()
    for number in range(2 * call_tree.MOST_NODES):
        charged(tree, [tree.child(tree.root, Place("f", number))], tick=number)
    assert len(tree.root.children) == call_tree.MOST_NODES
    assert len(tree.rows()) <= call_tree.MOST_ROWS


def test_deep_recursion_is_cut_and_not_followed_into_ours():
    tree = Tree()
    node, path = tree.root, []
    for number in range(5000):
        node = tree.child(node, Place("f", number))
        path.append(node)
    charged(tree, path)
    depths = [row[0] for row in tree.rows()]
    assert depths == list(range(call_tree.DEEPEST_ROW + 1))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 50)), min_size=1, max_size=40))
def test_the_lines_of_a_caller_add_up_to_its_time(samples):
    tree, places = Tree(), [Place("f", line) for line in range(4)]
    for tick, (outer, inner, wall_ms) in enumerate(samples):
        first = tree.child(tree.root, places[outer])
        charged(tree, [first, tree.child(first, places[inner])], tick, wall_ms * MS)
    rows = tree.rows()
    total_ns = sum(wall_ms * MS for _, _, wall_ms in samples)
    assert sum(row[6] for row in rows if row[0] == 0) == total_ns
    assert sum(row[6] for row in rows if row[0] == 1) == total_ns
    assert sum(row[7] for row in rows) == total_ns
    assert sum(row[8] for row in rows if row[0] == 1) == total_ns
