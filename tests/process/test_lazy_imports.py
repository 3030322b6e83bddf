"""PEP 810, Python 3.15 and newer: what a lazy import costs, where it is used, and what is said of one that fails."""

import sys
from pathlib import Path

import pytest
from conftest import Check, other_interpreters

HAS_THEM = (3, 15)
APP = """
{first}
import wave
lazy import decimal
lazy import mailbox

async def app(scope, receive, send):
    await receive()
    decimal.Decimal("1")  # used
    await send({{"type": "lifespan.startup.complete"}})
    await receive()
    await send({{"type": "lifespan.shutdown.complete"}})
"""
FAILING = """
lazy import nothing_there

async def app(scope, receive, send):
    await receive()
    nothing_there.go()
"""


@pytest.fixture
def newest() -> str:
    """An interpreter that has lazy imports."""
    if sys.version_info >= HAS_THEM:
        return sys.executable
    if "python3.15" not in other_interpreters():
        pytest.skip("no Python with lazy imports is on PATH")
    return "python3.15"


@pytest.mark.versions
def test_a_lazy_import_is_charged_to_the_line_that_uses_it(newest: str, check: Check, tmp_path: Path):
    (tmp_path / "main.py").write_text(APP.format(first=""))
    outcome = check("main:app", "--python", newest, cwd=tmp_path)

    assert outcome.codes == []
    used = APP.format(first="").splitlines().index('    decimal.Decimal("1")  # used') + 1
    (decimal,) = [entry for entry in outcome.run.imports if entry.module == "decimal"]
    assert (decimal.name, decimal.phase) == ("decimal (lazy)", "startup")
    assert (decimal.path, decimal.line) == (str(tmp_path / "main.py"), used)
    assert "mailbox" not in {entry.module for entry in outcome.run.imports}


@pytest.mark.versions
@pytest.mark.parametrize(
    ("first", "environ"),
    [("import sys; sys.set_lazy_imports('all')", {}), ("", {"PYTHON_LAZY_IMPORTS": "all"})],
    ids=["by the application", "by the environment"],
)
def test_all_imports_may_be_lazy(first, environ, newest: str, check: Check, tmp_path: Path):
    (tmp_path / "main.py").write_text(APP.format(first=first))
    outcome = check("main:app", "--python", newest, cwd=tmp_path, **environ)

    assert (outcome.codes, outcome.exit_code) == ([], 0)
    imported = {entry.module: entry.phase for entry in outcome.run.imports}
    assert imported["decimal"] == "startup"
    assert "wave" not in imported


@pytest.mark.versions
def test_a_lazy_import_that_fails_names_its_statement_and_its_use(newest: str, check: Check, tmp_path: Path):
    (tmp_path / "main.py").write_text(FAILING)
    outcome = check("main:app", "--python", newest, cwd=tmp_path)

    (finding,) = outcome.target.findings
    assert finding.code == "LS102"
    assert (finding.path, finding.line) == (str(tmp_path / "main.py"), 6)
    assert "No module named 'nothing_there' (lazy import at main.py:2)" in finding.message
