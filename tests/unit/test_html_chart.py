"""What a page shows of a slow start: every bar in its place on the time axis, and the tables in their order."""

import json
from functools import cache
from itertools import pairwise

import pytest
from msgspec.structs import replace
from pages import Element, page, rows
from rendering import diagnosed
from reports import HUNG, MS, ROOT, SEVERAL_RUNS
from slowness import SLOW, SLOW_RUN, frame, report, with_phase

from lifespan_cli.model import BlockLine, Finding, PhaseName, Report
from lifespan_cli.output.html.words import parts
from lifespan_cli.output.units import duration
from lifespan_cli.output.view import target_view


@cache
def slow() -> Element:
    return page(SLOW)


# the chart


def bars(look: str, element: Element | None = None) -> dict[str, tuple[float, float, int]]:
    """Bars of the chart: what is said of each first → where it begins and ends in ms, and its row in pixels."""
    run_ms = max(phase.at_ns + phase.wall_ns for phase in SLOW_RUN.phases) / MS
    found = {}
    for bar in (element or slow()).all("svg", look):
        x, width = (float(bar.attributes[name].rstrip("%")) * run_ms / 100 for name in ("x", "width"))
        found[bar.all("title")[0].raw.splitlines()[0]] = (round(x), round(x + width), int(bar.attributes["y"]))
    return found


def test_the_phases_are_bands_on_one_axis():
    assert bars("phase") == {
        "boot": (0, 21, 18),
        "import": (21, 1521, 18),
        "resolve": (1521, 1521, 18),
        "runtime": (1521, 1559, 18),
        "startup": (1559, 3559, 18),
        "hold": (3559, 3610, 18),
        "shutdown": (3610, 3910, 18),
        "exit": (3910, 3928, 18),
    }
    ticks = [tick.text for tick in slow().all("text", "tick")]
    assert ticks == ["0", "500 ms", "1.00 s", "1.50 s", "2.00 s", "2.50 s", "3.00 s", "3.50 s"]


def test_imports_hang_below_their_phase_by_depth():
    trees = slow().one("svg", "trees")
    found = bars("import", trees)
    assert found["import shop.main"] == (21, 1511, 0)
    assert found["import fastapi"] == (21, 321, 20)
    assert found["import pydantic"] == (21, 221, 40)
    assert found["import shop.reports"] == (321, 1129, 20)
    assert found["import pandas.core"][2] == 60
    assert "import modelkit" not in found


def test_lines_hang_below_theirs_in_what_they_spent_their_time_with():
    trees = slow().one("svg", "trees")
    blocking, waiting, computing = (bars(look, trees) for look in ("blocking", "waiting", "computing"))
    assert blocking["time.sleep(0.1)"] == (1559, 1659, 40)
    assert waiting["connections = await asyncpg.create_pool(settings.dsn, min_size=10, max_size=20)"] == (
        1659,
        2459,
        60,
    )
    assert computing["index[word] = find(word)"] == (3259, 3409, 40)
    assert waiting["yield"] == (3610, 3910, 0)


def test_tasks_and_threads_are_in_lanes_below_the_line_that_awaits_them():
    trees = slow().one("svg", "trees")
    heads = bars("head", trees)
    assert heads["task Task-2: users"] == (2459, 2659, 45)
    assert heads["task Task-3: prices"] == (2459, 2859, 110)
    assert heads["thread asyncio_0: load"] == (2859, 3159, 65)
    assert "prices (Task-3)" in {text.text for head in trees.all("svg", "head") for text in head.all("text")}
    assert bars("thread", trees)["return Model.from_file(path)"][0:2] == (2859, 3159)
    parallel = trees.all("svg", "parallel")
    assert {bar.one("title").raw.splitlines()[0] for bar in parallel} == {'await redis.get("users")'}


def test_bars_of_the_trees_do_not_cover_each_other():
    taken: dict[int, list[tuple[float, float]]] = {}
    for bar in slow().one("svg", "trees").all("svg", "b"):
        x, width = (float(bar.attributes[name].rstrip("%")) for name in ("x", "width"))
        taken.setdefault(int(bar.attributes["y"]), []).append((x, x + width))
    for row in taken.values():
        row.sort()
        assert all(left[1] <= right[0] + 0.001 for left, right in pairwise(row))


