"""Profiles for speedscope: held against its file format, balanced, in order, and telling what the report tells."""

import json

import jsonschema
import pytest
from hypothesis import given, settings
from msgspec.structs import replace
from record_values import NAMES, values
from rendering import render
from reports import ALL, EVIL, HOSTILE, MS, PASSED, ROOT, SEVERAL_RUNS, SEVERAL_TARGETS
from slowness import HOSTILE as HOSTILE_TREES
from slowness import SLOW, SLOW_RUN, report, with_phase

from lifespan_cli.model import Report
from lifespan_cli.output import Style

NUMBER = {"type": "integer"}
EVENT = {
    "type": "object",
    "required": ["type", "at", "frame"],
    "properties": {"type": {"enum": ["O", "C"]}, "at": NUMBER, "frame": {"type": "integer", "minimum": 0}},
    "additionalProperties": False,
}
FRAME = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "file": {"type": "string"}, "line": NUMBER},
    "additionalProperties": False,
}
PROFILE = {
    "type": "object",
    "required": ["type", "name", "unit", "startValue", "endValue", "events"],
    "properties": {
        "type": {"const": "evented"},
        "name": {"type": "string", "minLength": 1},
        "unit": {"const": "nanoseconds"},
        "startValue": NUMBER,
        "endValue": NUMBER,
        "events": {"type": "array", "items": EVENT},
    },
    "additionalProperties": False,
}
FORMAT = {
    "type": "object",
    "required": ["$schema", "shared", "profiles"],
    "properties": {
        "$schema": {"const": "https://www.speedscope.app/file-format-schema.json"},
        "exporter": {"type": "string"},
        "name": {"type": "string"},
        "activeProfileIndex": NUMBER,
        "shared": {"type": "object", "required": ["frames"], "properties": {"frames": {"items": FRAME}}},
        "profiles": {"type": "array", "items": PROFILE},
    },
    "additionalProperties": False,
}
"""What the published format asks of the part of it that is written here, and nothing beside that."""


def read(shown: Report) -> dict:
    """The profiles of a report, after a look at what speedscope refuses to open."""
    text = render("speedscope", shown, Style(root=ROOT))
    assert text.isascii()
    document: dict = json.loads(text)
    jsonschema.validate(document, FORMAT)
    frames = document["shared"]["frames"]
    assert len({json.dumps(frame) for frame in frames}) == len(frames)
    for profile in document["profiles"]:
        clock, opened = profile["startValue"], []
        for event in profile["events"]:
            assert clock <= event["at"] <= profile["endValue"]
            clock = event["at"]
            assert event["frame"] < len(frames)
            if event["type"] == "O":
                opened.append(event["frame"])
            else:
                assert opened.pop() == event["frame"]
        assert opened == []
    return document


def told(document: dict, name: str) -> list[tuple]:
    """A profile as (depth, name of the frame, begin in ms, length in ms), in the order in which frames open."""
    (profile,) = [one for one in document["profiles"] if one["name"] == name]
    rows: list = []
    opened: list[int] = []
    for event in profile["events"]:
        at = event["at"] / 1e6
        if event["type"] == "O":
            rows.append([len(opened), document["shared"]["frames"][event["frame"]]["name"], at, 0])
            opened.append(len(rows) - 1)
        else:
            row = rows[opened.pop()]
            row[3] = round(at - row[2], 3)
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("shown", [*ALL.values(), SLOW, HOSTILE_TREES], ids=[*ALL, "slow", "hostile trees"])
def test_every_example_is_a_file_that_speedscope_opens(shown):
    document = read(shown)
    assert bool(document["profiles"]) == bool(shown.targets)


@settings(max_examples=40)
@given(values(Report, NAMES))
def test_any_report_is(shown):
    read(shown)


def names(document: dict) -> list[str]:
    return [profile["name"] for profile in document["profiles"]]


def test_each_phase_each_task_and_each_thread_has_its_profile_after_that_of_the_whole():
    assert names(read(SLOW)) == [
        "whole run",
        "import",
        "startup",
        "startup: Task-2",
        "startup: Task-3",
        "startup: asyncio_0",
        "startup: imports",
        "shutdown",
    ]


def test_several_runs_and_targets_are_told_apart():
    assert names(read(SEVERAL_RUNS)) == ["run 1 whole run", "run 2 whole run", "run 3 whole run"]
    assert names(read(SEVERAL_TARGETS)) == [
        f"{name} whole run" for name in ("shop.main:app", "shop.main:app", "legacy.asgi")
    ]


def test_the_whole_run_holds_its_phases_one_after_another():
    rows = told(read(SLOW), "whole run")
    phases = [(name, length) for depth, name, _, length in rows if depth == 0]
    assert phases == [(phase.name, phase.wall_ns / 1e6) for phase in SLOW_RUN.phases]
    assert rows[1:4] == [(0, "import", 21.4, 1500), (1, "shop.main", 21.4, 1490), (2, "fastapi", 21.4, 300)]


def test_a_call_tree_keeps_its_times_and_leaves_tasks_to_their_own_profiles():
    document = read(SLOW)
    rows = told(document, "startup")
    assert rows[0] == (0, "FastAPI.__call__", 1559.412, 1995)
    assert [(name, length) for depth, name, _, length in rows if depth == 1] == [
        ("lifespan", length) for length in (100, 800, 400, 300, 250, 60, 60, 25)
    ]
    assert "get" not in {name for _, name, _, _ in rows}
    assert told(document, "startup: Task-3") == [(0, "prices", 2459.412, 400), (1, "get", 2459.412, 400)]


def test_an_import_has_the_place_of_the_statement_that_asked_for_it():
    frames = {frame["name"]: frame for frame in read(SLOW)["shared"]["frames"]}
    assert frames["fastapi"] == {"name": "fastapi", "file": "shop/main.py", "line": 3}
    assert frames["shop.main"] == {"name": "shop.main", "file": "shop/main.py"}
    assert frames["modelkit"] == {"name": "modelkit", "file": "shop/model.py", "line": 3}
    assert frames["create_pool"]["line"] == 9


def test_work_at_import_is_called_what_it_is():
    entry = replace(SLOW_RUN.imports[8], at_ns=1395 * MS, depth=0, parent=None)
    table = replace(SLOW_RUN.phases[1].frames[0], path=entry.file)
    run = replace(with_phase(SLOW_RUN, "import", frames=(table,)), imports=(entry,))
    assert told(read(report(run)), "import") == [
        (0, "shop.pricing", 1395, 120),
        (1, "TABLE = compute_all_prices()", 1400, 115),
    ]


def test_hostile_names_are_inert():
    text = render("speedscope", HOSTILE_TREES, Style()) + render("speedscope", HOSTILE, Style())
    assert "\\\\x1b]0;owned\\\\x07" in text
    assert "\\u001b" not in text
    assert EVIL not in json.loads(render("speedscope", HOSTILE, Style()))["name"]


def test_the_name_is_that_of_the_targets():
    assert read(PASSED)["name"] == "shop.main:app"
    assert read(PASSED)["activeProfileIndex"] == 0
