"""The report as JUnit XML, as GitLab, Jenkins and the reporters of GitHub read it.

A suite is a target. Its cases are the phases of the run that is shown and the rules that judged it. GitLab shows
`classname` as the suite, drops a second case of the same name and shows the text of a failure, Jenkins its `message`
too; `file` and `line` are read by reporters of GitHub.
"""

from collections import Counter
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from msgspec.structs import replace
from rich.text import Text

from lifespan_cli.model import FAILING, Finding, Phase, Report, Target
from lifespan_cli.model.result import DiagnosedReport, DiagnosedTarget
from lifespan_cli.output import Style
from lifespan_cli.output.conditions import python_of
from lifespan_cli.output.escape import inert
from lifespan_cli.output.fingerprints import in_repository
from lifespan_cli.output.phases import status_of
from lifespan_cli.output.text.findings import findings
from lifespan_cli.output.text.layouts import application_output
from lifespan_cli.output.units import duration
from lifespan_cli.output.view import target_view

_ENDED = {
    "failed": "failed",
    "crashed": "crashed",
    "timeout": "ran out of time",
    "killed": "was killed",
    "interrupted": "was interrupted",
}
"""The ways in which a phase ends badly."""
_WIDTH = 100


def render(result: DiagnosedReport, style: Style) -> str:
    """A document with a suite for each target. A case fails only in a target whose verdict is that it failed."""
    report = result.report
    style = replace(style, width=_WIDTH, color=False, quiet=False, root=style.repository or style.root)
    root = Element("testsuites", {"name": "lifespan-check"})
    names = _unique(inert(target.target, unicode=style.unicode) for target in report.targets)
    suites = [_suite(name, judged, report, style) for name, judged in zip(names, result.targets, strict=True)]
    if report.errors:
        suites.append(_unchecked([inert(error, unicode=style.unicode) for error in report.errors]))
    root.extend(suites)
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    root.set("time", _seconds(sum(map(_whole_ns, result.targets))))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(name: str, judged: DiagnosedTarget, report: Report, style: Style) -> Element:
    target, run = judged.target, judged.run
    suite = Element("testsuite", {"name": name})
    suite.append(_properties(target, style))
    cases = [*_phases(judged, style), *_rules(judged, style)]
    if target.verdict == "failed" and not any(case.find("failure") is not None for case in cases):
        words = "interrupted: this report is not complete" if report.interrupted else "failed"
        cases.append(_case("verdict", failure=words))
    for case in cases:
        case.set("classname", name)
    suite.extend(cases)
    if run.output:
        _write(suite, "system-out", "\n".join(inert(line, unicode=style.unicode) for line in run.output))
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", "0")
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    suite.set("time", _seconds(_whole_ns(judged)))
    return suite


def _unchecked(errors: list[str]) -> Element:
    """The targets that could not be checked, each with the reason."""
    suite = Element("testsuite", {"name": "not checked", "tests": str(len(errors)), "failures": "0"})
    suite.attrib.update({"errors": str(len(errors)), "skipped": "0", "time": _seconds(0)})
    for number, error in enumerate(errors, 1):
        case = SubElement(suite, "testcase", {"classname": "not checked", "name": f"{number} {error}"})
        _write(case, "error", error)
        case[-1].attrib.update({"message": error, "type": "usage"})
    return suite


def _properties(target: Target, style: Style) -> Element:
    environment = target.environment
    framework = environment.framework
    values = {
        "verdict": target.verdict,
        "lifespan": target.lifespan,
        "python": python_of(environment),
        "platform": environment.platform,
        "backend": environment.backend,
        "framework": f"{framework.name} {framework.version}" if framework else "",
        "runs": str(len(target.runs)),
    }
    properties = Element("properties")
    for name, value in values.items():
        if value:
            SubElement(properties, "property", {"name": name, "value": inert(value, unicode=style.unicode)})
    return properties