def test_blocks_context_managers_and_late_imports_have_strips_of_their_own():
    assert bars("blocked") == {"the event loop was blocked for 250 ms (12 %)": (3159, 3409, 0)}
    assert bars("enter") == {"lifespan.<locals>.pool, entered in 800 ms": (1659, 2459, 0)}
    assert bars("import", slow().one("svg", "late")) == {"import modelkit": (1559, 1699, 0)}
    captions = [caption.text for caption in slow().all("p", "caption")]
    assert captions == ["event loop blocked", "imports after the import phase", "context managers, entered and exited"]


def test_the_lane_of_blocks_names_every_line_of_a_stretch():
    startup = SLOW_RUN.phase("startup")
    (block,) = startup.blocks
    lines = (
        BlockLine("build", f"{ROOT}/shop/search.py", 6, 150 * MS, 150 * MS, source="index[word] = find(word)"),
        BlockLine("load", f"{ROOT}/shop/settings.py", 8, 90 * MS, 0, "sleep", "time.sleep(0.09)"),
        BlockLine("load", f"{ROOT}/shop/settings.py", 9, 10 * MS, 0, "read", "yaml.load(file)"),
    )
    blocks = (replace(block, lines=lines, delay_ns=20 * MS),)
    shown = report(with_phase(SLOW_RUN, "startup", blocks=blocks))
    (drawn,) = page(shown).all("svg", "blocked")
    assert drawn.one("title").raw.splitlines() == [
        "the event loop was blocked for 250 ms (12 %)",
        "150 ms: index[word] = find(word) in build, shop/search.py:6",
        "90.0 ms: time.sleep(0.09) in load, shop/settings.py:8",
        "10.0 ms: yaml.load(file) in load, shop/settings.py:9, which called read",
        "20.0 ms of it waiting for a processor",
        "from 3.16 s to 3.41 s",
    ]
    assert (
        "index[word] = find(word) 150 ms, time.sleep(0.09) 90.0 ms, yaml.load(file) 10.0 ms"
        in json.loads(page(shown).one("figure").one("script").raw)["labels"]
    )
    (target,) = shown.targets
    led = replace(target, findings=(finding("LS203", "startup", "shop/settings.py", 9),))
    read = page(replace(shown, targets=(led,)))
    link = read.one("article").one("a", "show").attributes["href"]
    assert link == f"#{read.one('svg', 'blocked').attributes['id']}"


def test_a_report_of_one_line_a_stretch_names_that():
    (drawn,) = slow().all("svg", "blocked")
    assert drawn.one("title").raw.splitlines()[1] == "250 ms: build, shop/search.py:6"


def test_what_is_shown_of_a_bar_names_its_place_and_its_parts():
    titles = [title.raw for title in slow().all("title")]
    assert (
        "import pandas\ntotal 800 ms (53 %), self 300 ms\ncomputing 800 ms\nimported at shop/reports.py:6\n"
        "from 321 ms to 1.12 s"
    ) in titles
    assert (
        'await redis.get("users")\nusers, shop/cache.py:5\ntotal 200 ms (10 %), self 0 \u00b5s\nwaiting 200 ms\n'
        "from 2.46 s to 2.66 s\noff the critical path"
    ) in titles
    assert (
        "time.sleep(0.1)\nload, shop/settings.py:8\ntotal 100 ms (5 %), self 100 ms\nblocking 100 ms\n"
        "from 1.56 s to 1.66 s"
    ) in titles


@pytest.mark.parametrize(
    ("kind", "times", "told"),
    [
        ("waiting", (300, 290, 10), "waiting 290 ms, computing 10.0 ms"),
        ("computing", (300, 0, 200), "computing 200 ms, waiting for the CPU 100 ms"),
        ("blocking", (300, 0, 20), "computing 20.0 ms, blocking 280 ms"),
        ("waiting", (300, 300, 1), "waiting 300 ms"),
        ("waiting", (0, 0, 0), ""),
    ],
)
def test_a_time_is_told_by_its_parts(kind, times, told):
    wall, waits, cpu = times
    shown = frame("f", "shop/main.py:1", wall, 0, waiting=waits, cpu=cpu)
    assert parts(replace(shown, kind=kind)) == told


