"""The report as a page: what stands on it and where, that nothing of the application's is ever markup, and its size."""

import re
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

import pytest
from hypothesis import given, settings
from msgspec.structs import replace
from pages import Element, code, hostile, html, page, replaced, rows
from record_values import NAMES, values
from rendering import diagnosed
from reports import (
    ALL,
    CRASHED,
    EVIL,
    HOSTILE,
    HUNG,
    MS,
    PASSED,
    PASSED_TARGET,
    ROOT,
    SEVERAL_RUNS,
    SEVERAL_TARGETS,
    SITE,
)
from slowness import HOSTILE as HOSTILE_TREES
from slowness import SLOW, SLOW_RUN, report, with_phase

from lifespan_cli.model import Answer, Failure, FindingLine, Frame, Import, Report, ServerOutcome, SourceLine, serialize
from lifespan_cli.model.diagnosis import Outlier
from lifespan_cli.model.result import DiagnosedReport

EXAMPLES = {**ALL, "slow": SLOW, "hostile trees": HOSTILE_TREES}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_is_a_page(name):
    shown = page(EXAMPLES[name])
    assert [title.text for title in shown.all("h1")] == ["lifespan-check 0.1.0"]
    assert len(shown.all("section", "target")) == len(EXAMPLES[name].targets)


@settings(max_examples=40)
@given(values(Report, NAMES))
def test_any_report_is(shown):
    assert len(page(shown).all("section", "target")) == len(shown.targets)


# nobody but the page itself commands it


def test_the_page_forbids_itself_all_but_its_own_style_and_script():
    (policy,) = [meta.attributes["content"] for meta in page(SLOW).all("meta") if "http-equiv" in meta.attributes]

    def hashed(name: str) -> str:
        (found,) = code(page(SLOW)) if name == "script" else page(SLOW).all(name)
        return b64encode(sha256(found.raw.encode()).digest()).decode()

    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashed('style')}'; script-src 'sha256-{hashed('script')}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_script_and_style_cannot_end_early_and_hold_nothing_of_the_applications():
    for name, asset in (("script", "page.js"), ("style", "page.css")):
        content = files("lifespan_cli.output.html").joinpath(asset).read_text("ascii")
        assert "</" not in content
        assert "<!--" not in content
        for shown in (hostile(HOSTILE_TREES), SLOW):
            (found,) = code(page(shown)) if name == "script" else page(shown).all(name)
            assert found.raw == content


def skeleton(element: Element) -> list:
    """The elements and the names of their attributes, without any text."""
    return [element.name, sorted(element.attributes), [skeleton(child) for child in element.children]]


@pytest.mark.parametrize("shown", [HOSTILE, HOSTILE_TREES], ids=["strings", "trees"])
def test_hostile_strings_make_the_same_page_as_harmless_ones(shown):
    assert skeleton(page(hostile(shown))) == skeleton(page(replaced(shown, EVIL, "harmless\nword " * 9)))


@pytest.mark.parametrize("shown", [HOSTILE, HOSTILE_TREES], ids=["strings", "trees"])
def test_hostile_strings_are_shown_inert(shown):
    read = page(hostile(shown)).one("body")
    said = [element.own for element in read.all() if element not in code(read)]
    said += [value for element in read.all() for value in element.attributes.values()]
    assert not [text for text in said if re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e\u2066\u200b\ud800]", text)]
    assert any("<script>document.title='owned'</script><!--" in text for text in said)
    assert any("\\u2028\\u202e\\x00\\x1b[31m" in text for text in said)


# the rest


def test_a_finding_comes_with_its_place_its_hint_and_its_exception():
    (error, warning) = page(CRASHED).all("article", "finding")
    assert error.one("h4").text == "error LS102 startup-crashed shop/db.py:41 show in timeline"
    assert "uvicorn takes an exception for an application without lifespan" in error.one("p", "fix").text
    folded, whole = error.all("pre")
    assert folded.raw.splitlines()[1] == "  … 2 frames in starlette, contextlib"
    assert whole.raw == CRASHED.targets[0].runs[0].failures[0].traceback.rstrip("\n")
    assert warning.look == {"finding", "warning"}
    assert warning.all("pre") == []