def _phases(judged: DiagnosedTarget, style: Style) -> list[Element]:
    """A case for each phase. What comes after a phase that ended badly had no fair chance: it does not fail as well."""
    target, run = judged.target, judged.run
    cases: list[Element] = []
    first: Phase | None = None
    for phase in run.phases:
        case = _case(phase.name)
        case.set("time", _seconds(phase.wall_ns))
        how = status_of(phase, run)
        if phase.status == "skipped":
            SubElement(case, "skipped", {"message": "the run did not come to it"})
        elif how not in _ENDED or target.verdict == "passed":
            if phase.status != "ok":
                _write(case, "system-out", phase.status)
        elif first is None:
            first = phase
            message = f"{phase.name} {_ENDED[how]} after {duration(phase.wall_ns, unicode=style.unicode)}"
            _fail(case, message, [message, *_about(phase, judged, style)], how)
        else:
            SubElement(case, "skipped", {"message": f"{phase.name} {_ENDED[how]}, but {first.name} did first"})
        cases.append(case)
    return cases


def _about(phase: Phase, judged: DiagnosedTarget, style: Style) -> list[str]:
    """What was found in a phase, a line each, and the application's last words."""
    found = [
        inert(f"{item.severity} {item.code} {item.slug}: {item.message}", unicode=style.unicode)
        for item in judged.target.findings
        if item.phase == phase.name
    ]
    words = _plain(application_output(target_view(judged, style.root), style))
    return [*found, *([""] if words else []), *words]


def _rules(judged: DiagnosedTarget, style: Style) -> list[Element]:
    """A case for each rule that was applied, and for any other that found something."""
    target = judged.target
    slugs = {rule.code: rule.slug for rule in style.rules} | {item.code: item.slug for item in target.findings}
    codes = dict.fromkeys([*target.judged_by, *(item.code for item in target.findings)])
    return [_rule(code, slugs.get(code, ""), judged, style) for code in codes]


def _rule(code: str, slug: str, judged: DiagnosedTarget, style: Style) -> Element:
    target = judged.target
    case = _case(inert(f"{code} {slug}".rstrip(), unicode=style.unicode))
    found = tuple(item for item in target.findings if item.code == code)
    if not found:
        return case
    graver = [item for item in found if _fails(item, target)]
    place = (graver or found)[0]
    file = in_repository(place.path, style)
    if file is not None:
        case.set("file", inert(file, unicode=style.unicode))
        if place.line:
            case.set("line", str(place.line))
    shown = target_view(replace(judged, target=replace(target, findings=found)), style.root, infos=True)
    lines = _plain(findings(shown, style))
    if graver:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        _fail(case, inert(graver[0].message, unicode=style.unicode) + more, lines, graver[0].severity)
    else:
        _write(case, "system-out", "\n".join(lines))
    return case


def _fails(finding: Finding, target: Target) -> bool:
    return target.verdict == "failed" and finding.severity in FAILING[target.fail_on]


def _whole_ns(judged: DiagnosedTarget) -> int:
    return sum(phase.wall_ns for phase in judged.run.phases)


def _case(name: str, failure: str = "") -> Element:
    case = Element("testcase", {"classname": "", "name": name})
    if failure:
        _fail(case, failure, [failure], "error")
    return case


def _fail(case: Element, message: str, lines: list[str], kind: str) -> None:
    _write(case, "failure", "\n".join(lines))
    case[-1].attrib.update({"message": message, "type": kind})


def _write(parent: Element, tag: str, text: str) -> None:
    """A child with that text, in which GitLab and Jenkins find no file to attach."""
    SubElement(parent, tag).text = text.replace("[[ATTACHMENT|", r"[\x5bATTACHMENT|")


def _plain(lines: list[Text]) -> list[str]:
    return [line.plain for line in lines]


def _seconds(ns: int) -> str:
    return f"{ns / 1e9:.6f}"


def _unique(names: Iterable[str]) -> list[str]:
    """The names, those that came before with a number."""
    seen: Counter[str] = Counter()
    unique = []
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return unique