def test_frames_of_libraries_that_only_call_on_are_one_bar():
    tree = slow().one("svg", "trees")
    (chain,) = [bar for bar in tree.all("svg", "thread") if "lib" in bar.look and "modelkit" in bar.text]
    assert chain.one("title").raw.splitlines()[0] == "modelkit: Model.from_file"
    assert any("Thread._bootstrap" in title.text for title in tree.all("title"))


def test_labels_are_cut_to_their_bars():
    trees = slow().one("svg", "trees")
    labels = {bar.one("title").raw.splitlines()[0]: bar.all("text") for bar in trees.all("svg", "blocking")}
    (label,) = labels["time.sleep(0.1)"]
    assert label.text == "ti…"
    assert "import fastapi" in {title.raw.splitlines()[0] for title in trees.all("title")}


# from a finding to its bar, and what the script is given


def finding(code: str, phase: PhaseName | None, path: str | None, line: int | None) -> Finding:
    return Finding(code, "slug", "warning", "message", phase, path and f"{ROOT}/{path}", line, "")


@pytest.mark.parametrize(
    ("place", "bar"),
    [
        (("startup", "shop/search.py", 6), "the event loop was blocked for 250 ms (12 %)"),
        (("startup", "shop/settings.py", 8), "time.sleep(0.1)"),
        (("import", "shop/reports.py", 6), "import pandas"),
        (("import", "shop/reports.py", 999), "import shop.reports"),
        (("startup", "shop/elsewhere.py", 1), "startup"),
        (("shutdown", None, None), "shutdown"),
    ],
    ids=["block", "line", "import", "module", "phase", "no line"],
)
def test_a_finding_leads_to_the_bar_of_its_line_else_of_its_phase(place, bar):
    (target,) = SLOW.targets
    shown = page(replace(SLOW, targets=(replace(target, findings=(finding("LS203", *place),)),)))
    link = shown.one("article").one("a", "show")
    (led,) = [found for found in shown.all("svg", "b") if f"#{found.attributes.get('id')}" == link.attributes["href"]]
    assert led.one("title").raw.splitlines()[0] == bar


def test_a_finding_of_no_phase_leads_nowhere():
    (target,) = SLOW.targets
    shown = page(replace(SLOW, targets=(replace(target, findings=(finding("LS401", None, "shop/main.py", 3),)),)))
    assert shown.one("article").all("a") == []
    assert [bar for bar in shown.all("svg", "b") if "id" in bar.attributes] == []


def test_every_identifier_is_there_once():
    ids = [element.attributes["id"] for element in page(SEVERAL_RUNS).all() if "id" in element.attributes]
    assert len(ids) == len(set(ids))


def test_the_script_is_given_the_whole_labels_in_the_order_of_the_bars():
    data = json.loads(slow().one("figure").one("script").raw)
    drawn = slow().all("svg", "b")
    assert data["end_ns"] == max(phase.at_ns + phase.wall_ns for phase in SLOW_RUN.phases)
    assert data["phases"] == [phase.name for phase in SLOW_RUN.phases]
    assert len(data["labels"]) == len(drawn)
    for label, bar in zip(data["labels"], drawn, strict=True):
        shown = "".join(text.text for text in bar.all("text"))
        assert label.startswith(shown.removesuffix("\N{HORIZONTAL ELLIPSIS}"))


def test_the_legend_names_the_colours_that_are_drawn_and_no_others():
    def legend(shown: Report) -> list[str]:
        return [entry.text for entry in page(shown).one("figcaption").one("span", "legend").children]

    assert legend(SLOW) == [
        "waiting, event loop idle",
        "computing (CPU)",
        "blocking call",
        "in a worker thread",
        "import (your code)",
        "import (library)",
        "paler: library code",
        "palest: off the critical path",
    ]
    only = replace(SLOW_RUN, imports=(), phases=tuple(replace(one, spans=()) for one in SLOW_RUN.phases[-2:]))
    assert legend(report(only)) == ["waiting, event loop idle", "paler: library code"]


