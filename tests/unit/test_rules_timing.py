"""Rules LS203, LS206 and LS207, by value: what is told, what it says, and near misses."""

import pytest
from msgspec.structs import replace
from trees import APP, MAIN, MS, busy, frame, imported, judged, library, only, phase, run

from lifespan_cli.model import Block, BlockLine, Conduct, Failure, FindingLine, Leftover
from lifespan_cli.rules.wording import lasting

# LS203


def line_of(wall, line=7, cpu=0, path=MAIN, function="load", called="", source="time.sleep(1)"):
    return BlockLine(function, path, line, wall * MS, cpu * MS, called, source)


def stretch(*lines, at=0, delay=None, wall=None):
    """A stretch of these lines, the longest first."""
    longest = lines[0]
    wall_ns = sum(one.wall_ns for one in lines) if wall is None else wall * MS
    place = longest.function, longest.path, longest.line, longest.called, longest.source
    return Block(at * MS, wall_ns, *place, lines, None if delay is None else delay * MS)


def block(wall, line=7, at=0, cpu=0, **other):
    """A stretch of one line, which computed for that share of it."""
    return stretch(line_of(wall, line, int(cpu * wall), **other), at=at)


def blocked(*blocks, name="startup", status="ok", frames=None, imports=()):
    """A run with these stretches, and a clock of the thread's that runs."""
    total = sum(one.wall_ns for one in blocks) // MS
    tree = frame(3, total + 50, frame(7, total, function="load", at=0), waiting=50, cpu=1)
    frames = (tree,) if frames is None else frames
    return run(phase(name, 1000, *frames, blocks=blocks, status=status), imports=imports)


@pytest.mark.parametrize("name", ["startup", "hold", "shutdown"])
def test_a_blocked_event_loop(name):
    finding = only(blocked(block(150), name=name))
    assert (finding.code, finding.severity, finding.phase) == ("LS203", "warning", name)
    assert (finding.path, finding.line) == (MAIN, 7)
    assert finding.message == f"load blocked the event loop for 150 ms during {name}: `time.sleep(1)`"
    assert finding.lines == (FindingLine(MAIN, 7, "time.sleep(1)", 150 * MS, "load", "blocking"),)


def test_every_line_of_a_stretch_has_its_own_time():
    lines = line_of(379, 56, 370, source="build_index()"), line_of(351, 46, function="migrate")
    first, second = judged(blocked(stretch(*lines)))
    assert first.message == "load blocked the event loop for 379 ms during startup, computing: `build_index()`"
    assert second.message == "migrate blocked the event loop for 351 ms during startup: `time.sleep(1)`"
    assert [first.line, second.line] == [56, 46]
    assert first.lines == (FindingLine(MAIN, 56, "build_index()", 379 * MS, "load", "computing"),)
    assert second.lines == (FindingLine(MAIN, 46, "time.sleep(1)", 351 * MS, "migrate", "blocking"),)


def test_all_lines_are_listed_and_three_are_named():
    finding = only(blocked(stretch(*(line_of(90, line, source=f"step({line})") for line in range(5)))))
    assert [one.line for one in finding.lines] == [0, 1, 2, 3, 4]
    assert finding.message.startswith("the event loop was blocked for 450 ms during startup by 5 lines: `step(0)`")
    assert finding.message.endswith("`step(2)` in load 90 ms, and 2 more")


def test_a_small_part_is_listed_only_from_the_limit_on():
    lines = line_of(940, 7), line_of(48, 8), line_of(12, 9)
    assert [one.line for one in only(blocked(stretch(*lines))).lines] == [7]
    assert [one.line for one in judged(blocked(stretch(*lines)), max_blocking_ns=20 * MS)] == [7, 8]


def test_requests_and_a_second_start_are_judged_only_where_a_limit_is_given():
    for name in ("request", "restart"):
        assert judged(blocked(block(150), name=name)) == ()
        assert only(blocked(block(150), name=name), max_blocking_ns=100 * MS).phase == name


def test_what_a_second_start_repeats_is_reported_once():
    first, second = blocked(block(150)), blocked(block(150), name="restart")
    both = replace(first, phases=(*first.phases, *second.phases))
    assert only(both, max_blocking_ns=100 * MS).phase == "startup"


