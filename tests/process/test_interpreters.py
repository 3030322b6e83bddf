"""Interpreters whose private names are not what they were: measured all the same, or said to be not, and why."""

from conftest import Check, Start

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
    assert {entry.measurement: entry.reason for entry in outcome.run.not_measured} == not_measured
    assert (outcome.run.imports, outcome.run.compilations) == ((), None)
    for output_format in ("text", "html", "markdown"):
        said = start(*words, "--output-format", output_format, cwd=tmp_path, PYTHONPATH=str(tmp_path)).end().stdout
        for measurement, reason in not_measured.items():
            assert f"not measured: {measurement} ({reason})" in " ".join(said.split()), said


def test_a_free_threaded_interpreter_is_named_in_the_header(tmp_path, check: Check, start: Start) -> None:
    """Doctored: there need be no such build here."""
    (tmp_path / "main.py").write_text(APP)
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.abiflags = 't'\n")
    outcome = check("main:app", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert (outcome.target.environment.free_threaded, outcome.codes) == (True, [])
    said = start("main:app", cwd=tmp_path, PYTHONPATH=str(tmp_path)).end().stdout
    assert f"Python {outcome.target.environment.python} free-threaded, " in said
    assert not check("main:app", cwd=tmp_path).target.environment.free_threaded
