"""The Code Quality report: to the letter, with the fields that GitLab asks for, and known again in another run."""

import json
import re

import jsonschema
import pytest
from golden import STYLE, expected, rendered
from msgspec.structs import replace
from rendering import render
from reports import ALL, CRASHED, CRASHED_TARGET, ROOT, SITE, UNSUPPORTED_TARGET

from lifespan_cli.model import Finding, Report

# docs.gitlab.com, "Code Quality": the fields of a custom tool's report
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{40}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!/|\./|\.\./)."},
                    "lines": {"required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}},
                },
            },
        },
    },
}
ERROR = CRASHED_TARGET.findings[1]


def issues(report: Report) -> list[dict]:
    listed: list[dict] = json.loads(rendered("gitlab", report))
    return listed


def of(*findings: Finding, target: str = "shop.main:app") -> Report:
    return replace(CRASHED, targets=(replace(CRASHED_TARGET, target=target, findings=findings),))


def fingerprint(finding: Finding, target: str = "shop.main:app") -> str:
    (issue,) = issues(of(finding, target=target))
    text: str = issue["fingerprint"]
    return text


@pytest.mark.parametrize("name", ALL)
def test_the_report_is_exactly_this_and_has_what_gitlab_asks_for(name):
    assert rendered("gitlab", ALL[name]) == expected("gitlab", name)
    jsonschema.Draft202012Validator(SCHEMA).validate(issues(ALL[name]))
    fingerprints = [issue["fingerprint"] for issue in issues(ALL[name])]
    assert len(set(fingerprints)) == len(fingerprints)


@pytest.mark.parametrize(
    "moved",
    [
        {"line": 99},
        {"line": None},
        {"hint": "another"},
        {"severity": "warning"},
        {"message": ERROR.message.replace("5432", "15432")},
    ],
)
def test_a_finding_is_known_again_when_its_line_has_moved(moved):
    assert fingerprint(replace(ERROR, **moved)) == fingerprint(ERROR)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("no end after 30 s, waiting in connect ← db.py:41", "no end after 1.5 s, waiting in connect ← db.py:7"),
        ("took 980 ms more", "took 1.2 s more"),
        ("grew by 340 kB", "grew by 1,234.5 MB"),
        ("<Task at 0x7f00aa>", "<Task at 0x7fffbb>"),
    ],
)
def test_figures_of_a_message_do_not_count(before, after):
    assert fingerprint(replace(ERROR, message=before)) == fingerprint(replace(ERROR, message=after))


@pytest.mark.parametrize(
    "other",
    [{"code": "LS103"}, {"path": f"{ROOT}/shop/cache.py"}, {"message": "OSError: no route"}],
)
def test_another_finding_has_another_fingerprint(other):
    assert fingerprint(replace(ERROR, **other)) != fingerprint(ERROR)
    assert fingerprint(ERROR, "other:app") != fingerprint(ERROR)


def test_another_checkout_makes_no_difference():
    elsewhere = replace(ERROR, path=ERROR.path.replace(ROOT, "/builds/shop"))
    style = replace(STYLE, root="/builds/shop", repository="")
    (issue,) = json.loads(render("gitlab", of(elsewhere), style))
    assert issue["fingerprint"] == fingerprint(ERROR)
    assert issue["location"]["path"] == "shop/db.py"


def test_two_of_a_kind_are_told_apart_by_their_order():
    first, second = (issue["fingerprint"] for issue in issues(of(ERROR, replace(ERROR, line=50))))
    assert first == fingerprint(ERROR)
    assert second not in ("", first)


def test_what_has_no_file_in_the_repository_is_shown_at_the_applications_or_by_the_targets_name():
    (issue,) = issues(of(replace(ERROR, path=f"{SITE[:-14]}/ssl.py".replace(ROOT, "/usr"), line=9)))
    assert issue["location"] == {"path": "shop/main.py", "lines": {"begin": 1}}
    assert re.search(r" \(at /usr/\S+/ssl\.py:9\) \(target shop\.main:app\)$", issue["description"])
    (issue,) = issues(replace(CRASHED, targets=(UNSUPPORTED_TARGET,)))
    assert issue["location"] == {"path": "legacy.asgi", "lines": {"begin": 1}}