@pytest.mark.parametrize(
    ("limit_ms", "wall", "severity"),
    [(None, 99, None), (None, 100, "warning"), (300, 299, None), (300, 300, "error"), (20, 25, "error")],
)
def test_a_limit_that_is_given_makes_it_an_error(limit_ms, wall, severity):
    limit_ns = None if limit_ms is None else limit_ms * MS
    assert [finding.severity for finding in judged(blocked(block(wall)), max_blocking_ns=limit_ns)] == (
        [severity] if severity else []
    )


@pytest.mark.parametrize(
    ("share", "kind"), [(0.9, "computing"), (0.5, "computing"), (0.3, "blocking"), (0.1, "blocking")]
)
def test_computing_and_blocking_calls_are_told_apart_where_they_can_be(share, kind):
    finding = only(blocked(block(200, source="build(index)", cpu=share)))
    assert finding.lines[0].kind == kind
    assert (", computing: `build(index)`" in finding.message) == (kind == "computing")
    assert ("needs a process" in finding.hint) == (kind == "computing")


def test_without_a_clock_of_the_threads_nothing_is_said_of_computing():
    silent = frame(3, 200, frame(7, 200, function="load"))
    for frames in ((silent,), ()):
        finding = only(blocked(block(200), frames=frames))
        assert finding.message == "load blocked the event loop for 200 ms during startup: `time.sleep(1)`"
        assert finding.lines[0].kind is None


def test_on_a_busy_machine_computing_counts_as_what_it_computed_but_blocking_as_what_it_took():
    assert judged(blocked(block(150, cpu=0.3), imports=busy())) == ()
    assert len(judged(blocked(block(150, cpu=0.3)))) == 1
    assert len(judged(blocked(block(150, cpu=0.05), imports=busy()))) == 1
    assert len(judged(blocked(block(400, cpu=0.3), imports=busy()))) == 1
    assert len(judged(blocked(block(150, cpu=0.3), imports=busy()), max_blocking_ns=100 * MS)) == 1


def test_what_waited_for_a_processor_is_known_without_an_estimate():
    starved, sleeps = line_of(300, 8, 60), line_of(200, 9)
    assert judged(blocked(stretch(line_of(150, 7, 45), delay=100))) == ()
    assert kinds(blocked(stretch(starved, sleeps, delay=240))) == ["computing", "blocking"]
    assert kinds(blocked(stretch(starved, sleeps, delay=0))) == ["blocking", "blocking"]


def kinds(the_run):
    """What the lines that block did, the longest first."""
    return [finding.lines[0].kind for finding in judged(the_run)]


