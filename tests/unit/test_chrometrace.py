"""Traces for Perfetto and chrome://tracing: held against the rules of the format, and telling what the report tells."""

import json
from itertools import pairwise

import jsonschema
import pytest
from hypothesis import given, settings
from msgspec.structs import replace
from record_values import NAMES, values
from rendering import render
from reports import ALL, EVIL, HOSTILE, MS, PASSED, ROOT, SEVERAL_RUNS, SEVERAL_TARGETS
from slowness import HOSTILE as HOSTILE_TREES
from slowness import SLOW, SLOW_RUN, frame, report, with_phase

from lifespan_cli.model import COLLECTOR, Block, Report
from lifespan_cli.output import Style

NAME = {"type": "string"}
NUMBER = {"type": "integer"}
TIME = {"type": "integer", "minimum": 0}
COMMON = {"name": NAME, "pid": NUMBER, "tid": NUMBER, "args": {"type": "object"}}


def kind(letter: str, /, **properties: dict) -> dict:
    """An event of one kind, which has these keys and no others."""
    known = {"ph": {"const": letter}, **COMMON, **properties}
    return {"type": "object", "required": list(known), "properties": known, "additionalProperties": False}


def named(key: str, value: dict) -> dict:
    """The name or the place in the order that a process or a thread is given."""
    arguments = {"required": [key], "properties": {key: value}, "additionalProperties": False}
    return kind("M", name={"enum": [f"process_{key}", f"thread_{key}"]}, args=arguments)


EVENT = {
    "oneOf": [
        kind("X", cat=NAME, ts=TIME, dur=TIME),
        kind("i", cat=NAME, ts=TIME, s={"enum": ["g", "p", "t"]}),
        named("name", NAME),
        named("sort_index", NUMBER),
    ]
}
FORMAT = {
    "type": "object",
    "required": ["traceEvents"],
    "properties": {
        "traceEvents": {"type": "array", "items": EVENT},
        "displayTimeUnit": {"enum": ["ms", "ns"]},
        "otherData": {"type": "object"},
    },
    "additionalProperties": False,
}
"""What "Trace Event Format" says of the kinds of events that are written here: complete, instant and metadata."""
VALIDATOR = jsonschema.Draft202012Validator(FORMAT)


def read(shown: Report) -> list[dict]:
    """The events of a report, after a look at what readers refuse, or draw wrongly."""
    text = render("chrometrace", shown, Style(root=ROOT))
    assert text.isascii()
    document: dict = json.loads(text)
    VALIDATOR.validate(document)
    events: list[dict] = document["traceEvents"]
    known = [(event["pid"], event["tid"]) for event in events if event["name"] == "thread_name" and event["ph"] == "M"]
    assert len({tid for _, tid in known}) == len(known)
    assert {(event["pid"], event["tid"]) for event in events} <= set(known)
    for track in known:
        nested([event for event in events if (event["pid"], event["tid"]) == track and event["ph"] == "X"])
    return events


def nested(slices: list[dict]) -> None:
    """Assert that every slice lies within the one around it, and begins after those before it."""
    around: list[int] = []
    for event in slices:
        begin, end = event["ts"], event["ts"] + event["dur"]
        while around and around[-1] <= begin:
            around.pop()
        assert not around or end <= around[-1], event
        around.append(end)
    assert all(one["ts"] <= other["ts"] for one, other in pairwise(slices))


def tracks(events: list[dict]) -> dict[str, list[tuple[str, float, float]]]:
    """The slices of each track by its name, as (name, begin in ms, length in ms)."""
    names = {
        event["tid"]: event["args"]["name"] for event in events if event["ph"] == "M" and event["name"] == "thread_name"
    }
    found: dict[str, list[tuple[str, float, float]]] = {name: [] for name in names.values()}
    for event in events:
        if event["ph"] == "X":
            found[names[event["tid"]]].append((event["name"], event["ts"] / 1000, event["dur"] / 1000))
    return found


def arguments(events: list[dict], name: str) -> dict:
    """The arguments of the first event of that name."""
    found: dict = next(event["args"] for event in events if event["name"] == name and event["ph"] != "M")
    return found


@pytest.mark.parametrize("shown", [*ALL.values(), SLOW, HOSTILE_TREES], ids=[*ALL, "slow", "hostile trees"])
def test_every_example_keeps_to_the_format(shown):
    assert bool(read(shown)) == bool(shown.targets)


@settings(max_examples=60)
@given(values(Report, NAMES))
def test_any_report_does(shown):
    read(shown)


def test_phases_imports_and_each_task_and_thread_have_their_tracks():
    assert list(tracks(read(SLOW))) == [
        "phases",
        "imports",
        "lifespan task, main thread",
        "task Task-2",
        "task Task-3",
        "thread asyncio_0",
    ]


