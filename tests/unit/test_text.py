"""The report for people, by exact text: what is seen at 80 and at 160 columns, in ASCII, in colour and when hostile."""

import re
import unicodedata

import pytest
from msgspec.structs import replace
from rendering import render
from reports import (
    ALL,
    CRASHED,
    CRASHED_TARGET,
    HOSTILE,
    HUNG,
    HUNG_TARGET,
    PASSED,
    PASSED_TARGET,
    ROOT,
    SEVERAL_RUNS,
    SEVERAL_TARGETS,
    SITE,
    UNCHECKED,
    UNSUPPORTED,
)
from rich.cells import cell_len
from texts import CRASHED_80, HUNG_160, PASSED_80, PASSED_160, RUNS_80, SEVERAL_QUIET, UNSUPPORTED_ASCII

from lifespan_cli.analysis.statistics import representative
from lifespan_cli.errors import UsageError
from lifespan_cli.model import Answer, Call, Failure, Interruption, Report, Stack
from lifespan_cli.output import Style
from lifespan_cli.output.timeline import bar
from lifespan_cli.settings import FORMATS


def text(report: Report, **style) -> str:
    return render("text", report, Style(root=ROOT, **style))


@pytest.mark.parametrize(
    ("report", "style", "expected"),
    [
        (PASSED, {"width": 80}, PASSED_80),
        (PASSED, {"width": 160}, PASSED_160),
        (CRASHED, {"width": 80}, CRASHED_80),
        (HUNG, {"width": 160}, HUNG_160),
        (UNSUPPORTED, {"width": 80, "unicode": False}, UNSUPPORTED_ASCII),
        (SEVERAL_TARGETS, {"width": 80, "quiet": True}, SEVERAL_QUIET),
        (SEVERAL_RUNS, {"width": 80}, RUNS_80),
    ],
)
def test_the_text_is_exactly_this(report, style, expected):
    assert text(report, **style) == expected


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("style", [{}, {"verbose": True}, {"quiet": True}])
def test_without_unicode_nothing_but_ascii_is_written(name, style):
    assert text(ALL[name], unicode=False, **style).isascii()


@pytest.mark.parametrize("name", sorted(set(ALL) - {"hostile"}))
@pytest.mark.parametrize("width", [60, 80, 120, 160])
def test_no_line_is_wider_than_the_page_or_ends_with_blanks(name, width):
    for line in text(ALL[name], width=width).splitlines():
        assert cell_len(line) <= width
        assert line == line.rstrip()


