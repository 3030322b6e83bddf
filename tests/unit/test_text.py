"""The report for people, by exact text: what is seen at 80 and at 160 columns, in ASCII, in colour and when hostile."""

import re
import unicodedata

import pytest
from msgspec.structs import replace
from rendering import diagnosed, render
from reports import (
    ALL,
    CRASHED,
    CRASHED_TARGET,
    HOSTILE,
    HUNG,
    HUNG_TARGET,
    MS,
    PASSED,
    PASSED_TARGET,
    ROOT,
    SEVERAL_RUNS,
    SEVERAL_TARGETS,
    SITE,
    STDLIB,
    UNCHECKED,
    UNSUPPORTED,
)
from rich.cells import cell_len
from slowness import HOSTILE as HOSTILE_TREES
from slowness import SLOW
from texts import (
    CRASHED_80,
    HUNG_100,
    HUNG_VERBOSE,
    PASSED_80,
    PASSED_VERBOSE,
    RUNS_80,
    SEVERAL_80,
    SEVERAL_QUIET,
    SLOW_100,
    SLOW_ASCII_80,
    UNSUPPORTED_ASCII,
)

from lifespan_cli.analysis.statistics import representative
from lifespan_cli.errors import UsageError
from lifespan_cli.model import Answer, Call, Failure, Finding, FindingLine, Interruption, Report, ServerOutcome, Stack
from lifespan_cli.model.diagnosis import SequentialAwaits
from lifespan_cli.model.result import DiagnosedReport
from lifespan_cli.output import Style
from lifespan_cli.output.text.phases import bar
from lifespan_cli.settings import FORMATS


def text(report: Report, **style) -> str:
    return render("text", report, Style(root=ROOT, **style))