def test_phases_lie_where_they_were_in_microseconds_from_the_spawn():
    events = read(SLOW)
    assert tracks(events)["phases"] == [
        (phase.name, phase.at_ns // 1000 / 1000, pytest.approx(phase.wall_ns / 1e6, abs=0.001))
        for phase in SLOW_RUN.phases
    ]
    startup = SLOW_RUN.phase("startup")
    assert arguments(events, "startup") == {
        "status": "ok",
        "cpu_us": startup.cpu_ns // 1000,
        "rss_delta_bytes": startup.rss_delta_bytes,
    }


def test_imports_nest_and_have_the_statement_that_asked_for_them():
    events = read(SLOW)
    assert tracks(events)["imports"][:3] == [
        ("shop.main", 21.4, 1490),
        ("fastapi", 21.4, 300),
        ("pydantic", 21.4, 200),
    ]
    assert arguments(events, "fastapi") == {
        "line": "shop/main.py:3",
        "file": "fastapi.py",
        "total_us": 300_000,
        "self_us": 100_000,
        "cpu_us": 300_000,
    }


def test_tasks_and_threads_hold_what_they_ran():
    found = tracks(read(SLOW))
    assert found["task Task-3"] == [("prices", 2459.412, 400), ("get", 2459.412, 400)]
    assert [name for name, _, _ in found["thread asyncio_0"]] == ["Thread._bootstrap", "load", "Model.from_file"]
    assert found["lifespan task, main thread"][:2] == [
        ("FastAPI.__call__", 1559.412, 1995),
        ("lifespan", 1559.412, 100),
    ]
    assert arguments(read(SLOW), "create_pool")["kind"] == "waiting"
    assert arguments(read(SLOW), "create_pool")["line"] == "asyncpg/pool.py:9"


def test_a_block_is_an_instant_on_the_track_of_the_event_loop():
    block = Block(1600 * MS, 351 * MS, "migrate", f"{ROOT}/shop/db.py", 7, called="sleep", source="time.sleep(0.35)")
    events = read(report(with_phase(SLOW_RUN, "startup", blocks=(block,))))
    (event,) = [event for event in events if event["ph"] == "i"]
    track = next(one["tid"] for one in events if one["args"].get("name") == "lifespan task, main thread")
    assert event == {
        "name": "event loop blocked by sleep",
        "cat": "block",
        "ph": "i",
        "ts": 1_600_000,
        "pid": 1,
        "tid": track,
        "s": "t",
        "args": {
            "blocked_us": 351_000,
            "function": "migrate",
            "line": "shop/db.py:7",
            "source": "time.sleep(0.35)",
        },
    }


def test_garbage_collections_have_a_track_and_are_not_among_the_calls():
    startup = SLOW_RUN.phase("startup")
    collection = replace(frame("gc, generation 2", "shop/x.py:0", 40, 2000), path=COLLECTOR, user=False, cpu_ns=39 * MS)
    events = read(report(with_phase(SLOW_RUN, "startup", frames=(*startup.frames, collection))))
    assert tracks(events)["garbage collection"] == [("gc, generation 2", 2000, 40)]
    assert arguments(events, "gc, generation 2") == {"total_us": 40_000, "cpu_us": 39_000}
    assert [event["name"] for event in events if event.get("cat") == "gc"] == ["gc, generation 2"]


def test_what_ran_at_once_under_one_name_gets_a_track_each():
    startup = SLOW_RUN.phase("startup")
    at = startup.at_ns / MS
    workers = tuple(frame("work", f"shop/w.py:{line}", 900, at + line, task="worker", width=1) for line in (1, 2))
    later = frame("work", "shop/w.py:3", 50, at + 950, task="worker", width=1)
    events = read(report(with_phase(SLOW_RUN, "startup", frames=(*workers, later))))
    names = [one["args"]["name"] for one in events if one["ph"] == "M" and one["name"] == "thread_name"]
    assert names.count("task worker") == 2
    assert len([one for one in events if one["name"] == "work"]) == 3


def test_every_run_of_every_target_is_a_process():
    def processes(shown: Report) -> list[str]:
        return [event["args"]["name"] for event in read(shown) if event["name"] == "process_name"]

    assert processes(PASSED) == ["shop.main:app"]
    assert processes(SEVERAL_RUNS) == [f"shop.main:app run {number} of 3" for number in (1, 2, 3)]
    assert processes(SEVERAL_TARGETS) == ["shop.main:app", "shop.main:app", "legacy.asgi"]
    assert len({event["pid"] for event in read(SEVERAL_TARGETS)}) == 3


def test_hostile_names_are_inert():
    text = render("chrometrace", HOSTILE_TREES, Style()) + render("chrometrace", HOSTILE, Style())
    assert "\\\\x1b]0;owned\\\\x07" in text
    assert "\\u001b" not in text
    assert EVIL not in json.dumps(json.loads(render("chrometrace", HOSTILE, Style())), ensure_ascii=False)
