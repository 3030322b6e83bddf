"""The rules as a whole: their names, what they say of themselves, and how they are chosen. No process is started."""

import re
from pathlib import Path

import pytest
from cases import TRACEBACK, UP, case, codes, failure, message, timeout

from lifespan_cli import rules
from lifespan_cli.errors import UsageError
from lifespan_cli.model import PHASES, Exit
from lifespan_cli.rules import RULES
from lifespan_cli.rules.wording import beyond_headline, headline

NAMES = """
LS001 module-not-found
LS002 import-error
LS003 attribute-not-found
LS004 not-an-asgi-app
LS005 looks-like-a-factory
LS006 factory-failed
LS007 asgi2-app
LS008 shape-some-servers-reject
LS009 import-timeout
LS010 exit-during-import
LS011 standard-library-first
LS101 lifespan-unsupported
LS102 startup-crashed
LS103 startup-failed
LS104 startup-without-outcome
LS105 startup-timeout
LS106 unknown-message-type
LS107 malformed-message
LS108 message-out-of-order
LS109 failed-without-message
LS110 ended-before-shutdown
LS111 crashed-while-running
LS112 shutdown-crashed
LS113 shutdown-failed
LS114 shutdown-without-outcome
LS115 shutdown-timeout
LS116 still-running-after-shutdown
LS117 raised-after-shutdown
LS118 swallowed-cancellation
LS119 state-replaced
LS120 state-key-not-str
LS121 exit-during-phase
LS122 returned-a-value
LS123 crashed-on-scope
LS124 fails-on-restart
LS201 over-budget
LS202 slower-than-baseline
LS203 event-loop-blocked
LS204 slow-import
LS205 work-at-import
LS206 sequential-waits
LS207 slow-exit
LS208 slow-first-request
LS209 request-failed
LS210 not-precompiled
LS211 forbidden-import
LS212 too-many-modules
LS301 task-left-running
LS302 thread-left-running
LS303 child-process-left
LS304 socket-or-file-left-open
LS305 task-exception-never-retrieved
LS306 never-awaited-or-unclosed
LS307 process-did-not-exit
LS401 handlers-ignored
LS402 mounted-lifespan-never-runs
LS403 deprecated-event-handlers
LS404 handler-ran-twice
LS405 lifespan-entered-but-not-left
"""
WARNINGS = {
    *(f"LS0{number}" for number in ("07", "08")),
    *(f"LS1{number}" for number in ("01", "09", "10", "14", "16", "18", "20", "22")),
    *(f"LS2{number}" for number in ("03", "05", "07", "08", "10")),
    *(f"LS3{number}" for number in ("01", "02", "03", "04", "06")),
    *(f"LS4{number}" for number in ("04", "05")),
}
NOTES = {"LS011", "LS204", "LS206", "LS403"}


def test_the_rules_are_those_of_the_design_in_order():
    assert [f"{rule.code} {rule.slug}" for rule in RULES] == NAMES.split("\n")[1:-1]
    assert len({rule.slug for rule in RULES}) == len(RULES)
    assert {rule.code for rule in RULES if rule.severity == "warning"} == WARNINGS
    assert {rule.code for rule in RULES if rule.severity == "info"} == NOTES


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_explains_itself(rule):
    for example in (rule.bad, rule.good):
        compile(example, rule.code, "exec")
    assert rule.bad != rule.good
    assert re.fullmatch(r"[A-Z][^\n]+\.", rule.summary)
    explained = rules.explain(rule)
    assert max(len(line) for line in explained.splitlines()) <= rules.WIDTH
    flat = " ".join(explained.split())
    for text in (rule.code, rule.slug, rule.severity, rule.summary, rule.explanation, rule.source, rule.bad, rule.good):
        assert " ".join(text.split()) in flat
    assert rules.find(rule.code.lower()) is rules.find(rule.slug) is rule


def test_table_listing_and_changelog_name_every_rule():
    changelog = (Path(__file__).parents[2] / "CHANGELOG.md").read_text("utf-8")
    table, listing = rules.table().splitlines(), rules.listing().splitlines()
    for rule, row, line in zip(RULES, table[2:], listing, strict=True):
        assert row == f"| {rule.code} | `{rule.slug}` | {rule.severity} | {rule.summary} |"
        assert line.split(maxsplit=3) == [rule.code, rule.slug, rule.severity, rule.summary]
        assert f"{rule.code} {rule.slug}" in changelog


@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        ((), (), ["LS103", "LS109"]),
        (("LS1",), (), ["LS103", "LS109"]),
        (("LS0",), (), []),
        (("LS10",), ("LS109",), ["LS103"]),
        ((), ("LS1",), []),
        (("LS103",), ("LS1",), ["LS103"]),
        (("LS",), ("LS10",), []),
        (("LS109",), ("LS109",), []),
        (("LS0", "LS109"), ("LS",), ["LS109"]),
    ],
)
def test_the_longest_beginning_decides(select, ignore, expected):
    failed = case([UP, message("lifespan.startup.failed")], (), "startup")
    assert [finding.code for finding in rules.apply(failed, select=select, ignore=ignore)] == expected
    assert {"LS103", "LS109"} & {rule.code for rule in rules.chosen(select, ignore)} == set(expected)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("ls104", "did you mean LS104?"),
        ("startup-crash", "did you mean LS102?"),
        ("LS1044", "did you mean LS104?"),
        ("", "--list-rules"),
    ],
)
def test_an_unknown_code_is_a_usage_error_that_names_the_nearest(code, says):
    with pytest.raises(UsageError, match=re.escape(says)) as caught:
        rules.apply(case(), ignore=(code,))
    assert str(caught.value).startswith(f"--ignore: no rule has the code {code!r}")
    with pytest.raises(UsageError, match="--select"):
        rules.apply(case(), select=(code,))


def test_an_unknown_rule_is_a_usage_error_that_names_the_nearest():
    with pytest.raises(UsageError, match=r"there is no rule 'start-crashed', did you mean LS102\?"):
        rules.find("start-crashed")


def test_every_phase_that_can_end_a_process_or_time_out_before_exit_has_a_rule():
    for phase in PHASES:
        assert len(codes(failures=[failure(phase, "signal", kind="signal")], end=Exit(None, 9))) == 1
        if phase != "exit":
            assert len(codes(failures=[timeout(phase)])) == 1


def test_the_headline_of_a_text():
    assert headline("\n\n  one \ntwo") == "one"
    assert headline(" \n") == ""
    assert headline("x" * 400) == "x" * 300 + "…"
    assert (
        headline(TRACEBACK + "\nDuring handling …:\n\n" + TRACEBACK.replace("no route", "second\n  detail"))
        == "OSError: second"
    )
    group = "  + Exception Group Traceback (most recent call last):\n  | ExceptionGroup: two (1 sub-exception)\n"
    assert headline(group + "  +-+---- 1 ----\n    | ValueError: inner\n    +-----\n") == "ValueError: inner"
    assert beyond_headline("one line") == ""