def test_a_finding_shows_its_line_with_those_before_it_and_who_called_it():
    source = page(CRASHED).all("div", "source")[0]
    assert [line.raw for line in source.children] == [
        "39async def connect():",
        "40",
        "41    return await asyncpg.create_pool(DSN)",
    ]
    assert [line.name for line in source.children] == ["span", "span", "mark"]
    (hung,) = page(HUNG).all("article", "finding")
    assert [line.text for line in hung.all("p", "within")] == [
        "in connect ← lifespan (shop/main.py:8)",
        "waiting here when the time ran out",
        "thread warmer in warm (shop/cache.py:7)",
    ]


def test_a_finding_about_several_lines_shows_each_with_its_time_and_place():
    (target,) = HUNG.targets
    lines = (
        FindingLine(f"{ROOT}/shop/db.py", 41, "time.sleep(1)", 300 * MS, "connect", "blocking"),
        FindingLine(f"{ROOT}/shop/db.py", 43, "index[<b>] = 1", 20 * MS, "build", "computing"),
    )
    finding = replace(target.findings[0], message="blocked by 2 lines: these", lines=lines)
    card = page(replace(HUNG, targets=(replace(target, findings=(finding,)),))).one("article")
    assert card.all("p")[0].text == "blocked by 2 lines"
    assert [line.text for line in card.all("li")] == [
        "300 ms time.sleep(1) in connect shop/db.py:41",
        "20.0 ms index[<b>] = 1 in build, CPU shop/db.py:43",
    ]
    assert page(HUNG).one("article").all("li") == []


def test_blank_lines_before_the_source_are_left_out_and_its_indentation_too():
    (target,) = HUNG.targets
    lines = (SourceLine(39, ""), SourceLine(40, "    a = 1"), SourceLine(41, "\tb = <2>"))
    finding = replace(target.findings[0], source=lines)
    shown = page(replace(HUNG, targets=(replace(target, findings=(finding,)),))).one("div", "source")
    assert [line.raw for line in shown.children] == ["40a = 1", "41b = <2>"]


def test_the_head_says_the_cause_and_what_happens_in_production():
    (target,) = HUNG.targets
    said = "does not start: exit code 0 (looks like success)"
    outcome = ServerOutcome("hypercorn", "auto", "0.18.0", "refuses", "", 0, said)
    head = page(replace(HUNG, targets=(replace(target, servers=(outcome,)),))).one("section").one("header")
    assert head.one("p", "verdict").text == "startup timed out at shop/db.py:41"
    surprise = "in production: hypercorn: does not start, and exits with code 0 (looks like success)"
    assert head.one("p", "production").text == surprise
    head = page(PASSED).one("section").one("header")
    assert head.one("p", "verdict").text == "no findings"
    assert head.all("p", "production") == []


@pytest.mark.parametrize(
    ("created", "said"),
    [("2026-11-28T12:49:05Z", ["2026-11-28 12:49 UTC"]), ("<yesterday>", ["<yesterday>"]), ("", [])],
)
def test_the_page_says_when_the_report_was_made(created, said):
    assert [one.text for one in page(replace(PASSED, created=created)).all("time")] == said


def test_the_head_says_where_it_ran():
    (target,) = PASSED.targets
    environment = replace(target.environment, machine="Some Processor, x86_64, 2 cores")
    shown = page(replace(PASSED, targets=(replace(target, environment=environment),)))
    said = "FastAPI 0.165.0 · Python 3.11.7 (the .venv of this project) · asyncio · Some Processor, x86_64, 2 cores"
    assert shown.one("p", "identity").text == said


def test_what_a_finding_quotes_is_code():
    (target,) = CRASHED.targets

    def quoted(message: str) -> list[str]:
        finding = replace(target.findings[1], message=message)
        shown = page(replace(CRASHED, targets=(replace(target, findings=(finding,)),)))
        return [code.text for code in shown.one("article").all("p")[0].all("code")]

    assert quoted("it waits: `time.sleep(1)`, then `<b>`") == ["time.sleep(1)", "<b>"]
    assert quoted("one ` alone") == []


def test_a_hang_says_where():
    (finding,) = page(HUNG).all("article", "finding")
    assert finding.one("pre").raw.splitlines() == [
        "task lifespan in create_pool ← shop/db.py:41",
        "    ← shop/main.py:8 (lifespan)",
        "    ← 3 calls in contextlib, starlette, fastapi",
        "thread MainThread in EpollSelector.select, selectors.py:468",
        "thread warmer in Queue.get ← shop/cache.py:7",
    ]


