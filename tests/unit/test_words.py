"""The words that the outputs for people share: units, places, folded tracebacks, and inert strings."""

import pytest
from msgspec.structs import replace
from reports import EVIL, PASSED, ROOT, SITE, STDLIB, WELL

from lifespan_cli.analysis.diagnosis import diagnosed
from lifespan_cli.model import Call, Finding
from lifespan_cli.output import Style
from lifespan_cli.output.escape import inert, inert_lines
from lifespan_cli.output.locations import below, callers, place
from lifespan_cli.output.text.verdict import sentence
from lifespan_cli.output.tracebacks import fold
from lifespan_cli.output.units import duration, growth, size
from lifespan_cli.output.view import target_view


@pytest.mark.parametrize(
    ("ns", "expected"),
    [
        (0, "0 µs"),
        (499, "0 µs"),
        (850_000, "850 µs"),
        (999_499, "999 µs"),
        (999_500, "1.00 ms"),
        (1_234_567, "1.23 ms"),
        (9_994_999, "9.99 ms"),
        (9_996_000, "10.0 ms"),
        (12_345_678, "12.3 ms"),
        (456_000_000, "456 ms"),
        (999_500_001, "1.00 s"),
        (1_234_000_000, "1.23 s"),
        (59_949_000_000, "59.9 s"),
        (59_950_000_000, "1 min 00 s"),
        (125_000_000_000, "2 min 05 s"),
        (3_599_600_000_000, "1 h 00 min"),
        (3_725_000_000_000, "1 h 02 min"),
    ],
)
def test_duration(ns, expected):
    assert duration(ns) == expected
    assert duration(ns, unicode=False) == expected.replace("µ", "u")


@pytest.mark.parametrize(
    ("count", "expected", "signed"),
    [
        (0, "0 B", "0 B"),
        (512, "512 B", "+512 B"),
        (-512, "-512 B", "-512 B"),
        (4_096, "4.1 kB", "+4.1 kB"),
        (340_000, "340 kB", "+340 kB"),
        (-340_000, "-340 kB", "-340 kB"),
        (999_499, "999 kB", "+999 kB"),
        (999_500, "1.0 MB", "+1.0 MB"),
        (1_200_000, "1.2 MB", "+1.2 MB"),
        (48_200_000, "48.2 MB", "+48.2 MB"),
        (2_500_000_000, "2.5 GB", "+2.5 GB"),
    ],
)
def test_size_and_growth(count, expected, signed):
    assert size(count) == expected
    assert growth(count) == signed


def test_inert_writes_out_what_a_terminal_would_obey():
    assert inert(EVIL).startswith("\\x1b]0;owned\\x07[bold red]x[/] \\u202egnp.exe\\u2066 \\r\\nfailed  fake\\x9b31m")
    assert ":boom: é 値 \\ud800\\x7f\\u200b ]]>" in inert(EVIL)
    assert inert("é 値", unicode=False) == "\\xe9 \\u5024"
    assert inert("x" * 2005) == "x" * 2000 + " [5 more characters]"
    assert inert("x" * 2005, limit=None) == "x" * 2005


def test_inert_lines_keep_newlines_only():
    assert inert_lines("a\r\n\tb\x0b\u2028c\rd\n") == ["a", "    b\\x0b\\u2028c\\rd"]


STACK = (
    Call("__call__", f"{SITE}/starlette/applications.py", 80),
    Call("lifespan", f"{ROOT}/main.py", 8),
    Call("connect", f"{ROOT}/db.py", 41),
    Call("create_pool", f"{SITE}/asyncpg/pool.py", 439),
    Call("sleep", f"{STDLIB}/asyncio/tasks.py", 649),
)


def test_place_names_the_users_innermost_line_and_what_it_is_in():
    assert place(STACK, root=ROOT) == "create_pool ← db.py:41"
    assert place(STACK[:3], root=ROOT) == "connect, db.py:41"
    assert place(STACK[3:], root=ROOT) == "sleep, asyncio/tasks.py:649"
    assert place((), root=ROOT) == "no Python code"
    assert place(STACK, below([f"{ROOT}/db.py", SITE, STDLIB]), ROOT, "<-") == "create_pool <- db.py:41"
    assert place(STACK, below([ROOT])) == "sleep, asyncio/tasks.py:649"


def test_place_names_a_module_that_is_imported_by_its_file():
    machinery = Call("_find_and_load", "<frozen importlib._bootstrap>", 1176)
    stack = (Call("<module>", f"{ROOT}/main.py", 3), machinery, Call("<module>", f"{SITE}/pandas/__init__.py", 22))
    assert place(stack, root=ROOT) == "pandas/__init__.py ← main.py:3"


def test_callers_fold_libraries():
    assert callers(STACK, root=ROOT) == ["main.py:8 (lifespan)", "1 call in starlette"]
    assert callers(STACK, root=ROOT, folded=False)[1] == "starlette/applications.py:80 (__call__)"
    assert callers(()) == []


def test_fold_keeps_the_frame_that_raised_and_the_users_own():
    frame = '  File "{}", line 1, in f\n    f()\n'
    library, own = f"{SITE}/lib/a.py", f"{SITE}/installed/app.py"
    lines = "T:\n" + "".join(frame.format(path) for path in (library, own, library, library, library)) + "E: x\n"
    assert fold(lines, "…", own) == [
        "T:",
        "  … 1 frame in lib",
        *frame.format(own).splitlines(),
        "  … 2 frames in lib",
        *frame.format(library).splitlines(),
        "E: x",
    ]
    assert fold("no traceback\n at all") == ["no traceback", " at all"]


def test_fold_understands_exception_groups():
    group = (
        f'  | File "{SITE}/a/b.py", line 1, in f\n  |   f()\n  | File "{ROOT}/m.py", line 2, in g\n  |   g()\n  | E: x'
    )
    assert fold(group)[0] == "  | … 1 frame in a"
    assert fold(group)[1:] == group.splitlines()[2:]


def test_a_target_that_was_never_found_passes_without_praise():
    error = Finding("LS001", "target-not-found", "error", "nope is not found", None, None, None, "")
    never = replace(
        PASSED.targets[0],
        lifespan="unknown",
        runs=(replace(WELL, phases=WELL.phases[:2]),),
        findings=(error,),
        fail_on="never",
    )
    assert sentence(target_view(diagnosed(never)), Style()) == "was not started, 1 error"
