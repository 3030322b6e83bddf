"""The report for machines: what JSON says, held against the schema, and read back."""

import json
import re
from importlib.resources import files

import jsonschema
import pytest
from hypothesis import given, settings
from record_values import NAMES, values
from rendering import diagnosed, render
from reports import ALL, HOSTILE, PASSED

from lifespan_cli.model import Report, serialize
from lifespan_cli.output import Style

SCHEMA = json.loads(files("lifespan_cli").joinpath("report.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def read(report: Report) -> dict:
    data: dict = json.loads(render("json", report, Style()))
    return data


@pytest.mark.parametrize("name", ALL)
def test_every_example_satisfies_the_schema_and_comes_back(name):
    data = read(ALL[name])
    VALIDATOR.validate(data)
    assert serialize.from_dict(data) == diagnosed(ALL[name]).report


@settings(max_examples=40)
@given(values(Report, NAMES))
def test_any_report_satisfies_the_schema_and_comes_back(report):
    data = read(report)
    VALIDATOR.validate(data)
    assert serialize.from_dict(data) == diagnosed(report).report


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_that_ships_is_made_from_the_records():
    assert serialize.schema() == SCHEMA, "python tests/golden.py writes it anew"


def test_the_schema_asks_for_every_key_and_allows_more():
    for described in (SCHEMA, *SCHEMA["$defs"].values()):
        assert described["required"] == list(described["properties"])
        assert "additionalProperties" not in described


def test_every_key_is_described_and_times_tell_their_unit():
    for described in (SCHEMA, *SCHEMA["$defs"].values()):
        assert described["description"]
        for name, key in described.get("properties", {}).items():
            assert key["description"].endswith("."), name
            if name.endswith("_ns"):
                assert re.search(r"\bns\b", key["description"]), name


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema_version",), 3),
        (("verdict",), "perhaps"),
        (("targets", 0, "runs", 0, "phases", 0, "wall_ns"), 1.5),
        (("targets", 0, "runs", 0, "phases", 0, "wall_ns"), -1),
        (("targets", 0, "runs", 0, "phases", 0, "name"), "lunch"),
        (("targets", 0, "environment", "framework"), "FastAPI"),
    ],
)
def test_the_schema_refuses_what_is_no_report(path, value):
    data = place = read(PASSED)
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert not VALIDATOR.is_valid(data)


def test_a_missing_key_is_refused_and_one_more_is_not():
    data = read(PASSED)
    data["targets"][0]["runs"][0]["added_later"] = 1
    assert VALIDATOR.is_valid(data)
    del data["targets"][0]["runs"][0]["exit"]
    assert not VALIDATOR.is_valid(data)


def test_the_text_is_ascii_indented_and_ends_with_a_newline():
    written = render("json", HOSTILE, Style(color=True))
    assert written.isascii()
    assert "\x1b" not in written
    assert written.startswith('{\n  "schema_version": 2,\n')
    assert written.endswith("\n}\n")