# the tables


def test_the_slowest_comes_first_with_its_share_of_ready():
    found = rows(slow(), "costs")
    assert found[0] == ["800 ms", "23 %", "import", "", "import pandas (3 modules)", "shop/reports.py:6"]
    assert found[1][:4] == ["800 ms", "23 %", "startup", "waits"]
    assert found[1][4].startswith("connections = await asyncpg.create_pool(")
    assert found[1][5] == "shop/db.py:11"
    assert [row[3] for row in found if row[5] == "shop/model.py:7"] == ["in a thread"]
    assert "shop/cache.py:5" not in {row[5] for row in found}


def test_what_took_the_time_after_the_start_is_a_table_of_its_own():
    assert [head.text for head in slow().all("h4")][:2] == [
        "ready 3.50 s = import 1.50 s + startup 2.00 s",
        "shutdown 300 ms",
    ]
    assert rows(slow(), "costs")[-1][:4] == ["300 ms", "100 %", "shutdown", "waits"]


def test_every_line_of_the_report_and_every_row_of_the_view_has_a_row():
    (judged,) = diagnosed(SLOW).targets
    seen = [row for table in target_view(judged).tables for row in (*table.rows, *table.rest)]
    shown = [row for table in slow().all("table", "costs") for row in table.one("tbody").all("tr")]
    found = [(row.children[0].text, row.children[2].text, row.children[4].one("code").text) for row in shown]
    assert found == [(duration(row.wall_ns), row.phase, " ".join(row.what.split())) for row in seen]
    assert {row.hot for row in seen} == {line for line in judged.diagnosis.hot_lines if line.critical}
    assert len(found) > 12


def test_the_critical_chain_is_in_the_order_of_time():
    found = rows(slow(), "chain")
    assert [row[0] for row in found][:5] == ["0", "+100 ms", "+900 ms", "+1.30 s", "+1.60 s"]
    assert [row[1] for row in found][:5] == ["100 ms", "800 ms", "400 ms", "300 ms", "100 ms"]
    assert found[3][3:] == [
        "return Model.from_file(path)from shop/main.py:18",
        "shop/model.py:7",
    ]


def test_the_phases_are_a_table_with_what_is_not_charged():
    found = rows(page(HUNG), "phases")
    assert found[0][:5] == ["bootnot charged: the interpreter", "ok", "21.4 ms", "20.0 ms", "+9.4 MB"]
    assert found[4][:5] == ["startup", "timed out", "10.0 s", "160 ms", "+12.6 MB"]
    assert found[5][:5] == ["shutdown", "skipped", "", "", ""]


def test_the_times_that_people_ask_for_each_with_its_longest_line():
    tiles = [tile.text for tile in slow().all("div", "tile")]
    assert tiles[0] == "ready3.50 s"
    assert tiles[1] == "import1.50 slongest: 800 ms import pandas (3 modules)"
    assert tiles[2].startswith("startup2.00 slongest: 800 ms connections = await")
    assert tiles[3] == "shutdown300 mslongest: 300 ms yield in close"


@pytest.mark.parametrize(("wall", "line", "told"), [(20, 12, "longest: 12.0 ms"), (20, 21, ""), (9, 8, "")])
def test_no_line_is_said_to_be_longer_than_its_phase_nor_told_of_a_phase_that_samples_do_not_resolve(wall, line, told):
    startup = SLOW_RUN.phase("startup")
    frames = (frame("lifespan", "shop/main.py:15", line, startup.at_ns / MS, source="work()"),)
    shown = report(with_phase(SLOW_RUN, "startup", wall_ns=wall * MS, frames=frames, blocks=(), spans=()))
    (tile,) = [tile for tile in page(shown).all("div", "tile") if tile.one("dt").text == "startup"]
    assert tile.one("dd", "longest").text == (f"{told} work()" if told else "")
