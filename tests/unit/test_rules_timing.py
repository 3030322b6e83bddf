"""Rules LS203, LS206 and LS207, by value: what is told, what it says, and near misses."""

import pytest
from msgspec.structs import replace
from trees import APP, MAIN, MS, busy, frame, imported, judged, library, only, phase, run

from lifespan_cli.model import Block, Conduct, Failure, Leftover
from lifespan_cli.rules.wording import lasting

# LS203


def block(wall, line=7, at=0, path=MAIN, function="load", called="", source="time.sleep(1)"):
    return Block(at * MS, wall * MS, function, path, line, called, source)


def blocked(*blocks, cpu=0, name="startup", status="ok", frames=None, imports=()):
    """A run whose blocks stand for a line that computed for that share of their time."""
    total = sum(one.wall_ns for one in blocks) // MS
    line = frame(7, total, cpu=int(cpu * total), function="load", at=0)
    tree = frame(3, total + 50, line, waiting=50, cpu=max(1, int(cpu * total)))
    frames = (tree,) if frames is None else frames
    return run(phase(name, 1000, *frames, blocks=blocks, status=status), imports=imports)


@pytest.mark.parametrize("name", ["startup", "hold", "shutdown"])
def test_a_blocked_event_loop(name):
    finding = only(blocked(block(150), name=name))
    assert (finding.code, finding.severity, finding.phase) == ("LS203", "warning", name)
    assert (finding.path, finding.line) == (MAIN, 7)
    assert finding.message == f"load held up the event loop for 150 ms in {name}, waiting: `time.sleep(1)`"
    assert finding.hint == "Use `await asyncio.sleep(…)`."


def test_a_stretch_of_several_calls_is_not_blamed_on_the_longest_alone():
    calls = (frame(7, 300, function="load"), frame(9, 200, function="migrate"))
    message = only(blocked(block(500), frames=calls)).message
    assert message == ("the event loop was held up for 500 ms in startup, for 300 ms of it by load: `time.sleep(1)`")


def test_requests_and_a_second_start_are_judged_only_where_a_limit_is_given():
    for name in ("request", "restart"):
        assert judged(blocked(block(150), name=name)) == ()
        assert only(blocked(block(150), name=name), max_blocking_ns=100 * MS).phase == name


def test_what_a_second_start_repeats_is_told_once():
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
    ("share", "word"), [(0.9, ", computing:"), (0.5, ", computing:"), (0.3, ", waiting:"), (0.1, ", waiting:")]
)
def test_computing_and_waiting_are_told_apart_where_they_can_be(share, word):
    finding = only(blocked(block(200, source="build(index)"), cpu=share))
    assert word in finding.message
    assert ("needs a process" in finding.hint) == (share >= 0.5)


def test_without_a_clock_of_the_threads_nothing_is_said_of_computing():
    silent = frame(3, 200, frame(7, 200, function="load"))
    for frames in ((silent,), ()):
        message = only(blocked(block(200), frames=frames)).message
        assert message == "load held up the event loop for 200 ms in startup: `time.sleep(1)`"


def test_waiting_of_the_same_line_is_not_the_blocks():
    line = frame(7, 1000, cpu=190, waiting=800, function="load")
    assert ", computing" in only(blocked(block(200), frames=(frame(3, 1000, line, cpu=190, waiting=800),))).message


def test_on_a_busy_machine_computing_counts_as_what_it_computed_but_waiting_as_what_it_took():
    assert judged(blocked(block(150), cpu=0.3, imports=busy())) == ()
    assert len(judged(blocked(block(150), cpu=0.3))) == 1
    assert len(judged(blocked(block(150), cpu=0.05, imports=busy()))) == 1
    assert len(judged(blocked(block(400), cpu=0.3, imports=busy()))) == 1
    assert len(judged(blocked(block(150), cpu=0.3, imports=busy()), max_blocking_ns=100 * MS)) == 1


