"""Findings as SARIF 2.1.0 (OASIS, errata 01), which GitHub's code scanning and editors read."""

import re
from typing import Any
from urllib.parse import quote

from lifespan_cli.model import Report
from lifespan_cli.model.result import DiagnosedReport
from lifespan_cli.model.serialize import to_json
from lifespan_cli.output import Described, Style
from lifespan_cli.output.escape import inert
from lifespan_cli.output.fingerprints import Located, located
from lifespan_cli.output.markup import block, prose

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
"""The name that consumers know the top of a repository by; where it lies is theirs to say."""
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_MESSAGE_SYNTAX = re.compile(r"(?<=\])(?=\()|(?<=\{)(?=\d+\})")
"""Where a plain text would become a link, `[text](target)`, or a placeholder, `{0}` (§3.11.5 and 3.11.6)."""


def render(result: DiagnosedReport, style: Style) -> str:
    """One log with one run of one tool, for all targets; the rules that found something are described in it."""
    report = result.report
    results = list(located(report, style))
    codes = sorted({item.finding.code for item in results})
    described = {rule.code: rule for rule in style.rules}
    slugs = {item.finding.code: inert(item.finding.slug) for item in results}
    driver = {
        "name": "lifespan-check",
        "version": inert(report.tool_version),
        "rules": [{"id": code, "name": slugs[code], **_explained(described.get(code))} for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [_invocation(report)],
        "results": [_result(item, codes) for item in results],
    }
    return to_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _invocation(report: Report) -> dict[str, Any]:
    """How the check itself went; a target that could not be checked is a trouble of the tool's (§3.20.21)."""
    whole = not report.interrupted and not report.errors
    invocation: dict[str, Any] = {"executionSuccessful": whole, "exitCode": report.exit_code}
    if report.errors:
        invocation["toolExecutionNotifications"] = [
            {"level": "error", "message": {"text": _message(inert(error))}} for error in report.errors
        ]
    return invocation


def _message(line: str) -> str:
    return _MESSAGE_SYNTAX.sub(" ", line)


def _explained(rule: Described | None) -> dict[str, Any]:
    """What there is to say of a rule, for those who open its help."""
    if rule is None:
        return {}
    paragraphs = [" ".join(paragraph.split()) for paragraph in rule.explanation.split("\n\n")]
    plain = [*paragraphs, f"Source: {rule.source}.", f"Bad:\n\n{rule.bad}", f"Good:\n\n{rule.good}"]
    marked = [*map(prose, [*paragraphs, f"Source: {rule.source}."])]
    marked += [f"{title}:\n\n{block(example, 'python')}" for title, example in (("Bad", rule.bad), ("Good", rule.good))]
    return {
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": paragraphs[0]},
        "help": {"text": "\n\n".join(plain), "markdown": "\n\n".join(marked)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(item: Located, codes: list[str]) -> dict[str, Any]:
    finding = item.finding
    words = [inert(finding.message) + item.aside, *([inert(f"hint: {finding.hint}")] if finding.hint else [])]
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(item.path), "uriBaseId": _ROOT}}
    if item.line:
        place["region"] = {"startLine": item.line}
    return {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": _LEVELS[finding.severity],
        "message": {"text": "\n".join(map(_message, words))},
        "locations": [
            {
                "physicalLocation": place,
                "logicalLocations": [{"fullyQualifiedName": inert(item.target.target), "kind": "module"}],
            }
        ],
        "partialFingerprints": {"lifespanCheck/v1": item.fingerprint},
    }
