"""Interpreters whose private names are not what they were: measured all the same, or said to be not, and why."""

import pytest
from conftest import Check, Outcome, Start

APP = """
import colorsys

async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""
DOCTORED = """
import _frozen_importlib as bootstrap, builtins, sys
from _frozen_importlib_external import SourceLoader

def gcd_import(name, package=None, level=0):
    name = bootstrap._resolve_name(name, package, level) if level else name
    return sys.modules.get(name) or {found}

def get_code(self, fullname):
    path = self.get_filename(fullname)
    return {compiled}

if any(word.startswith("module=") for word in sys.orig_argv):  # the child
    find_and_load, compile_source = bootstrap._find_and_load, SourceLoader.source_to_code
    bootstrap._find_and_load, bootstrap._gcd_import = {find_and_load}, gcd_import
    builtins.__import__ = bootstrap.__import__
    SourceLoader.source_to_code, SourceLoader.get_code = {source_to_code}, get_code
"""
"""An importlib that calls its own functions with other arguments."""
MORE_ARGUMENTS = DOCTORED.format(
    found='bootstrap._find_and_load(name, gcd_import, "also", late=True)',
    find_and_load="lambda name, find, also, *, late: find_and_load(name, find)",
    compiled="self.source_to_code(self.get_data(path), path, fullname, strict=True)",
    source_to_code="lambda self, data, path, name, *, strict: compile_source(self, data, path)",
)
OTHER_ARGUMENTS = DOCTORED.format(
    found="bootstrap._find_and_load(gcd_import, [name])",
    find_and_load="lambda find, names: bootstrap._find_and_load_unlocked(names[0], find)",
    compiled="self.source_to_code((path, self.get_data(path)))",
    source_to_code="lambda self, source: compile(source[1], source[0], 'exec')",
)
COMPILE = "importlib._bootstrap_external.compile is not called by the import system"
MODULE_LOCK_MANAGER = "importlib._bootstrap._ModuleLockManager is not called by the import system"
FIND_AND_LOAD = "importlib._bootstrap._find_and_load takes other arguments"


def test_further_arguments_of_the_import_system_are_passed_on(python, tmp_path, check: Check) -> None:
    (tmp_path / "main.py").write_text(APP)
    (tmp_path / "sitecustomize.py").write_text(MORE_ARGUMENTS)
    outcome = check("main:app", "--python", python, cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert (outcome.codes, outcome.exit_code) == ([], 0), outcome.stdout
    assert outcome.run.not_measured == ()
    assert {"main", "colorsys"} <= {entry.module for entry in outcome.run.imports}
    assert str(tmp_path / "main.py") in (outcome.run.compilations.paths if outcome.run.compilations else ())


def test_an_import_system_of_another_kind_is_left_alone(python, tmp_path, check: Check, start: Start) -> None:
    (tmp_path / "main.py").write_text(APP)
    (tmp_path / "sitecustomize.py").write_text(OTHER_ARGUMENTS)
    words = ("main:app", "--python", python)
    outcome = check(*words, cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert (outcome.codes, outcome.exit_code) == ([], 0), outcome.stdout
    watched = FIND_AND_LOAD if outcome.target.environment.python >= "3.15" else MODULE_LOCK_MANAGER
    not_measured = {"imports": f"{watched} in this Python", "compilations": f"{COMPILE} in this Python"}
    resting = {"imports": "LS204, LS205, LS211 and LS212 are", "compilations": "LS210 is"}
    assert {entry.measurement: entry.reason for entry in outcome.run.not_measured} == not_measured
    assert (outcome.run.imports, outcome.run.compilations) == ((), None)
    for output_format in ("text", "html", "markdown"):
        said = start(*words, "--output-format", output_format, cwd=tmp_path, PYTHONPATH=str(tmp_path)).end().stdout
        for measurement, reason in not_measured.items():
            off = f"not measured: {measurement} ({reason}), so that {resting[measurement]} not judged in full"
            assert off in " ".join(said.split()), said


LIMITS = ("--max-modules", "9999", "--forbid-import", "torch", "--max-blocking", "60s")
OF_LIMITS = ("--select=LS2",)


def not_judged(outcome: Outcome) -> list[str]:
    """The options whose limits could not be judged; no other finding is a failure."""
    failing = [finding.message for finding in outcome.target.findings if finding.severity == "error"]
    assert all(" could not be judged: " in message for message in failing), failing
    assert outcome.exit_code == bool(failing)
    return [message.partition(" ")[0] for message in failing]


def test_a_limit_on_what_is_not_measured_never_passes(python, tmp_path, check: Check) -> None:
    (tmp_path / "main.py").write_text(APP)
    words = ("main:app", "--python", python, *LIMITS, *OF_LIMITS)
    assert not_judged(check(*words, cwd=tmp_path, PYTHONPATH=str(tmp_path))) == []

    (tmp_path / "sitecustomize.py").write_text(OTHER_ARGUMENTS)
    outcome = check(*words, cwd=tmp_path, PYTHONPATH=str(tmp_path))

    assert not_judged(outcome) == ["--forbid-import", "--max-modules"]
    resting = {"LS204", "LS205", "LS210", "LS211", "LS212"}
    assert not resting & set(outcome.target.judged_by)
    assert {"LS201", "LS203", "LS206"} <= set(outcome.target.judged_by)


FORBIDS = """
import os
import sys

def hook(event, args):
    if event == "{event}":
        raise PermissionError(event)

{loaded}sys.addaudithook(hook)
"""


@pytest.mark.parametrize(
    ("event", "loaded", "options"),
    [
        ("sys._current_frames", "", {"all": ["--max-blocking"]}),
        # what a server loads after the application asks for frames, too
        ("sys._getframe", "import asyncio\n", {"3.15": ["--forbid-import", "--max-modules"]}),
    ],
)
def test_nor_one_on_what_the_application_forbids_to_measure(event, loaded, options, python, tmp_path, check: Check):
    (tmp_path / "main.py").write_text(FORBIDS.format(event=event, loaded=loaded) + APP)

    outcome = check("main:app", "--python", python, *LIMITS, *OF_LIMITS, cwd=tmp_path)

    version = outcome.target.environment.python.rpartition(".")[0]
    assert not_judged(outcome) == options.get("all", options.get(version, []))
    refused = [entry.reason for entry in outcome.run.not_measured if entry.reason.startswith(event)]
    assert refused == [f"{event} raises PermissionError in this Python"]


def test_a_free_threaded_interpreter_is_named_in_the_header(tmp_path, check: Check, start: Start) -> None:
    """Doctored: there need be no such build here."""
    (tmp_path / "main.py").write_text(APP)
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.abiflags = 't'\n")
    outcome = check("main:app", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert (outcome.target.environment.free_threaded, outcome.codes) == (True, [])
    said = start("main:app", cwd=tmp_path, PYTHONPATH=str(tmp_path)).end().stdout
    assert f"Python {outcome.target.environment.python} free-threaded (" in said
    assert not check("main:app", cwd=tmp_path).target.environment.free_threaded