@pytest.mark.parametrize("style", [{}, {"verbose": True}, {"quiet": True}, {"width": 160}])
def test_hostile_strings_stay_inert(style):
    shown = text(HOSTILE, **style)
    unsafe = {character for character in shown if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert unsafe == {"\n"}
    assert "\\x1b]0;owned\\x07[bold" in re.sub(r"\n\s*", " ", shown)
    assert "\\u202egnp.exe\\u2066" in shown
    assert ":boom:" in shown
    shown.encode("utf-8")


def test_a_hostile_newline_forges_no_verdict():
    forged = [line for line in text(HOSTILE, quiet=True).splitlines() if line.startswith("failed  fake")]
    assert forged == []


@pytest.mark.parametrize("name", ALL)
def test_colour_adds_nothing_but_colours(name):
    colored = text(ALL[name], color=True)
    assert "\x1b[" in colored or name == "empty"
    plain = re.sub(r"\x1b\[[0-9;]*m", "", colored)
    assert plain == text(ALL[name])


def test_hostile_strings_are_not_styled_by_their_markup():
    quoted = replace(PASSED, targets=(replace(PASSED_TARGET, target="[red]x[/red]"),))
    assert text(quoted, color=True).startswith("\x1b[1m[red]x[/red]\x1b[0m")


def test_phases_that_are_not_the_applications_are_dim():
    lines = text(PASSED, color=True).splitlines()
    names = [phase.name for phase in PASSED_TARGET.runs[0].phases]
    assert [name for name in names if any(line.startswith(f"\x1b[2m  {name} ") for line in lines)] == [
        "boot",
        "runtime",
    ]


def test_verbose_shortens_nothing():
    shown = text(CRASHED, verbose=True, width=160)
    assert f'File "{SITE}/starlette/routing.py", line 693, in lifespan' in shown
    assert "← starlette/routing.py:693 (Router.lifespan)" in text(HUNG, verbose=True)
    long = replace(PASSED, targets=(replace(PASSED_TARGET, why="x" * 3000),))
    assert text(long, verbose=True).count("x") > 3000 > text(long).count("x")


def test_a_long_traceback_loses_its_beginning():
    frames = "".join(f'  File "{ROOT}/a.py", line {line}, in f\n    f()\n' for line in range(1, 41))
    failure = replace(CRASHED_TARGET.runs[0].failures[0], traceback=f"Traceback:\n{frames}E: x\n")
    report = replace(
        CRASHED, targets=(replace(CRASHED_TARGET, runs=(replace(CRASHED_TARGET.runs[0], failures=(failure,)),)),)
    )
    shown = text(report)
    assert "│ … 52 lines before, which --verbose shows\n" in shown
    assert '"a.py", line 26,' not in shown
    assert '"a.py", line 27,' in shown
    assert '"a.py", line 40,' in shown


def test_an_exception_is_shown_once_and_only_with_its_own_finding():
    (target,) = CRASHED.targets
    again = replace(target.findings[1], code="LS109", slug="failed-without-message")
    elsewhere = replace(target.findings[1], code="LS106", line=40)
    shown = text(replace(CRASHED, targets=(replace(target, findings=(elsewhere, *target.findings, again)),)))
    assert shown.count("│ ConnectionRefusedError") == 1
    assert shown.index("error LS102") < shown.index("│ ConnectionRefusedError") < shown.index("error LS109")


def test_only_the_last_fifty_lines_of_output_are_shown():
    run = replace(CRASHED_TARGET.runs[0], output=tuple(f"line {number}" for number in range(60)))
    shown = text(replace(CRASHED, targets=(replace(CRASHED_TARGET, runs=(run,)),)))
    assert "the last 50 lines that the application wrote\n  │ line 10\n" in shown
    assert "line 9\n" not in shown


def test_output_of_a_run_that_went_well_is_shown_only_when_verbose():
    assert "goodbye" not in text(PASSED)
    assert "  │ goodbye\n" in text(PASSED, verbose=True)


def test_long_lines_of_an_exception_group_stay_behind_its_bars():
    deep = f"{SITE}/{'deep/' * 20}pool.py"
    end = f"  | OSError: {'no route ' * 20}\n"
    said = f'  | Traceback (most recent call last):\n  |   File "{deep}", line 3, in open\n{end}'
    failure = replace(CRASHED.targets[0].runs[0].failures[0], traceback=said)
    target = replace(CRASHED.targets[0], runs=(replace(CRASHED.targets[0].runs[0], failures=(failure,)),))
    shown = text(replace(CRASHED, targets=(target,)), width=80, verbose=True)
    railed = [line.removeprefix("  │ ") for line in shown.splitlines() if line.startswith("  │   |")]
    assert len(railed) > 5
    assert max(map(len, railed)) <= 76
    words = [line.removeprefix("  |").split() for line in railed]
    assert deep in "".join("".join(line) for line in words)
    assert sum(line.count("route") for line in words) == 20


def test_what_was_answered_is_told_with_its_status():
    broken = Failure("request", "RuntimeError", "no", "", None, None)
    given = (
        Answer("/docs", 200, True, 12_300_000, 1_100_000, None),
        Answer("/helth", 404, True, 2_000_000, 900_000, None),
        Answer("/boom", None, False, 5_000_000, None, broken),
        Answer("/half", 200, False, 6_000_000, None, None),
    )
    (target,) = PASSED.targets
    told = text(replace(PASSED, targets=(replace(target, runs=(replace(target.runs[0], answers=given),)),)))
    assert (
        "requests\n"
        "  GET /docs   200  12.3 ms, again 1.10 ms\n"
        "  GET /helth  404  2.00 ms, again 900 µs\n"
        "  GET /boom   raised RuntimeError  after 5.00 ms\n"
        "  GET /half   no whole answer  after 6.00 ms\n"
    ) in told
    assert "requests" not in text(PASSED)


def test_a_target_that_passes_though_it_did_not_start_is_said_to():
    (target,) = HUNG.targets
    told = text(replace(HUNG, targets=(replace(target, verdict="passed", findings=()),)))
    assert told.endswith(", though its startup ran out of time\n")


def test_columns_that_do_not_fit_are_left_out():
    assert "memory" in text(CRASHED, width=72)
    assert "memory" not in text(CRASHED, width=60)
    assert "cpu" in text(CRASHED, width=60)
    assert "cpu" not in text(CRASHED, width=46)


def test_an_interrupted_report_says_so():
    assert text(replace(PASSED, interrupted=True)).endswith("\ninterrupted: this report is not complete\n")


def test_an_interrupted_run_says_what_was_cut_and_where_even_when_quiet():
    (target,) = PASSED.targets
    run = target.runs[0]
    cut = tuple(replace(phase, status="killed") if phase.name == "startup" else phase for phase in run.phases)
    stack = Stack("task", "lifespan", (Call("connect", "/srv/db.py", 41),))
    run = replace(run, phases=cut, interruption=Interruption("startup", (stack,)))
    report = replace(PASSED, targets=(replace(target, runs=(target.runs[0], run)),), interrupted=True)
    full, quiet = text(report), text(report, quiet=True)

    assert "run 2 of 2, interrupted" in full
    assert "startup   interrupted" in full
    assert "went wrong" not in full
    for told in full, quiet:
        assert "interrupted in startup" in told
        assert "connect, /srv/db.py:41" in told


def test_several_targets_end_with_one_verdict():
    assert text(SEVERAL_TARGETS).endswith("\n\nfailed  3 targets, 1 failed: shop.main:app\n")


def test_a_target_that_could_not_be_checked_is_told_with_the_reason():
    reason = "failed  not checked: bad:app: trio is not installed: python -m pip install trio\n"
    for shown in text(UNCHECKED), text(UNCHECKED, quiet=True):
        assert shown.endswith(f"\n{reason}\nfailed  2 targets, 0 failed, 1 not checked\n")
    assert text(replace(UNCHECKED, targets=())) == reason


def test_a_run_that_took_much_longer_is_told_below_the_statistics():
    (target,) = SEVERAL_RUNS.targets
    slow = replace(target.runs[1], phases=tuple(replace(one, wall_ns=9_100_000_000) for one in target.runs[1].phases))
    shown = text(replace(SEVERAL_RUNS, targets=(replace(target, runs=(target.runs[0], slow, target.runs[2])),)))
    assert "much slower than the others: import in run 2, 9.10 s; resolve in run 2, 9.10 s; startup in run 2" in (
        " ".join(shown.split())
    )
    assert "much slower" not in text(SEVERAL_RUNS)


def test_the_run_that_went_wrong_is_shown_else_the_median():
    assert representative(SEVERAL_RUNS.targets[0].runs) == 2
    assert representative((*SEVERAL_RUNS.targets[0].runs, HUNG_TARGET.runs[0])) == 3


def test_a_name_without_renderer_is_a_usage_error():
    with pytest.raises(UsageError, match="no output format 'xml': choose one of text, concise, json"):
        render("xml", PASSED, Style())


def test_every_format_has_its_renderer():
    for name in FORMATS:
        named = "shop/main.py:30" if name == "concise" else "shop.main:app"
        assert named in render(name, CRASHED, Style())


@pytest.mark.parametrize(
    ("at", "wall", "expected"),
    [
        (0, 100, "━━━━━"),
        (0, 50, "━━╸  "),
        (50, 50, "  ╺━━"),
        (30, 0, " ╺   "),
        (100, 0, "    ╺"),
        (20, 20, " ━   "),
    ],
)
def test_a_bar_begins_in_its_place_and_is_never_invisible(at, wall, expected):
    assert bar(at, wall, 100, 5, ("╸", "╺", "━")) == expected
