"""The way back from the end of a phase through what the looks found, by value."""

import pytest

from lifespan_cli.probe.sampler.call_tree import CROWD, Tree
from lifespan_cli.probe.sampler.critical_path import Moment
from lifespan_cli.probe.sampler.garbage import Generation

MS = 1_000_000


class Place:
    """What a tree needs of `frames.Place`."""

    def __init__(self, name):
        self.call = (name, "/srv/main.py", 1)
        self.code = hash(name)


class Life:
    """A lifespan at a line that awaits tasks, each waiting for an object of its own."""

    def __init__(self):
        self.tree = Tree()
        self.lines = {}
        self.line("start", None)
        self.line("gather", None)

    def line(self, name, task, below=None):
        """A line of the lifespan's, or one where a task or thread of that identity begins."""
        parent = self.lines[below] if below else self.tree.root
        place = Place(name)
        lane = 0 if task is None else self.tree.lane(parent, place, task, range(100))
        begins = None if task is None else f"Task-{task}"
        self.lines[name] = self.tree.child(parent, place, begins, lane)

    def then(self, ms, ran=None, waits=(), workers=()):
        """For that long one line ran and others waited, each with the object or for the first one."""
        moment = Moment()
        moment.ran = self.lines[ran] if ran else None
        moment.waits = {self.lines[name]: event for name, _, event in (wait.partition(":") for wait in waits)}
        moment.workers = [self.lines[name] for name in workers]
        self.tree.timeline.add(ms * MS, moment)

    def critical(self):
        """The critical milliseconds of each line that has any."""
        found = self.tree.timeline.critical()
        return {name: found[node] // MS for name, node in self.lines.items() if found.get(node)}


@pytest.fixture
def life():
    found = Life()
    for number, name in enumerate("abc", 1):
        found.line(name, number, below="gather")
    return found


def test_of_tasks_that_wait_the_last_to_end_is_what_the_end_waited_for(life):
    life.then(5, "start")
    life.then(200, waits=["gather", "a", "b", "c"])
    life.then(100, waits=["gather", "b", "c"])
    life.then(100, waits=["gather", "b"])
    life.then(7, "start")
    assert life.critical() == {"start": 12, "gather": 400, "b": 400}


def test_a_wait_that_was_over_when_another_task_gave_the_thread_back_was_held_up_by_it(life):
    life.then(10, waits=["gather", "a", "b"])
    life.then(300, "b", waits=["a"])
    life.then(1, "a")
    life.then(2, "start")
    assert life.critical() == {"start": 2, "gather": 311, "a": 1, "b": 310}


def test_a_wait_that_goes_on_when_the_thread_has_nothing_to_do_was_not(life):
    life.then(10, waits=["gather", "a", "b"])
    life.then(300, "b", waits=["a"])
    life.then(50, waits=["gather", "a"])
    life.then(2, "start")
    assert life.critical() == {"start": 2, "gather": 360, "a": 360}


def test_a_wait_for_the_next_object_at_the_same_line_was_held_up_all_the_same(life):
    life.then(10, waits=["gather", "a:1", "b"])
    life.then(300, "b", waits=["a:1"])
    life.then(50, waits=["gather", "a:2"])
    life.then(2, "start")
    assert life.critical() == {"start": 2, "gather": 360, "a": 50, "b": 310}


def test_who_only_hands_over_what_another_waits_for_does_not_delay_it(life):
    life.then(150, waits=["gather", "a", "b"])
    life.then(1, "b", waits=["a"])
    life.then(100, waits=["gather", "a:2", "b:2"])
    life.then(50, waits=["gather", "a:2"])
    assert life.critical() == {"gather": 301, "a": 300, "b": 1}


def test_tasks_that_compute_one_after_another_each_have_their_time(life):
    life.then(10, waits=["gather", "a", "b", "c"])
    life.then(20, "a", waits=["b", "c"])
    life.then(30, "b", waits=["c"])
    life.then(40, "c")
    assert life.critical() == {"gather": 100, "a": 30, "b": 30, "c": 40}


def test_before_a_task_began_its_time_is_that_of_who_was_to_begin_it(life):
    life.then(100, waits=["gather", "a"])
    life.then(100, waits=["gather", "b"])
    life.then(50, waits=["gather:1"])
    life.then(70, waits=["gather:1", "c"])
    assert life.critical() == {"gather": 320, "a": 100, "b": 100, "c": 70}


def test_what_nobody_waits_for_counts_as_far_as_it_held_up_the_lifespan(life):
    life.lines["other"] = life.tree.child(
        life.tree.root, Place("other"), "other", life.tree.lane(life.tree.root, Place("other"), CROWD)
    )
    life.then(50, waits=["start:1"])
    life.then(300, "other", waits=["start:1"])
    life.then(20, waits=["start:2"])
    life.then(80, "other", waits=["start:2"])
    life.then(30, waits=["start:2"])
    assert life.critical() == {"start": 180, "other": 300}


def test_when_there_is_no_lifespan_what_ran_is_what_the_end_waited_for(life):
    life.line("atexit", None)
    life.line("poll", 9, below="atexit")
    life.then(50, "poll")
    life.then(40, "atexit")
    assert life.critical() == {"atexit": 90, "poll": 50}


def test_of_threads_the_last_to_end_counts_below_the_line_that_awaits_them(life):
    life.then(100, waits=["gather"], workers=["a", "b"])
    life.then(200, waits=["gather"], workers=["b"])
    life.then(10, "start")
    assert life.critical() == {"start": 10, "gather": 300, "b": 300}


def test_a_thread_below_a_task_has_the_tasks_time(life):
    life.line("load", 5, below="b")
    life.then(100, waits=["gather", "a", "b"], workers=["load"])
    life.then(50, waits=["gather", "b"], workers=["load"])
    assert life.critical() == {"gather": 150, "b": 150, "load": 150}


def test_a_thread_that_the_main_thread_joins_has_its_time(life):
    life.line("linger", 5, below="start")
    life.line("last", 6, below="start")
    life.then(100, "start", workers=["linger", "last"])
    life.then(60, "start", workers=["last"])
    life.then(10, "start")
    assert life.critical() == {"start": 170, "last": 160}


def test_a_garbage_collection_delays_everything(life):
    node = life.lines["gc"] = life.tree.child(life.tree.root, Generation(2))
    life.then(100, waits=["gather", "a"])
    life.tree.timeline.collect(node, 30 * MS)
    assert life.critical() == {"gather": 100, "a": 100, "gc": 30}


def test_moments_that_are_alike_are_one_and_there_is_an_end_to_them(life, monkeypatch):
    monkeypatch.setattr("lifespan_cli.probe.sampler.critical_path.MOST_MOMENTS", 3)
    for number in range(10):
        life.then(1, waits=["gather", "a"])
        life.then(1, "b" if number % 2 else "c", waits=["a"])
    assert len(life.tree.timeline._moments) == 3
    assert life.critical()["gather"] == 20