@pytest.mark.parametrize(
    ("report", "style", "expected"),
    [
        (PASSED, {"width": 80}, PASSED_80),
        (PASSED, {"width": 160, "verbose": True}, PASSED_VERBOSE),
        (CRASHED, {"width": 80}, CRASHED_80),
        (HUNG, {"width": 100}, HUNG_100),
        (HUNG, {"width": 160, "verbose": True}, HUNG_VERBOSE),
        (SLOW, {"width": 100}, SLOW_100),
        (SLOW, {"width": 80, "unicode": False}, SLOW_ASCII_80),
        (SEVERAL_TARGETS, {"width": 80}, SEVERAL_80),
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
    lines = text(PASSED, color=True, verbose=True).splitlines()
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


def test_requests_are_shown_with_the_status_of_their_response():
    broken = Failure("request", "RuntimeError", "no", "", None, None)
    given = (
        Answer("/docs", 200, True, 12_300_000, 1_100_000, None),
        Answer("/helth", 404, True, 2_000_000, 900_000, None),
        Answer("/boom", None, False, 5_000_000, None, broken),
        Answer("/half", 200, False, 6_000_000, None, None),
    )
    (target,) = PASSED.targets
    shown = text(replace(PASSED, targets=(replace(target, runs=(replace(target.runs[0], answers=given),)),)))
    assert (
        "requests\n"
        "  GET /docs   200  12.3 ms, again 1.10 ms\n"
        "  GET /helth  404  2.00 ms, again 900 µs\n"
        "  GET /boom   raised RuntimeError  after 5.00 ms\n"
        "  GET /half   incomplete response  after 6.00 ms\n"
    ) in shown
    assert "requests" not in text(PASSED)


def test_an_interrupted_report_says_so():
    assert text(replace(PASSED, interrupted=True)).endswith("\ninterrupted: this report is not complete\n")


def test_a_run_that_took_much_longer_is_named_below_the_statistics():
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


# the layouts


def crashed(**changes) -> Report:
    """CRASHED with a run that is different."""
    run = replace(CRASHED_TARGET.runs[0], **changes)
    return replace(CRASHED, targets=(replace(CRASHED_TARGET, runs=(run,)),))


@pytest.mark.parametrize("report", [SLOW, HOSTILE_TREES, HOSTILE])
@pytest.mark.parametrize("width", [60, 80, 100, 160])
def test_no_line_of_a_table_is_wider_than_the_page(report, width):
    lines = text(report, width=width).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert [line for line in lines if line != line.rstrip()] == []


def test_every_line_of_five_percent_has_its_row_and_the_rest_are_counted():
    shown = text(SLOW)
    rows = [line for line in diagnosed(SLOW).targets[0].target.hot_lines if line.phase in ("import", "startup")]
    large = [row for row in rows if row.wall_ns >= 0.05 * 1500 * MS]
    places = {f"{row.path.removeprefix(f'{ROOT}/')}:{row.line}" for row in large}
    assert len(places) >= 8
    assert [place for place in places if place not in shown] == []
    assert f"{len(rows) - len(large)} more" in shown


def test_output_that_repeats_is_folded_to_its_last_ten_lines():
    lines = [f"attempt {number}: not ready" for number in range(5000)]
    lines += [f"step {word}" for word in "abcdefghijkl"]
    shown = text(crashed(output=tuple(lines)))
    assert "application output (last 10 lines)\n  │ step c\n" in shown
    assert "attempt" not in shown
    folded = text(crashed(output=(*lines[:50], "gave up")))
    assert "  │ attempt 49: not ready  (last of 50 similar lines)\n  │ gave up\n" in folded


def test_output_of_the_application_forges_no_line_of_ours():
    shown = text(crashed(output=("x\nPASSED  shop.main:app", "\x1b[31mred", "::error::no")))
    assert "\n  │ x\\nPASSED  shop.main:app\n" in shown
    assert "\x1b" not in shown
    assert "\n::error" not in shown


def test_the_gravest_finding_stands_last_above_the_verdict_where_a_phase_failed():
    shown = text(CRASHED)
    assert shown.index("warning[LS403]") < shown.index("error[LS102]") < shown.index("FAILED shop.main:app")


def test_one_failure_of_two_findings_is_shown_once():
    (target,) = CRASHED.targets
    again = replace(target.findings[1], code="LS109", slug="failed-without-message")
    shown = text(replace(CRASHED, targets=(replace(target, findings=(*target.findings, again)),)))
    assert shown.count("return await asyncpg.create_pool(DSN)") == 1


def test_what_servers_do_is_named_where_it_surprises():
    servers = (
        ServerOutcome("uvicorn", "auto", "1", "refuses", "", 3, "does not start"),
        ServerOutcome("hypercorn", "", "1", "refuses", "", 0, "gives up after 60 s: exit code 0 (looks like success)"),
        ServerOutcome("granian", "", "1", "hangs", "", None, "waits forever"),
        ServerOutcome("daphne", "", "1", "starts-without-lifespan", "", None, "never runs a lifespan"),
    )
    shown = " ".join(text(replace(CRASHED, targets=(replace(CRASHED_TARGET, servers=servers),))).split())
    assert (
        "= in production: hypercorn: gives up after 60 s, and exits with code 0 (looks like success); "
        "granian: waits forever FAILED"
    ) in shown
    assert "in production" not in text(replace(CRASHED, targets=(replace(CRASHED_TARGET, servers=servers[:1]),)))


def test_causes_of_an_exception_are_named_with_their_places():
    said = (
        f'Traceback (most recent call last):\n  File "{ROOT}/shop/db.py", line 3, in dial\n    raise OSError\n'
        "OSError: no route\n\nThe above exception was the direct cause of the following exception:\n\n"
        f'Traceback (most recent call last):\n  File "{ROOT}/shop/db.py", line 41, in connect\n    raise X\n'
        "ConnectionRefusedError: [Errno 111] Connect call failed ('127.0.0.1', 5432)\n"
    )
    shown = text(crashed(failures=(replace(CRASHED_TARGET.runs[0].failures[0], traceback=said),)))
    assert "= caused by: OSError: no route, at shop/db.py:3\n" in shown


def test_members_of_an_exception_group_are_named():
    said = (
        "  + Exception Group Traceback (most recent call last):\n"
        f'  |   File "{ROOT}/shop/db.py", line 41, in connect\n  |     raise group\n'
        "  | ExceptionGroup: two (2 sub-exceptions)\n"
        "  +-+---------------- 1 ----------------\n"
        "    | Traceback (most recent call last):\n"
        f'    |   File "{ROOT}/shop/a.py", line 1, in a\n    |     raise OSError\n    | OSError: a\n'
        "    +---------------- 2 ----------------\n"
        "    | Traceback (most recent call last):\n"
        f"    |   File \"{ROOT}/shop/b.py\", line 2, in b\n    |     raise KeyError\n    | KeyError: 'b'\n"
        "    +------------------------------------\n"
    )
    shown = text(crashed(failures=(replace(CRASHED_TARGET.runs[0].failures[0], traceback=said),)))
    assert "= also failed: OSError: a, at shop/a.py:1\n" in shown
    assert "= also failed: KeyError: 'b', at shop/b.py:2\n" in shown


def test_a_failure_without_a_line_of_the_application_shows_where_it_comes_from():
    (target,) = CRASHED.targets
    failure = replace(target.runs[0].failures[0], path=None, line=None)
    finding = replace(target.findings[1], path=None, line=None, source=())
    run = replace(target.runs[0], failures=(failure,))
    shown = text(replace(CRASHED, targets=(replace(target, runs=(run,), findings=(finding,)),)))
    assert "│ ConnectionRefusedError: [Errno 111]" in shown


def test_a_run_that_was_interrupted_says_where_even_when_quiet():
    (target,) = PASSED.targets
    run = target.runs[0]
    cut = tuple(replace(phase, status="killed") if phase.name == "startup" else phase for phase in run.phases)
    stack = Stack("task", "lifespan", (Call("connect", "/srv/db.py", 41),))
    run = replace(run, phases=cut, interruption=Interruption("startup", (stack,)))
    report = replace(PASSED, targets=(replace(target, verdict="failed", runs=(run,)),), interrupted=True)
    for shown in text(report), text(report, quiet=True):
        assert "interrupted in startup\n    task lifespan in connect, /srv/db.py:41\n" in shown
        assert "FAILED shop.main:app – interrupted\n" in shown
    assert "startup 1.02 s ✗ interrupted" in text(report)


def test_several_targets_are_a_line_each_and_a_count():
    shown = text(SEVERAL_TARGETS, width=100).splitlines()
    assert shown[0] == "PASSED shop.main:app – ready in 1.48 s, no findings"
    assert shown[-1] == "FAILED  3 targets: 2 passed, 1 failed (shop.main:app)"


def test_a_target_that_could_not_be_checked_is_shown_with_the_reason():
    reason = "ERROR not checked: bad:app: trio is not installed: python -m pip install trio\n"
    for shown in text(UNCHECKED), text(UNCHECKED, quiet=True):
        assert shown.endswith(f"\n{reason}\nFAILED  2 targets: 1 passed, 1 not checked\n")


def test_a_target_that_passes_though_it_did_not_start_says_so():
    (target,) = HUNG.targets
    shown = text(replace(HUNG, targets=(replace(target, verdict="passed", findings=()),)))
    assert "startup 10.0 s ✗ timed out" in shown
    assert shown.endswith("PASSED shop.main:app – was not started, no findings\n")


def test_a_place_is_a_link_where_the_terminal_takes_links():
    linked = text(CRASHED, color=True, links=True)
    assert "\x1b]8;id=" in linked
    assert f"file://{ROOT}/shop/db.py\x1b\\" in linked
    assert "\x1b]8" not in text(CRASHED, color=True)


def test_each_of_several_lines_that_block_has_its_place_and_time():
    lines = (
        FindingLine(f"{ROOT}/shop/index.py", 56, "build_index()", 379 * MS, "lifespan", "computing"),
        FindingLine(f"{ROOT}/shop/db.py", 6, "time.sleep(0.35)", 351 * MS, "run_migrations", "blocking"),
    )
    message = "the event loop was blocked for 730 ms during startup by 2 lines: `build_index()` 379 ms, and more"
    first = f"{ROOT}/shop/index.py"
    finding = Finding("LS203", "event-loop-blocked", "warning", message, "startup", first, 56, "Do it.", lines=lines)
    shown = text(replace(PASSED, targets=(replace(PASSED_TARGET, findings=(finding,)),)))
    assert (
        "warning[LS203] the event loop was blocked for 730 ms during startup by 2 lines\n"
        "  --> shop/index.py:56  379 ms  build_index()  in lifespan, CPU\n"
        "  --> shop/db.py:6      351 ms  time.sleep(0.35)  in run_migrations\n"
        "  = fix: Do it.\n"
    ) in shown


def test_findings_of_a_line_each_are_one_block():
    def blocks(name: str, line: int, ms: int) -> Finding:
        place = f"{ROOT}/shop/{name}.py"
        each = (FindingLine(place, line, f"{name}()", ms * MS, "lifespan", "blocking"),)
        return Finding("LS203", "x", "warning", f"{name} blocks", "startup", place, line, f"Move {name}.", lines=each)

    found = (blocks("migrate", 6, 351), blocks("index", 56, 379))
    shown = text(replace(PASSED, targets=(replace(PASSED_TARGET, findings=found),)))
    assert (
        "warning[LS203] the event loop was blocked for 730 ms during startup by 2 lines\n"
        "  --> shop/migrate.py:6  351 ms  migrate()  in lifespan\n"
        "  --> shop/index.py:56   379 ms  index()  in lifespan\n"
        "  = fix: Move migrate.\n"
        "  = fix: Move index.\n"
    ) in shown
    assert "2 warnings" in shown


def test_what_several_groups_of_awaits_would_save_is_added_up():
    def group(line: int, saved: int) -> SequentialAwaits:
        return SequentialAwaits("startup", "lifespan", f"{ROOT}/a.py", (line, line + 1), saved * MS)

    def finding(line: int) -> Finding:
        return Finding("LS206", "sequential-waits", "info", "awaits", "startup", f"{ROOT}/a.py", line, "Gather.")

    (judged,) = diagnosed(replace(SLOW, targets=(replace(SLOW.targets[0], findings=(finding(3), finding(9))),))).targets
    both = replace(judged.diagnosis, sequential_awaits=(group(3, 300), group(9, 250), group(20, 5)))
    shown = text(DiagnosedReport(SLOW, (replace(judged, diagnosis=both),)))
    assert "= fix: Gather.\nrunning these awaits concurrently would save about 550 ms in all\n" in shown
    alone = replace(judged.diagnosis, sequential_awaits=(group(3, 300),))
    assert "in all" not in text(DiagnosedReport(SLOW, (replace(judged, diagnosis=alone),)))


def test_equal_lines_of_output_are_counted_and_no_more_is_claimed_than_was_kept():
    assert "not ready  (× 50)\n" in text(crashed(output=("not ready",) * 50))
    assert "not ready  (× 200 or more)\n" in text(crashed(output=("not ready",) * 200))
    alike = tuple(f"try {number}" for number in range(200))
    assert "try 199  (last of 200 or more similar lines)\n" in text(crashed(output=alike))


def test_the_member_of_a_group_that_was_raised_there_is_the_cause_and_the_others_failed_too():
    said = (
        f'Traceback (most recent call last):\n  File "{ROOT}/shop/main.py", line 8, in lifespan\n    group\n'
        "ExceptionGroup: two (2 sub-exceptions)\n  +-- 1 of 2\n  | Traceback (most recent call last):\n"
        f"  |   File \"{ROOT}/shop/db.py\", line 41, in connect\n  |     raise\n  | KeyError: 'rows'\n"
        "  +-- 2 of 2\n  | Traceback (most recent call last):\n"
        f'  |   File "{ROOT}/shop/a.py", line 1, in a\n  |     raise\n  | OSError: disk\n'
    )
    failure = replace(CRASHED_TARGET.runs[0].failures[0], type="ExceptionGroup", message="two", traceback=said)
    shown = text(crashed(failures=(failure,)), width=100)
    assert "= also failed: OSError: disk, at shop/a.py:1\n" in shown
    assert shown.endswith("startup crashed at shop/db.py:41 (KeyError: 'rows')\n")


def test_what_else_waits_is_named_where_the_time_ran_out():
    (target,) = HUNG.targets
    failure = target.runs[0].failures[0]
    other = Stack(
        "task", "Task-4", (Call("stuck", f"{ROOT}/shop/main.py", 13), Call("Event.wait", f"{STDLIB}/x.py", 2))
    )
    run = replace(target.runs[0], failures=(replace(failure, stacks=(*failure.stacks[:1], other)),))
    shown = text(replace(HUNG, targets=(replace(target, runs=(run,)),)))
    assert "= task Task-4: in stuck (shop/main.py:13)\n" in shown


def test_a_function_that_raises_once_more_is_named_once():
    said = (
        f'Traceback (most recent call last):\n  File "{ROOT}/shop/main.py", line 9, in lifespan\n    retry\n'
        f'  File "{ROOT}/shop/db.py", line 24, in retry\n    raise last\n'
        f'  File "{ROOT}/shop/db.py", line 20, in retry\n    connect\n'
        f'  File "{ROOT}/shop/db.py", line 41, in connect\n    raise\nConnectionRefusedError: no\n'
    )
    failure = replace(CRASHED_TARGET.runs[0].failures[0], traceback=said)
    shown = text(crashed(failures=(failure,)), width=100)
    assert "in connect ← retry (shop/db.py:20) ← lifespan (shop/main.py:9)\n" in shown


@pytest.mark.parametrize("width", [60, 72, 80, 100])
def test_no_number_and_no_line_number_of_a_table_is_cut(width):
    shown = text(SLOW, width=width)
    assert re.findall(r"^ +(\d+ ms) +(\d+ %) .* (\S+:\d+)$", shown, re.MULTILINE)[:2] == [
        ("800 ms", "23 %", "shop/reports.py:6"),
        ("800 ms", "23 %", "shop/db.py:11"),
    ]
