"""The report for machines: what JSON says, held against the schema, and read back."""

import json
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from importlib.resources import files

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reports import ALL, HOSTILE, PASSED

from lifespan_cli import report as contract
from lifespan_cli.renderers import Style, render
from lifespan_cli.report import Frame, Report

SCHEMA = json.loads(files("lifespan_cli").joinpath("report.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

# low surrogates, as undecodable bytes of a file's name become; a high and a low one would be read back as one character
TEXT = st.text(
    st.characters(exclude_categories=["Cs"]) | st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF), max_size=5
)


def values(hint: object, name: str = "", depth: int = 2) -> st.SearchStrategy:
    """Values of an annotation of the report, a call tree no deeper than `depth`."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin in (types.UnionType, typing.Union):
        return st.one_of(st.none() if option is type(None) else values(option, name, depth) for option in arguments)
    if origin is tuple:
        if arguments[0] is Frame and depth == 0:
            return st.just(())
        return st.lists(st.deferred(lambda: values(arguments[0], name, depth)), max_size=2).map(tuple)
    if origin is Mapping:
        return st.dictionaries(TEXT, values(arguments[1], name, depth), max_size=2)
    if is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        inner = depth - 1 if hint is Frame else depth
        return st.builds(hint, **{item.name: values(hints[item.name], item.name, inner) for item in fields(hint)})
    if name == "schema_version":
        return st.just(1)
    if name == "code" and hint is str:
        return st.from_regex(r"\ALS[0-9]{3}\Z")
    return {str: TEXT, bool: st.booleans(), int: st.integers(1, 2**63)}[hint]


def read(report: Report) -> dict:
    data: dict = json.loads(render("json", report, Style()))
    return data


@pytest.mark.parametrize("name", ALL)
def test_every_example_satisfies_the_schema_and_comes_back(name):
    data = read(ALL[name])
    VALIDATOR.validate(data)
    assert Report.from_dict(data) == ALL[name]


@settings(max_examples=40, deadline=None)
@given(values(Report))
def test_any_report_satisfies_the_schema_and_comes_back(report):
    data = read(report)
    VALIDATOR.validate(data)
    assert Report.from_dict(data) == report


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def classes() -> dict[str, type]:
    return {name: kind for name, kind in vars(contract).items() if is_dataclass(kind)}


def test_the_schema_describes_exactly_what_is_written():
    assert set(SCHEMA["$defs"]) == set(classes()) - {"Report"} | {"PhaseName"}
    for name, kind in classes().items():
        described = SCHEMA if name == "Report" else SCHEMA["$defs"][name]
        names = [item.name for item in fields(kind)]
        assert list(described["properties"]) == names, name
        assert described["required"] == names, name
        assert described["additionalProperties"] is True, name


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
        (("schema_version",), 2),
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
    assert written.startswith('{\n  "schema_version": 1,\n')
    assert written.endswith("\n}\n")