def test_several_targets_are_listed_first_and_several_runs_are_folded():
    nav = page(SEVERAL_TARGETS).one("nav")
    assert [row.text for row in nav.one("tbody").all("tr")] == [
        "shop.main:apppassed456 ms1.02 s51.0 msno findings",
        "shop.main:appfailed456 ms10.0 sstartup timed out at shop/db.py:41",
        "legacy.asgipassed456 ms400 µs1 warning",
    ]
    assert [link.attributes["href"] for link in nav.all("a")] == ["#target-1", "#target-2", "#target-3"]
    runs = page(SEVERAL_RUNS)
    assert "run 3 of 3, the median one" in runs.text
    assert [summary.text.partition(",")[0] for summary in runs.all("summary")][:2] == ["run 1", "run 2"]
    assert rows(runs, "statistics")[2] == ["startup", "3", "1.02 s", "1.02 s", "13.1 ms", "1.01 s", "1.04 s"]
    assert len(runs.all("figure")) == 3


def test_the_last_words_and_the_environment_are_folded():
    read = page(PASSED)
    assert [summary.text for summary in read.all("summary")] == [
        "application output (the last line)",
        "environment, messages, servers",
    ]
    about = read.one("details", "about").text
    for words in (".venv/bin/python (the .venv of this project)", "fastapi 0.165.0", "lifespan.startup.complete"):
        assert words in about


def test_an_interrupted_report_says_so():
    assert page(replace(PASSED, interrupted=True)).one("p", "interrupted").text.startswith("interrupted")
    assert page(PASSED).all("p", "interrupted") == []


def test_a_phase_that_the_user_ended_is_not_said_to_be_killed():
    said = page(ALL["interrupted"]).one("body").text
    assert "startup interrupted" in said
    assert "killed" not in said


def test_everything_is_there_without_a_script_and_tables_and_charts_have_names():
    read = page(SLOW)
    assert read.one("div", "scroll").attributes["aria-label"] == "timeline of shop.main:app"
    assert read.one("div", "scroll").attributes["tabindex"] == "0"
    assert all(table.attributes.get("aria-label") or table.all("caption") for table in read.all("table"))
    assert all(cell.text or cell.attributes.get("aria-label") for head in read.all("thead") for cell in head.all("th"))
    assert read.all("button") == read.all("input") == []


# size


def grown(number: int, at: int, total: int, depth: int) -> Frame:
    """A line with three below it, and so on; the times are ns."""
    third = total // 3
    children = [grown(number * 3 + i, at + i * third, third - 1000, depth - 1) for i in range(3)] if depth else []
    return Frame(
        function=f"Some.method_{number}",
        path=f"{ROOT}/shop/{'long_name_of_a_folder/' * 3}module.py",
        line=number + 1,
        total_ns=total,
        self_ns=0,
        waiting_ns=total,
        cpu_ns=0,
        critical=True,
        children=tuple(children),
        at_ns=at,
        until_ns=at + total,
        user=True,
        source=f"await something_with_a_long_name(number={number}, other=configuration.value_of_{number})",
    )


def one_of_many(index: int) -> Import:
    """Every hundredth is the user's and imports the ninety-nine after it."""
    first, asked = index % 100 == 0, f"package_{index // 100}.module_{index // 100 * 100}"
    return Import(
        module=f"package_{index // 100}.module_{index}",
        self_ns=9 * MS,
        total_ns=900 * MS if first else 9 * MS,
        depth=0 if first else 1,
        parent=None if first else asked,
        path=f"{SITE}/package_{index // 100}/module.py",
        line=index,
        at_ns=index * 9 * MS,
        user=first,
    )


def big() -> Report:
    """A start of ten minutes with 3,000 lines and 4,000 imports."""
    startup = SLOW_RUN.phases[4]
    wall_ns = 600_000 * MS
    eighth = wall_ns // 8
    frames = tuple(grown(index, startup.at_ns + index * eighth, eighth - 1000, 5) for index in range(8))
    run = with_phase(SLOW_RUN, "startup", wall_ns=wall_ns, frames=frames)
    return report(replace(run, imports=tuple(map(one_of_many, range(4000)))))


def counted(frames: tuple[Frame, ...]) -> int:
    return sum(1 + counted(frame.children) for frame in frames)


@pytest.fixture(scope="module")
def large() -> DiagnosedReport:
    shown = big()
    assert counted(shown.targets[0].runs[0].phases[4].frames) > 2900
    return diagnosed(shown)


def test_a_big_report_is_a_page_of_bounded_size(large):
    assert len(html(large)) < 2_000_000
    drawn = page(large).all("svg", "b")
    assert 1000 < len(drawn) < 2700
    assert "few" in {word for bar in drawn for word in bar.look}


