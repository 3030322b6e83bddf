"""What is told of a check that follows another one, by exact text."""

import pytest
from msgspec.structs import replace
from rendering import diagnosed
from reports import CRASHED_TARGET, HOSTILE, PASSED_TARGET
from trees import LIB, MAIN, frame, imported, library, phase, run

from lifespan_cli.analysis.baseline import moved
from lifespan_cli.model import Finding, Report
from lifespan_cli.output import Style
from lifespan_cli.output.text import comparison


def render(before, after, style, title):
    return comparison.render(diagnosed(before), diagnosed(after), moved, style, title, {})


STYLE = Style(width=80, root="/srv/shop")


def report(*runs, findings=(), verdict="passed", target="shop.main:app"):
    made = replace(PASSED_TARGET, target=target, verdict=verdict, runs=runs, findings=findings, statistics={})
    return Report(2, "0.1.0", verdict, int(verdict == "failed"), (made,))


def blocked(line: int, milliseconds: int) -> Finding:
    message = f"connect held up the event loop for {milliseconds} ms"
    return Finding("LS203", "event-loop-blocked", "warning", message, "startup", MAIN, line, "Await it.")


SLOW = Finding("LS206", "sequential-waits", "info", "two waits", "startup", MAIN, 8, "")
LATE = Finding("LS207", "slow-exit", "warning", "the process needs 2 s to end", "exit", None, None, "Join it.")


def started(import_ms, *lines, findings=(), shutdown_ms=50, imports=()):
    """A run whose startup is these lines: number, milliseconds, source."""
    frames = [
        frame(line, ms, library("asyncio", "sleep", ms, line=1), source=source, waiting=ms)
        for line, ms, source in lines
    ]
    whole = sum(ms for _, ms, _ in lines)
    phases = phase("import", import_ms), phase("startup", whole, *frames), phase("shutdown", shutdown_ms)
    return report(run(*phases, imports=imports), findings=findings)


BEFORE = started(
    400,
    (7, 1500, "await connect()"),
    (8, 700, "await warm()"),
    (9, 110, "await ask()"),
    imports=(imported("pandas", 300, line=3), imported("yaml", 80, line=4)),
    findings=(blocked(7, 148), SLOW),
)
AFTER = started(
    396,
    (9, 290, "await connect()"),  # two lines were put before it
    (10, 790, "await warm()"),
    (11, 115, "await ask()"),
    (12, 25, "await check()"),
    imports=(imported("pandas", 296, line=3), imported("yaml", 80, line=4)),
    findings=(blocked(9, 160), LATE),
)

FASTER = """\
check 2: main.py changed

  import     400 ms → 396 ms    about the same
  startup    2.31 s → 1.22 s    -1.09 s
              -1.21 s  main.py:9  await connect()
             +90.0 ms  main.py:10  await warm()
             +25.0 ms  main.py:12  await check()
  shutdown  50.0 ms → 50.0 ms   about the same

warning[LS207] the process needs 2 s to end
  = fix: Join it.

warning LS203 event-loop-blocked at main.py:9, as before
info LS206 sequential-waits, gone

PASSED shop.main:app – ready in 1.62 s, 2 warnings
"""


def test_phases_lines_and_findings_before_and_after():
    assert render(BEFORE, AFTER, STYLE, "check 2: main.py changed") == FASTER


def test_what_is_gone_is_told_where_it_was_and_imports_by_their_modules():
    without = started(90, (8, 700, "await warm()"), imports=(imported("yaml", 80, line=3),))
    lines = render(BEFORE, without, STYLE, "x").splitlines()
    assert lines[2:8] == [
        "  import     400 ms → 90.0 ms   -310 ms",
        "              -300 ms  main.py:3  pandas",
        "  startup    2.31 s → 700 ms    -1.61 s",
        "              -1.50 s  main.py:7  await connect()",
        "              -110 ms  main.py:9  await ask()",
        "  shutdown  50.0 ms → 50.0 ms   about the same",
    ]


def test_a_phase_that_did_not_end_well_has_no_difference_and_nothing_is_gone():
    crashed = Report(2, "0.1.0", "failed", 1, (CRASHED_TARGET,))
    shown = render(BEFORE, crashed, STYLE, "check 3: main.py changed")
    assert "  startup    2.31 s → crashed\n" in shown
    assert "  shutdown  50.0 ms → not reached\n" in shown
    assert "error[LS102] The application raised ConnectionRefusedError" in shown
    assert "return await asyncpg.create_pool(DSN)" in shown
    assert "gone" not in shown
    assert "INFO: connecting to 127.0.0.1:5432" in shown
    assert "  startup   crashed → 2.31 s\n" in render(crashed, BEFORE, STYLE, "check 4")


@pytest.mark.parametrize(
    ("before_ms", "after_ms", "told"),
    [
        (100, 109, "about the same"),
        (100, 110, "+10.0 ms"),
        (100, 90, "-10.0 ms"),
        (1000, 951, "about the same"),
        (1000, 950, "-50.0 ms"),
    ],
)
def test_from_what_on_a_phase_has_changed(before_ms, after_ms, told):
    shown = render(started(before_ms), started(after_ms), STYLE, "x")
    assert shown.splitlines()[2].endswith(f"  {told}")


def test_the_call_of_a_factory_is_told_where_it_takes_time():
    quick, slow = (report(run(phase("resolve", ms), phase("startup", 5))) for ms in (0, 200))
    assert "  resolve      0 µs → 200 ms    +200 ms\n" in render(quick, slow, STYLE, "x")
    assert "resolve" not in render(quick, quick, STYLE, "x")


def test_each_of_several_targets_is_compared_with_itself_and_a_new_one_with_nothing():
    old, new = (
        replace(first, targets=(*first.targets, replace(second.targets[0], target=name)))
        for first, second, name in ((BEFORE, AFTER, "b:app"), (AFTER, BEFORE, "b:app"))
    )
    shown = render(old, new, STYLE, "x")
    assert "shop.main:app\n\n  import     400 ms → 396 ms" in shown
    assert "b:app\n\n  import     396 ms → 400 ms" in shown
    alone = render(BEFORE, new, STYLE, "x")
    assert alone.count("→") == 3
    assert "PASSED b:app – ready in 2.71 s, 1 warning, 1 note" in alone


def test_colours_tell_faster_from_slower():
    shown = render(BEFORE, AFTER, replace(STYLE, color=True), "x")
    assert "\x1b[32m-1.09 s\x1b[0m" in shown
    assert "\x1b[31m+90.0 ms" in shown
    assert "\x1b[2mabout the same\x1b[0m" in shown


def test_what_an_application_says_is_inert_and_ascii_where_it_must_be():
    for style in (STYLE, replace(STYLE, unicode=False), replace(STYLE, verbose=True)):
        shown = render(HOSTILE, HOSTILE, style, "check 2: \x1b[31mred.py changed")
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert "check 2: \\x1b[31mred.py changed" in shown
    assert render(BEFORE, AFTER, replace(STYLE, unicode=False), "x").isascii()


def test_long_lines_are_cut_to_the_page():
    before = started(1, (7, 10, "await connect()"))
    after = started(1, (7, 500, f"await connect({'x' * 200})"))
    lines = render(before, after, STYLE, "x").splitlines()
    assert max(map(len, lines)) == 80
    assert lines[4].endswith("xxx…")
    assert f"{LIB}/asyncio" not in "".join(lines)
