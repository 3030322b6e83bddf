"""Rules LS301 to LS307 by value: what is told of what is left, when nothing is, and that nothing is told twice."""

from collections import Counter

import pytest
from cases import COMPLETE, DOWN, FAILED, GOOD, NOT_STOPPED, UP, USER, case, failure, timeout
from corpus import CASES
from msgspec.structs import replace

from lifespan_cli import rules
from lifespan_cli.analysis.leftovers import leftovers_of
from lifespan_cli.analysis.tracebacks import UserCode
from lifespan_cli.model import Leftover
from lifespan_cli.model.events import Left

CODES = {
    "task": "LS301",
    "thread": "LS302",
    "process": "LS303",
    "file": "LS304",
    "socket": "LS304",
    "exception": "LS305",
    "warning": "LS306",
}
DETAILS = {
    "task": "poll; in sleep ← main.py:9",
    "thread": "daemon; in Queue.get ← main.py:9",
    "process": "sleep 60",
    "file": "descriptor 9",
    "socket": "descriptor 9",
    "exception": "ConnectionError: no route",
    "warning": "coroutine 'connect' was never awaited\nCoroutine created at …",
}
NAMES = {"task": "Task-3", "process": "pid 71", "socket": "socket 127.0.0.1:9 → db:5432", "warning": "RuntimeWarning"}


def left(kind, line=7, path=USER, name=None, detail=None):
    return Leftover(kind, name or NAMES.get(kind, "journal"), detail or DETAILS[kind], path, line)


def judged(*leftovers, messages=GOOD, failures=()):
    one = case(messages, failures)
    return rules.apply(replace(one, run=replace(one.run, leftovers=leftovers)), select=("LS3",))


def only(*leftovers, **other):
    (finding,) = judged(*leftovers, **other)
    return finding


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("task", "task Task-3 still runs after shutdown: poll; in sleep ← main.py:9"),
        ("thread", "thread journal still runs after shutdown: daemon; in Queue.get ← main.py:9"),
        ("process", "child process pid 71 still runs after shutdown: sleep 60"),
        ("file", "file still open after shutdown: journal"),
        ("socket", "socket still open after shutdown: socket 127.0.0.1:9 → db:5432"),
        ("exception", "task journal failed and nobody asked: ConnectionError: no route"),
        ("warning", "RuntimeWarning: coroutine 'connect' was never awaited"),
    ],
)
def test_what_is_left_is_told_with_its_line(kind, says):
    finding = only(left(kind))
    assert (finding.code, finding.message) == (CODES[kind], says)
    assert finding.severity == ("error" if kind == "exception" else "warning")
    assert (finding.path, finding.line) == (USER, 7)
    assert finding.hint


@pytest.mark.parametrize("kind", CODES)
def test_an_application_that_never_was_up_had_no_chance_to_clean_up(kind):
    assert judged(left(kind), messages=(UP, FAILED)) == ()
    assert judged(left(kind), messages=(UP,), failures=[failure("startup")]) == ()


@pytest.mark.parametrize("kind", CODES)
@pytest.mark.parametrize(
    ("messages", "failures"),
    [
        ((UP, COMPLETE, DOWN, NOT_STOPPED), ()),
        ((UP, COMPLETE, DOWN), [failure("shutdown")]),
        ((UP, COMPLETE, DOWN), [timeout("shutdown")]),
        ((UP, COMPLETE), [failure("hold", "signal", kind="signal")]),
        ((UP, COMPLETE), [timeout("hold")]),
    ],
)
def test_what_a_failed_life_leaves_is_its_consequence(kind, messages, failures):
    assert judged(left(kind), messages=messages, failures=failures) == ()


@pytest.mark.parametrize("kind", CODES)
@pytest.mark.parametrize("phase", ["startup", "hold"])
def test_what_a_lifespan_leaves_that_crashed_while_it_was_up_is_told(kind, phase):
    assert only(left(kind), messages=(UP, COMPLETE), failures=[failure(phase)]).code == CODES[kind]


def test_a_task_that_was_destroyed_did_not_fail():
    destroyed = left("exception", name="Task-3", detail="was destroyed while it was pending: poll")
    assert only(destroyed).message == "task Task-3 was destroyed while it was pending: poll"


def test_what_a_destructor_raises_has_a_hint_of_its_own():
    ignored = left("warning", name="Exception ignored in Client.__del__", detail="RuntimeError: Event loop is closed")
    finding = only(ignored)
    assert finding.message == "Exception ignored in Client.__del__: RuntimeError: Event loop is closed"
    assert "destructor" in finding.hint


def test_an_application_that_says_nothing_at_its_end_is_judged_all_the_same():
    assert only(left("task"), messages=(UP, COMPLETE, DOWN)).code == "LS301"
    assert only(left("task"), messages=(UP, COMPLETE)).code == "LS301"


# nothing is told twice


@pytest.mark.parametrize("kind", CODES)
def test_what_comes_from_one_line_is_one_finding(kind):
    several = [left(kind, name=f"number {number}") for number in range(40)]
    assert only(*several).message.endswith(" (and 39 more from the same line)")
    assert [finding.line for finding in judged(left(kind), left(kind, line=8))] == [7, 8]


def test_what_has_no_line_is_told_by_its_name():
    unknown = [left("file", path=None, line=None, name=name) for name in ("a.db", "b.db", "a.db")]
    assert [finding.message.partition(": ")[2] for finding in judged(*unknown)] == [
        "a.db (and 1 more from the same line)",
        "b.db",
    ]


def test_files_and_sockets_of_one_line_are_two_things():
    assert [finding.message.split()[0] for finding in judged(left("file"), left("socket"))] == ["file", "socket"]