def test_the_stretches_of_one_line_are_added():
    several = [block(150), block(120, at=200), block(110, line=9, at=400), block(30, at=600), block(300, 8, at=700)]
    found = judged(blocked(*several))
    assert [(one.line, one.lines[0].wall_ns // MS) for one in found] == [(8, 300), (7, 270), (9, 110)]
    assert "for 270 ms during startup" in found[1].message
    again = only(blocked(block(150), block(120, at=200)))
    assert "for 270 ms (2 times, up to 150 ms) during startup" in again.message


def test_two_phases_are_two_findings():
    phases = [phase(name, 1000, blocks=(block(wall),)) for name, wall in (("startup", 280), ("shutdown", 150))]
    found = judged(run(*phases))
    assert [finding.phase for finding in found] == ["startup", "shutdown"]
    assert ["for 280 ms during startup" in found[0].message, "for 150 ms during shutdown" in found[1].message] == [
        True,
        True,
    ]


def test_what_was_called_is_named_where_the_line_does_not_show_it():
    hidden = only(blocked(block(150, called="Session.request", source="get(URL)")))
    assert hidden.message.endswith("during startup: `get(URL)`, in Session.request")
    said = only(blocked(block(150, called="Session.get", source="session.get(URL)")))
    assert said.message.endswith("`session.get(URL)`")


def test_a_block_without_a_source_line():
    finding = only(blocked(block(150, source="")))
    assert (finding.message, finding.lines[0].text) == ("load blocked the event loop for 150 ms during startup", "load")
    assert only(blocked(block(150, function="<module>"), frames=())).message.startswith("top-level code blocked")


CODE = """\
import time

def migrate(url):
    time.sleep(0.35)
    build()

async def lifespan(app):
    migrate(URL, retry=True)
    await connect(migrate(URL))
    time.sleep(0.35)
    session.get(URL)
    rows = [load(row) for row in open(PATH)]
    await service.start()
    with lock: merge(os.read(one, 1), os.read(other, 1))
    client = Client(URL)
"""


@pytest.fixture
def code_file(tmp_path):
    file = tmp_path / "main.py"
    file.write_text(CODE, "utf-8")
    return str(file)


def moved(path, coroutine_line, *inner, backend="asyncio", function="lifespan"):
    """The hint for a line that the coroutine's line leads to, or which it is."""
    tree = frame(coroutine_line, 150, *inner, path=path, function=function, cpu=1)
    leaf = tree
    while leaf.children:
        leaf = leaf.children[0]
    line = line_of(150, leaf.line, path=leaf.path, function=leaf.function, source="")
    called = "" if leaf.user else leaf.function
    if called:
        line = replace(line, path=path, line=coroutine_line, function=function, called=called)
    return only(blocked(stretch(line), frames=(tree,)), backend=backend).hint


def test_a_plain_function_is_called_in_a_thread_at_the_line_of_the_coroutine_that_calls_it(code_file):
    sleeps = frame(4, 150, path=code_file, function="migrate")
    assert moved(code_file, 8, sleeps) == (
        "Run it in a thread: `await asyncio.to_thread(migrate, URL, retry=True)` at main.py:8."
    )
    assert moved(code_file, 9, sleeps) == "Run it in a thread: `await asyncio.to_thread(migrate, URL)` at main.py:9."
    deep = frame(5, 150, frame(30, 150, path="/srv/shop/db.py", function="build"), path=code_file, function="migrate")
    assert "to_thread(migrate, URL, retry=True)` at main.py:8" in moved(code_file, 8, deep)


def test_a_sleep_is_awaited_only_where_a_coroutine_sleeps(code_file):
    assert moved(code_file, 10) == "Await the event loop's own sleep: `await asyncio.sleep(0.35)` at main.py:10."
    assert "await trio.sleep(0.35)" in moved(code_file, 10, backend="trio")


def test_a_librarys_call_and_a_class_are_called_in_a_thread(code_file):
    assert "`await asyncio.to_thread(session.get, URL)` at main.py:11" in moved(
        code_file, 11, library("requests", "Session.get", 150)
    )
    assert "`await asyncio.to_thread(Client, URL)` at main.py:15" in moved(
        code_file, 15, library("redis", "Client.__init__", 150)
    )


def test_on_trio_a_thread_is_trios(code_file):
    sleeps = frame(4, 150, path=code_file, function="migrate")
    assert "`await trio.to_thread.run_sync(functools.partial(migrate, URL, retry=True))` at main.py:8" in moved(
        code_file, 8, sleeps, backend="trio"
    )
    assert "`await trio.to_thread.run_sync(migrate, URL)` at main.py:9" in moved(code_file, 9, sleeps, backend="trio")


def test_no_call_is_made_up_where_the_source_does_not_tell_which_it_is(code_file):
    assert moved(code_file, 14) == "Run the call at main.py:14 in a thread: `await asyncio.to_thread(…)`."
    assert moved(code_file, 13, library("service", "start", 150)) == (
        "Use an async client, or call it in a thread where a coroutine calls it: `await asyncio.to_thread(…)`."
    )
    assert moved("/srv/missing.py", 3) == moved(code_file, 13, library("service", "start", 150))


def test_lines_of_one_call_are_moved_by_one(code_file):
    lines = [frame(line, 100, path=code_file, function="migrate", at=line) for line in (4, 5)]
    tree = frame(8, 200, *lines, path=code_file, function="lifespan", cpu=1)
    both = stretch(*(line_of(100, line, path=code_file, function="migrate") for line in (4, 5)))
    assert {finding.hint.count("to_thread") for finding in judged(blocked(both, frames=(tree,)))} == {1}


@pytest.mark.parametrize(("other", "is_told"), [({}, True), ({"at": 200}, False), ({"name": "import"}, False)])
def test_an_import_that_blocks_is_told_as_one(other, is_told):
    at = other.pop("at", 5)
    lazily = replace(imported("pandas", 140, **{"name": "startup", **other}), at_ns=at * MS)
    finding = next(one for one in judged(blocked(block(150), imports=[lazily])) if one.code == "LS203")
    assert finding.message.startswith("importing pandas" if is_told else "load blocked")
    assert ("at the top of a module" in finding.hint) == is_told
    assert finding.line == (1 if is_told else 7)
    assert finding.message.endswith("time.sleep(1)`") != is_told


def test_an_import_is_one_of_the_lines_of_a_longer_stretch():
    lazily = imported("pandas", 200, name="startup", line=9)
    found = judged(blocked(stretch(line_of(300), line_of(200, 9, source="import pandas")), imports=[lazily]))
    assert [(one.lines[0].text, one.lines[0].kind) for one in found] == [
        ("time.sleep(1)", "blocking"),
        ("import pandas", "import"),
    ]


def test_a_block_that_a_phase_hangs_in_is_told_as_the_timeout_alone():
    hanging, earlier = block(900, at=100), block(120, at=0, line=9)
    run_out = blocked(earlier, hanging, status="timeout", frames=(frame(3, 1000, cpu=1),))
    assert [finding.line for finding in judged(run_out)] == [9]
    assert len(judged(blocked(earlier, hanging, frames=(frame(3, 1000, cpu=1),)))) == 2


@pytest.mark.parametrize(
    ("source", "package", "is_handler"),
    [
        ("def connect():\n    x\n    load()\n", "starlette", True),
        ("async def connect():\n    x\n    load()\n", "starlette", False),
        ("async def connect():\n    def key():\n        load()\n", "starlette", True),
        ("def connect():\n    x\n    load()\n", "sqlalchemy", False),
        ("not python (\n\n\n", "starlette", False),
        ("", "starlette", False),
    ],
)
def test_a_plain_handler_that_the_framework_calls_is_told_to_become_async(source, package, is_handler, tmp_path):
    file = tmp_path / "handlers.py"
    file.write_text(source, "utf-8")
    inner = frame(7, 150, function="load")
    handler = frame(3, 150, inner, path=str(file), function="connect")
    tree = frame(1, 150, library(package, "startup", 150, handler), cpu=1, function="wrapped")
    finding = only(blocked(block(150, source="get(URL)"), frames=(tree,)))
    assert (
        "`connect` is a plain `def`, which runs on the event loop: make it `async def`, and call" in finding.hint
    ) == is_handler


# LS206

SOURCE = """\
async def lifespan(app):
    app.state.pool = await create_pool()
    app.state.redis = await create_redis()
    yield
    app.state.saved = await save()
    app.state.sent = await report()

async def create_pool(): return 1
async def create_redis(): return 2
async def save(): return 3
async def report(): return 4
"""


@pytest.fixture
def source(tmp_path):
    file = tmp_path / "main.py"
    file.write_text(SOURCE, "utf-8")
    return str(file)


def waiting(path, name="startup", wall=600, status="ok", times=(200, 300), lines=(2, 3)):
    pairs = zip(lines, times, strict=True)
    return run(
        phase(name, wall, *(frame(line, time, waiting=time, at=line, path=path) for line, time in pairs), status=status)
    )


@pytest.mark.parametrize(("name", "lines"), [("startup", (2, 3)), ("shutdown", (5, 6))])
def test_sequential_waits_are_told_as_an_estimate(source, name, lines):
    finding = only(waiting(source, name, lines=lines))
    assert (finding.code, finding.severity, finding.phase) == ("LS206", "info", name)
    assert (finding.path, finding.line) == (source, lines[0])
    assert finding.message == (
        f"lifespan awaits independent calls one after another at lines {lines[0]} and {lines[1]}; "
        f"running them concurrently would save about 200 ms of {name}"
    )
    assert "asyncio.gather" in finding.hint
    assert "nursery" in only(waiting(source, name, lines=lines), backend="trio").hint


@pytest.mark.parametrize(
    "other", [{"times": (150, 99)}, {"wall": 2001}, {"status": "timeout"}, {"status": "crashed"}, {"name": "hold"}]
)
def test_waits_that_are_not_worth_it(source, other):
    assert judged(waiting(source, **other)) == ()


def test_a_source_that_cannot_be_read_is_no_news(source, tmp_path):
    (tmp_path / "odd.py").write_bytes(b"# coding: nonsense\n" + SOURCE.encode())
    (tmp_path / "latin.py").write_bytes(SOURCE.replace("yield", "yield  # \xe9").encode("latin-1"))
    (tmp_path / "large.py").write_text(SOURCE + "#" * 2_000_000)
    names = ["missing.py", "odd.py", "latin.py", "large.py", "."]
    for path in [*(str(tmp_path / name) for name in names), "<string>", "\0", "/dev/zero"]:
        assert judged(waiting(path)) == ()


# LS207


def leaving(wall, *frames, status="ok", leftovers=(), imported_ms=20, cancelled=False):
    the_run = run(phase("import", imported_ms), phase("exit", wall, *frames, status=status))
    return replace(the_run, leftovers=tuple(leftovers), conduct=Conduct(cancelled=cancelled))


def test_a_slow_exit():
    finding = only(leaving(1200))
    assert (finding.code, finding.severity, finding.phase, finding.path) == ("LS207", "warning", "exit", MAIN)
    assert finding.message == "the process needed 1.20 s to exit after shutdown"


def test_a_slow_exit_names_what_it_was_in_and_what_was_still_there():
    line = frame(30, 1100, function="flush", source="queue.join()", task="other")
    left = [Leftover(kind, "reporter", "", None, None) for kind in ("thread", "file")]
    finding = only(leaving(1200, library("atexit", "run", 1150, line, task="other"), leftovers=left))
    assert (finding.path, finding.line) == (MAIN, 30)
    assert finding.message.endswith(
        "after shutdown, 1.10 s of it in flush: `queue.join()`; still running after shutdown: thread reporter"
    )
    joins = only(leaving(1200, library("threading", "_shutdown", 1150)))
    assert (joins.path, joins.line) == (APP.path, APP.line)
    assert ", 1.15 s of it in threading: _shutdown" in joins.message


def test_a_slow_exit_names_the_threads_and_processes_that_it_waited_for():
    joins = library("threading", "_shutdown", 1150)
    left = [
        Leftover("thread", "reporter", "not a daemon; in Thread.run", MAIN, 12),
        Leftover("thread", "poller", "daemon; in Thread.run", MAIN, 13),
        Leftover("process", "ForkProcess-1", "child, pid 7", MAIN, 14),
    ]
    finding = only(leaving(1200, joins, leftovers=left))
    assert (finding.path, finding.line) == (MAIN, 12)
    assert ", 1.15 s of it waiting for thread reporter; still running after shutdown: " in finding.message
    pools = library("concurrent", "_python_exit", 1150)
    several = [replace(left[0], name=f"worker {number}", path=None, line=None) for number in range(5)]
    assert (
        "waiting for threads worker 0, worker 1, worker 2 and 2 more"
        in only(leaving(1200, pools, leftovers=several)).message
    )
    children = library("multiprocessing", "_exit_function", 1150)
    assert "waiting for process ForkProcess-1" in only(leaving(1200, children, leftovers=left)).message
    assert "in threading: _shutdown" in only(leaving(1200, joins, leftovers=left[1:])).message


def test_a_large_application_may_need_longer():
    assert judged(leaving(1400, imported_ms=2000)) == ()
    assert only(leaving(2000, imported_ms=2000)).code == "LS207"
    assert only(leaving(1400, library("threading", "_shutdown", 1100), imported_ms=2000)).code == "LS207"


@pytest.mark.parametrize("other", [{"wall": 990}, {"status": "timeout"}, {"status": "killed"}, {"cancelled": True}])
def test_what_is_no_slow_exit(other):
    assert judged(leaving(**{"wall": 1200, **other})) == ()


# all of them


def test_a_run_that_hangs_or_is_good_has_no_finding_about_time():
    good = [phase(name, 90, frame(3, 90, waiting=90)) for name in ("import", "startup", "hold", "shutdown", "exit")]
    assert judged(run(*good)) == judged(run()) == ()
    hung = Failure("startup", "TimeoutError", "", "", MAIN, 7, kind="timeout")
    line = frame(7, 60_000, cpu=1, function="load")
    hanging = phase("startup", 60_000, frame(3, 60_000, line, cpu=1), blocks=[block(60_000)], status="timeout")
    assert judged(run(hanging, failures=[hung])) == ()


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0.4, "0.4 ms"), (99.6, "99.6 ms"), (850, "850 ms"), (999.6, "1.00 s"), (9994, "9.99 s"), (75_000, "75.0 s")],
)
def test_times_in_findings(ms, text):
    assert lasting(int(ms * MS)) == text
