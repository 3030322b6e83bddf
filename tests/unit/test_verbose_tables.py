"""Where the time went, in the report for people: by exact text, and by what it must never leave out or make up."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rendering import diagnosed, render
from reports import MS, ROOT, SITE, STDLIB
from slowness import BEGINS, COLD, HOSTILE, IMPORTS, SLOW, SLOW_RUN, frame, imported, report, waiting, with_phase
from texts import SLOW_STARTUP_VERBOSE

from lifespan_cli.analysis.contention import contention_of
from lifespan_cli.analysis.hot_lines import sampled_lines
from lifespan_cli.model import Call, Frame, Report, Run
from lifespan_cli.model.diagnosis import HotLine
from lifespan_cli.output import Style
from lifespan_cli.output.locations import place
from lifespan_cli.output.tables import TableView, row_of
from lifespan_cli.output.text.table import tables
from lifespan_cli.output.view import target_view


def text(shown: Report, **style) -> str:
    return render("text", shown, Style(root=ROOT, **{"width": 100, "verbose": True, **style}))


def sections(shown: Report, **style) -> dict[str, list[str]]:
    """The paragraphs after the phases by their first word, but for the verdict; `time` is the table of ready."""
    paragraphs = text(shown, **style).split("\n\n")[2:-1]
    return {paragraph.split(maxsplit=1)[0]: paragraph.splitlines() for paragraph in paragraphs}


def startup(*frames: Frame, wall: float = 2000, **fields) -> Report:
    """A report whose startup has this tree."""
    return report(with_phase(SLOW_RUN, "startup", frames=frames, wall_ns=int(wall * MS), **fields))


def test_the_text_is_exactly_this():
    assert "\n".join(sections(SLOW, width=120, verbose=True)["startup"]) + "\n" == SLOW_STARTUP_VERBOSE


@pytest.mark.parametrize("style", [{}, {"verbose": True}])
def test_every_string_is_inert_and_plain_where_it_must_be(style):
    shown = text(HOSTILE, **style)
    assert {character for character in shown if unicodedata.category(character) in {"Cc", "Cf", "Cs"}} == {"\n"}
    assert not re.search(r"^ *(failed  fake|Cc)", shown, re.MULTILINE)
    assert text(HOSTILE, unicode=False, **style).isascii()
    assert text(SLOW, unicode=False, **style).isascii()


@pytest.mark.parametrize("style", [{}, {"verbose": True}, {"width": 80}])
def test_colour_adds_nothing_but_colours(style):
    assert re.sub(r"\x1b\[[0-9;]*m", "", text(SLOW, color=True, **style)) == text(SLOW, **style)


def hot_lines(run: Run) -> tuple[HotLine, ...]:
    return sampled_lines(run.phase("startup"), contention_of(run))


def test_lines_of_one_function_are_never_one_row():
    lines = (
        frame("build", "shop/a.py:1", 500, 0),
        frame("build", "shop/a.py:2", 400, 500, cpu=400),
        frame("build", "shop/a.py:3", 300, 900),
    )
    found = hot_lines(startup(frame("f", "shop/b.py:1", 1200, 0, *lines)).targets[0].runs[0])
    assert [(row.line, row.wall_ns // MS, row.kind) for row in found] == [
        (1, 500, "blocking"),
        (2, 400, "computing"),
        (3, 300, "blocking"),
    ]


def test_what_a_line_calls_is_kept_with_it():
    calls = frame("tokenize", f"{SITE}/nlp.py:1", 300, 300, cpu=300)
    lines = (frame("build", "shop/a.py:1", 300, 0, cpu=300), frame("build", "shop/a.py:2", 300, 300, calls))
    found = hot_lines(startup(*lines).targets[0].runs[0])
    assert [(row.line, row.called) for row in found] == [(1, ""), (2, "tokenize")]


def test_a_thread_blocks_nobody():
    found = hot_lines(SLOW_RUN)
    assert {row.kind for row in found if row.function == "load" and row.path.endswith("model.py")} == {"in_thread"}
    assert {row.kind for row in found if row.path.endswith("settings.py")} == {"blocking"}


def test_tasks_at_one_line_are_one_row_and_those_at_several_are_not():
    one = waiting("warm", "shop/cache.py:9", 1000, 0, task="Task-2", width=3)
    assert "waits, 3 in parallel" in text(startup(one, wall=1000))
    other = waiting("cool", "shop/cache.py:12", 900, 0, task="Task-5", width=1, critical=False)
    both = frame("lifespan", "shop/main.py:1", 1000, 0, one, other)
    assert "waits, 4 in parallel" in text(startup(both, wall=1000))


def test_a_librarys_task_that_counted_is_waited_for_at_the_users_line():
    counted = frame("to_thread", f"{STDLIB}/asyncio/threads.py:25", 500, 0, task="Task-3", width=1, waiting=500)
    quick = waiting("slow", "shop/main.py:11", 300, 0, task="Task-2", width=1, critical=False)
    group = frame("TaskGroup.__aexit__", f"{STDLIB}/asyncio/taskgroups.py:120", 500, 0, quick, counted, waiting=500)
    shown = startup(
        frame("lifespan", "shop/main.py:14", 500, 0, group, source="async with TaskGroup() as tasks:"), wall=500
    )
    assert re.search(
        r" 500 ms +\d+ %  async with TaskGroup\(\) as tasks: .*waits +shop/main.py:14$", text(shown), re.MULTILINE
    )
    assert "at no line" not in text(shown)


def test_time_at_no_line_is_not_kept_back():
    shown = text(startup(waiting("f", "shop/main.py:1", 700, BEGINS["startup"]), wall=1000))
    assert re.search(r"^ +700 ms +28 %  f  +waits +shop/main.py:1$", shown, re.MULTILINE)
    assert re.search(r"^ +310 ms +12 %  at no line that was seen$", shown, re.MULTILINE)


def test_contextlib_is_never_what_is_waited_for():
    stack = (
        Call("lifespan", f"{ROOT}/main.py", 8),
        Call("AsyncExitStack.enter_async_context", f"{STDLIB}/contextlib.py", 650),
        Call("connect", f"{SITE}/redis/client.py", 3),
    )
    assert place(stack, root=ROOT) == "connect ← main.py:8"
    assert place(stack[:2], root=ROOT) == "AsyncExitStack.enter_async_context ← main.py:8"
    connect = waiting("connect", f"{SITE}/redis/client.py:3", 900, 0)
    entering = frame("AsyncExitStack.enter_async_context", f"{STDLIB}/contextlib.py:650", 900, 0, connect)
    line = frame("lifespan", "main.py:8", 900, 0, entering, source="async with stack:")
    assert "async with stack:  in connect" in text(startup(line, wall=900))


def test_what_a_line_calls_is_said_where_its_text_does_not():
    assert re.search(r"yield  in close  waits  shop/main.py:16$", text(SLOW), re.MULTILINE)
    unread = waiting("f", "shop/main.py:1", 900, 0)
    assert re.search(r" %  f +waits  +shop/main.py:1$", text(startup(unread, wall=900)), re.MULTILINE)


def test_the_time_of_compiling_is_shown():
    assert sections(COLD)["import"][0] == "import 1.50 s, compiling 9 modules took 900 ms"
    assert "compiling" not in text(SLOW)


def test_what_is_preloaded_is_not_the_applications():
    boot, *others = SLOW_RUN.phases
    preload = replace(boot, name="preload", wall_ns=400 * MS)
    entries = (*IMPORTS, imported("uvicorn", 390, 390, phase="preload"))
    lines = sections(report(replace(SLOW_RUN, phases=(boot, preload, *others), imports=entries)))["preload"]
    assert lines[0] == "preload 400 ms"
    assert lines[2] == "    390 ms    390 ms    390 ms  uvicorn"


def test_verbose_shows_every_import_and_every_frame():
    shown = text(SLOW, verbose=True)
    assert re.search(r"^ +500 ms +500 ms +500 ms {8}pandas.core  ← pandas/__init__.py:3$", shown, re.MULTILINE)
    assert "asyncpg/pool.py:9" in shown
    assert "enter lifespan.<locals>.pool, shop/db.py:9" in shown
    assert "enter quick" not in shown


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30), st.sampled_from([60, 100]))
def test_a_table_keeps_all_the_time_and_its_order(times, width):
    lines = [hot_line(number, ns) for number, ns in enumerate(times)]
    rows = tuple(row_of(line, sum(times)) for line in sorted(lines, key=lambda line: -line.wall_ns))
    table = TableView("ready", sum(times), rows[:3], rows[3:], len(rows[3:]), sum(row.wall_ns for row in rows[3:]), 0)
    view = replace(target_view(diagnosed(SLOW).targets[0]), tables=(table,))
    shown = [line.plain for line in tables(view, Style(width=width, verbose=True))]
    numbers = [int(found[1]) for line in shown if (found := re.search(r"row(\d+)", line))]
    more = [int(found[1]) for line in shown if (found := re.search(r"(\d+) more below 1 ms", line))]
    small = [ns for ns in times if ns < MS]
    assert len(numbers) == len(times) - len(small)
    assert sum(more) == (len(small) if sum(small) and numbers else 0)  # a table of small rows alone is none
    assert [times[number] for number in numbers] == sorted((ns for ns in times if ns >= MS), reverse=True)


def hot_line(number: int, ns: int) -> HotLine:
    return HotLine("startup", None, None, "f", f"row{number}", "waiting", ns, 0)