@pytest.mark.parametrize("kind", ["thread", "process", "file", "socket"])
def test_what_is_told_as_left_is_not_told_as_unclosed_too(kind):
    assert [finding.code for finding in judged(left(kind), left("warning"))] == [CODES[kind]]
    assert [finding.code for finding in judged(left(kind, line=8), left("warning"))] == [CODES[kind], "LS306"]
    nowhere = [left(kind, path=None, line=None), left("warning", path=None, line=None)]
    assert [finding.code for finding in judged(*nowhere)] == [CODES[kind], "LS306"]


def test_only_five_complaints_are_told():
    assert len(judged(*(left("warning", line=number) for number in range(1, 30)))) == 5


def test_an_exception_of_a_task_without_a_name():
    finding = only(Leftover("exception", "", "KeyError: 'rows'", None, None))
    assert finding.message == "a background task failed and nobody asked: KeyError: 'rows'"


# LS307

FOREVER = "not a daemon; in Event.wait ← worker.py:30"


def test_a_thread_that_keeps_the_process_is_told_with_its_stack_and_once():
    (finding,) = judged(left("thread", detail=FOREVER, name="worker"), failures=[timeout("exit")])
    assert (finding.code, finding.severity, finding.phase) == ("LS307", "error", "exit")
    assert finding.message == (
        "the process did not end by itself after the lifespan: no end after 30 s; "
        "it is kept by thread worker (not a daemon; in Event.wait ← worker.py:30)"
    )
    assert (finding.path, finding.line) == (USER, 7)


def test_a_daemon_beside_it_is_told_as_a_thread():
    findings = judged(
        left("thread", detail="daemon; in sleep", name="beat", line=3),
        left("thread", detail="idle worker; in _worker", name="pool", line=4),
        left("thread", detail=FOREVER, name="worker"),
        failures=[timeout("exit")],
    )
    assert [(finding.code, finding.line) for finding in findings] == [("LS302", 3), ("LS302", 4), ("LS307", 7)]
    assert "beat" not in findings[-1].message
    assert "pool" not in findings[-1].message


def test_the_same_thread_in_a_process_that_did_end_is_a_thread_that_was_left():
    assert only(left("thread", detail=FOREVER)).code == "LS302"


def test_without_a_thread_it_is_told_where_the_process_is():
    finding = only(failures=[timeout("exit", kind="thread")])
    assert finding.code == "LS307"
    assert finding.message == (
        "the process did not end by itself after the lifespan: no end after 30 s, executing open_pool ← main.py:7"
    )
    assert (finding.path, finding.line) == (USER, 7)
    assert "atexit" in finding.hint


def test_an_application_that_never_was_up_must_end_too():
    assert only(failures=[timeout("exit")], messages=(UP, FAILED)).code == "LS307"


def test_what_the_application_calls_its_things_is_bounded():
    for kind in CODES:
        long = Leftover(kind, "x" * 5000, "y" * 5000, None, None)
        assert all(len(finding.message) < 800 for finding in judged(long))
    named = [Leftover("thread", "x" * 5000, f"not a daemon; {'y' * 5000}", None, None) for _ in range(30)]
    assert len(only(*named, failures=[timeout("exit")]).message) < 3000


# the folder of applications


def test_each_rule_is_broken_by_two_applications_and_there_are_as_many_near_misses():
    broken = Counter(code for one in CASES for code in one.codes if code.startswith("LS3"))
    assert set(broken) == {rule.code for rule in rules.RULES if rule.code.startswith("LS3")}
    assert min(broken.values()) >= 2
    near_misses = [one for one in CASES if "--select=LS3" in one.words and "LS3" not in str(one.codes)]
    assert len(near_misses) >= 2 * len(broken)


# from the wire

CODE = UserCode(("/usr/lib/python3.11/",), ("/opt/probe/",), USER)
LIB = "/usr/lib/python3.11/asyncio/tasks.py"
SITE = "/usr/lib/python3.11/site-packages/sweeper.py"


def assembled(origin=(), stack=()):
    (found,) = leftovers_of([Left("task", "Task-3", "poll", tuple(origin), tuple(stack))], CODE)
    return found


def test_the_users_line_that_made_it_comes_first():
    found = assembled(
        [("create_task", LIB, 400), ("start", USER, 12), ("lifespan", USER, 5)],
        [("sleep", LIB, 600), ("poll", USER, 9)],
    )
    assert (found.path, found.line, found.detail) == (USER, 12, "poll; in sleep ← main.py:9")


def test_else_the_users_line_where_it_is_else_a_librarys_and_never_the_standard_librarys():
    stack = [("sleep", LIB, 600), ("poll", USER, 9)]
    assert (assembled(stack=stack).path, assembled(stack=stack).line) == (USER, 9)
    library = [("create_task", LIB, 400), ("sweep", SITE, 11), ("run", LIB, 10)]
    made = assembled(library, [("sleep", LIB, 600)])
    assert (made.path, made.line, made.detail) == (SITE, 11, "poll; in sleep")
    there = assembled(library[:1], [("sleep", LIB, 600), ("sweep", SITE, 12)])
    assert (there.path, there.line) == (SITE, 12)
    nowhere = assembled(library[:1], [("sleep", LIB, 600), ("<module>", "<frozen runpy>", 88)])
    assert (nowhere.path, nowhere.line) == (None, None)
    nothing = assembled()
    assert (nothing.path, nothing.line, nothing.detail) == (None, None, "poll")


def test_our_own_frames_are_nobodys_business():
    found = assembled([("noted", "/opt/probe/threads.py", 70), ("start", USER, 12)])
    assert (found.path, found.line) == (USER, 12)