def test_blocks_of_one_place_are_one_finding_and_places_come_by_cost():
    several = [
        block(150),
        block(120, at=200),
        block(110, line=9, at=400),
        block(30, at=600),
        block(300, line=8, at=700),
    ]
    first, second, third = judged(blocked(*several))
    assert [first.line, second.line, third.line] == [8, 7, 9]
    assert "for 270 ms (2 times, 150 ms at most) in startup" in second.message


def test_blocks_of_one_place_in_two_phases_are_two_findings():
    phases = [phase(name, 1000, blocks=(block(wall),)) for name, wall in (("startup", 280), ("shutdown", 150))]
    found = judged(run(*phases))
    assert [finding.phase for finding in found] == ["startup", "shutdown"]
    assert ["for 280 ms in startup" in found[0].message, "for 150 ms in shutdown" in found[1].message] == [True, True]


def test_what_was_called_is_told_where_the_line_does_not_say_it():
    hidden = only(blocked(block(150, called="Session.request", source="get(URL)")))
    assert hidden.message.endswith("waiting: `get(URL)`, in Session.request")
    assert hidden.hint == "Await an async client, or call it in a thread, `await asyncio.to_thread(…)`."
    said = only(blocked(block(150, called="Session.get", source="session.get(URL)")))
    assert said.message.endswith("`session.get(URL)`")


def test_a_block_without_a_source_line():
    assert only(blocked(block(150, source=""))).message == "load held up the event loop for 150 ms in startup, waiting"
    assert only(blocked(block(150, function="<module>"), frames=())).message.startswith("top-level code held up")


def test_on_trio_the_hint_is_trios():
    assert only(blocked(block(150)), backend="trio").hint == "Use `await trio.sleep(…)`."
    assert "`await trio.to_thread.run_sync(…)`" in only(blocked(block(150, source="get()")), backend="trio").hint


@pytest.mark.parametrize(("other", "is_told"), [({}, True), ({"at": 200}, False), ({"name": "import"}, False)])
def test_an_import_that_blocks_is_told_as_one(other, is_told):
    at = other.pop("at", 5)
    lazily = replace(imported("pandas", 140, **{"name": "startup", **other}), at_ns=at * MS)
    finding = next(one for one in judged(blocked(block(150), imports=[lazily])) if one.code == "LS203")
    assert finding.message.startswith("importing pandas" if is_told else "load held up")
    assert ("at the top of a module" in finding.hint) == is_told
    assert finding.line == (1 if is_told else 7)
    assert finding.message.endswith("time.sleep(1)`") != is_told


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
        "`connect` is a plain `def`, which runs on the event loop: make it `async def`, and await" in finding.hint
    ) == is_handler


# LS206

SOURCE = """\
async def lifespan(app):
    app.state.pool = await create_pool()
    app.state.redis = await create_redis()
    yield
    app.state.saved = await save()
    app.state.sent = await report()
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
    assert f"lifespan waits at lines {lines[0]} and {lines[1]} one after the other" in finding.message
    assert finding.message.endswith(f"they would save 200 ms of {name}, as an estimate")
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
    assert finding.message == "the process took 1.20 s to end after shutdown"


def test_a_slow_exit_names_what_it_was_in_and_what_was_still_there():
    line = frame(30, 1100, function="flush", source="queue.join()", task="other")
    left = [Leftover(kind, "reporter", "", None, None) for kind in ("thread", "file")]
    finding = only(leaving(1200, library("atexit", "run", 1150, line, task="other"), leftovers=left))
    assert (finding.path, finding.line) == (MAIN, 30)
    assert finding.message.endswith(
        "after shutdown, 1.10 s of it in flush: `queue.join()`; still there were thread reporter"
    )
    joins = only(leaving(1200, library("threading", "_shutdown", 1150)))
    assert (joins.path, joins.line) == (APP.path, APP.line)
    assert ", 1.15 s of it in threading: _shutdown" in joins.message


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