def test_many_big_targets_are_too(large):
    (judged,) = large.targets
    target = replace(judged.target, runs=judged.target.runs * 2)
    trees = judged.diagnosis.import_trees * 2
    many = (replace(judged, target=target, diagnosis=replace(judged.diagnosis, import_trees=trees)),) * 6
    shown = replace(large, report=replace(large.report, targets=(target,) * 6), targets=many)
    assert len(html(shown)) < 4_000_000


# looks


def variables(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", css))


def luminance(color: str) -> float:
    parts = [int(color[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_text_is_readable_in_light_in_dark_and_on_paper():
    css = files("lifespan_cli.output.html").joinpath("page.css").read_text("ascii")
    light, dark, paper = (variables(block) for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL))
    for colors in (light, dark, {**light, **paper}):
        kinds = ("waiting", "computing", "blocking", "thread", "import", "importlib", "span")
        pairs = [(kind, f"{kind}-ink") for kind in kinds]
        pairs += [(ground, ink) for ground in ("page", "card", "band") for ink in ("ink", "soft", "link")]
        pairs += [("good-bg", "good"), ("bad-bg", "bad"), ("card", "bad"), ("card", "warn"), ("page", "bad")]
        for ground, ink in pairs:
            assert contrast(colors[ground], colors[ink]) >= 4.5, (ground, ink)
    assert set(light) == set(dark)


def test_every_colour_that_is_used_is_there():
    css = files("lifespan_cli.output.html").joinpath("page.css").read_text("ascii")
    assert set(re.findall(r"var\(--([\w-]+)\)", css)) - {"hue"} <= set(variables(css))


def test_the_same_report_is_the_same_page():
    assert html(SLOW) == html(serialize.from_dict(serialize.to_dict(SLOW)))
    assert html(replace(SLOW, targets=(replace(PASSED_TARGET, runs=(SLOW_RUN,), why="x"),))) != html(SLOW)


# what else the text has


def test_requests_are_a_table_with_what_became_of_each():
    failure = Failure("request", "builtins.KeyError", "'x'", "")
    answers = (
        Answer("/health", 200, True, 12 * MS, 3 * MS, None),
        Answer("/broken", None, False, 5 * MS, None, failure),
        Answer("/cut", 200, False, 5 * MS, None, None),
        Answer("/gone", 404, True, 5 * MS, 4 * MS, None),
    )
    found = page(report(replace(SLOW_RUN, answers=answers)))
    assert rows(found, "requests") == [
        ["GET /health", "200", "12.0 ms", "3.00 ms"],
        ["GET /broken", "raised builtins.KeyError", "5.00 ms", ""],
        ["GET /cut", "no complete response", "5.00 ms", ""],
        ["GET /gone", "404", "5.00 ms", "4.00 ms"],
    ]
    bad = [row.all("td", "bad") for row in found.one("table", "requests").one("tbody").all("tr")]
    assert [len(cells) for cells in bad] == [0, 1, 1, 1]


def test_an_interrupted_check_says_where_the_application_was():
    (target,) = ALL["interrupted"].targets
    interruption = next(run.interruption for run in target.runs if run.interruption)
    lines = page(ALL["interrupted"]).one("pre", "interrupted-at").raw.splitlines()
    assert lines[0] == "task lifespan in connect, db.py:41"
    assert len([line for line in lines if not line.startswith(" ")]) == len(interruption.stacks)


def test_a_run_that_was_much_slower_is_named():
    (judged,) = diagnosed(SEVERAL_RUNS).targets
    diagnosis = replace(judged.diagnosis, outliers=(Outlier("startup", 2, 4_000 * MS),))
    shown = page(DiagnosedReport(SEVERAL_RUNS, (replace(judged, diagnosis=diagnosis),)))
    assert "much slower than in the other runs: startup in run 2, 4.00 s" in [p.text for p in shown.all("p", "none")]


# words


BANNED = (
    *("mend", "heed", "dearest", "dear", "is told", "told of", "meanwhile", "side by side", "no str", "no dict"),
    *("so many", "as it seems", "passes for", "beside", "what helps", "most of it", "nothing waited"),
)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_page_has_no_word_of_the_private_dialect(name):
    """The words of rules and servers are tested with those; here are the page's own."""
    quiet = [replace(one, findings=(), servers=()) for one in EXAMPLES[name].targets]
    said = page(replace(EXAMPLES[name], targets=tuple(quiet))).one("body").text.lower()
    assert [word for word in BANNED if re.search(rf"\b{word}", said)] == []
