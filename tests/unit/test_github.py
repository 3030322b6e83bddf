"""Workflow commands: to the letter, and as GitHub's runner reads them."""

from dataclasses import dataclass

import pytest
from golden import STYLE, expected, rendered
from msgspec.structs import replace
from rendering import render
from reports import ALL, CRASHED, CRASHED_TARGET, EVIL, HOSTILE, ROOT, UNSUPPORTED_TARGET

from lifespan_cli.model import Finding, Report
from lifespan_cli.output import Style
from lifespan_cli.output.escape import inert

COMMANDS = {
    *("add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "internal-set-repo-path"),
    *("notice", "remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "warning"),
}


@dataclass(frozen=True)
class Command:
    """What the runner makes of a line."""

    name: str
    properties: dict[str, str]
    data: str


def obeyed(log: str) -> list[Command]:
    """The commands in a log, by the rules of the runner: `::name key=value,…::data`, and `##[name]data` of old."""
    commands = []
    for line in log.split("\n"):
        line = line.lstrip()
        info, closed, data = line[2:].partition("::")
        name, _, listed = info.partition(" ")
        if line.startswith("::") and closed and name.lower() in COMMANDS:
            pairs = [pair.partition("=") for pair in listed.split(",") if pair]
            commands.append(Command(name, {key: unescaped(value) for key, _, value in pairs}, unescaped(data)))
            continue
        old = line.partition("##[")[2].partition("]")
        if old[1] and old[0].partition(" ")[0].lower() in COMMANDS:
            commands.append(Command(old[0], {}, old[2]))
    return commands


def unescaped(text: str) -> str:
    for token, escape in (("\r", "%0D"), ("\n", "%0A"), (":", "%3A"), (",", "%2C"), ("%", "%25")):
        text = text.replace(escape, token)
    return text


def many(errors: int = 0, warnings: int = 0, notes: int = 0) -> Report:
    counts = {"error": errors, "warning": warnings, "info": notes}
    findings = [
        Finding("LS106", "unknown-message-type", severity, f"{severity} {number}", None, None, None, "")
        for severity, count in counts.items()
        for number in range(count)
    ]
    return replace(CRASHED, targets=(replace(CRASHED_TARGET, findings=tuple(reversed(findings))),))


def names(report: Report) -> list[str]:
    return [command.name for command in obeyed(rendered("github", report))]


@pytest.mark.parametrize("name", ALL)
def test_the_commands_are_exactly_these(name):
    assert rendered("github", ALL[name]) == expected("github", name)


def test_the_runner_reads_what_was_meant():
    error, warning = obeyed(rendered("github", CRASHED))
    assert error.name == "error"
    assert error.properties == {"file": "shop/db.py", "line": "41", "title": "LS102 startup-crashed"}
    finding = CRASHED_TARGET.findings[1]
    assert error.data == f"{finding.message}\nhint: {finding.hint}\ntarget: shop.main:app"
    assert (warning.name, warning.properties["line"]) == ("warning", "30")


def test_special_characters_come_through_the_escapes():
    finding = replace(CRASHED_TARGET.findings[1], message="100% of a:b, c", path=f"{ROOT}/a,b:c%3A.py")
    (command,) = obeyed(rendered("github", replace(CRASHED, targets=(replace(CRASHED_TARGET, findings=(finding,)),))))
    assert command.properties["file"] == "a,b:c%3A.py"
    assert command.data.startswith("100% of a:b, c\n")


def test_hostile_strings_command_nothing():
    unchecked, error, warning = obeyed(rendered("github", HOSTILE))
    assert unchecked.data == f"not checked: {inert(EVIL)}"
    assert error.data == f"{inert(EVIL)}\nhint: {inert(EVIL)}\ntarget: {inert(EVIL)}"
    assert (warning.name, warning.data) == ("warning", "interrupted: this report is not complete")


@pytest.mark.parametrize("style", [{}, {"verbose": True}, {"quiet": True}, {"width": 40}, {"width": 61}])
@pytest.mark.parametrize("name", ["text", "json", "junit", "gitlab", "sarif", "markdown"])
def test_no_other_format_commands_a_runner_in_whose_log_it_stands(name, style):
    assert EVIL.count("::error::") == EVIL.count("##[error]") == 1
    assert obeyed(render(name, HOSTILE, Style(root=ROOT, **style))) == []


def test_a_log_of_hostile_lines_would_be_obeyed_if_they_were_not_inert():
    assert [command.name for command in obeyed(EVIL)] == ["error"]
    assert [command.name for command in obeyed("x ##[warning]y\n  ::debug::\nstd::error::x")] == ["warning", "debug"]
    assert obeyed(inert("x ##[warning]y") + "\n" + inert("  ::debug::")) == []
    assert inert("std::vector ::1 ## [x] #1") == "std::vector ::1 ## [x] #1"


def test_ten_of_a_level_and_one_that_counts_the_rest():
    assert names(many(10, 10, 10)) == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10
    crowded = obeyed(rendered("github", many(23, 11, 12)))
    assert [command.name for command in crowded] == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10
    assert crowded[-1].data == "13 more errors, 1 more warning, 3 more notes in the whole report"
    only = obeyed(rendered("github", many(11)))
    assert [command.data for command in only][-2:] == [
        "error 1\ntarget: shop.main:app",
        "1 more error in the whole report",
    ]


def test_the_counting_note_says_how_many_notes_it_stands_for():
    shown = obeyed(rendered("github", many(11, 0, 10)))
    assert [command.name for command in shown].count("notice") == 10
    assert shown[-1].data == "1 more error, 1 more note in the whole report"


def test_one_root_cause_of_several_targets_is_one_annotation():
    targets = tuple(replace(CRASHED_TARGET, target=f"t{number}") for number in range(7))
    error, warning = obeyed(rendered("github", replace(CRASHED, targets=targets)))
    assert error.data.endswith("\ntargets: t0, t1, t2, t3, t4 and 2 more")
    assert warning.data.endswith("\ntargets: t0, t1, t2, t3, t4 and 2 more")


def test_a_file_outside_of_the_repository_is_named_in_words():
    finding = replace(UNSUPPORTED_TARGET.findings[0], path="/usr/lib/python3.11/ssl.py", line=9)
    report = replace(CRASHED, targets=(replace(UNSUPPORTED_TARGET, findings=(finding,)),))
    (command,) = obeyed(rendered("github", report))
    assert set(command.properties) == {"title"}
    assert "\nat /usr/lib/python3.11/ssl.py:9\n" in command.data


def test_a_relative_path_starts_where_the_command_was_called():
    finding = replace(CRASHED_TARGET.findings[1], path="db.py")
    report = replace(CRASHED, targets=(replace(CRASHED_TARGET, findings=(finding,)),))
    assert obeyed(render("github", report, STYLE))[0].properties["file"] == "shop/db.py"
    finding = replace(finding, path="<string>")
    report = replace(CRASHED, targets=(replace(CRASHED_TARGET, findings=(finding,)),))
    assert "file" not in obeyed(render("github", report, STYLE))[0].properties
