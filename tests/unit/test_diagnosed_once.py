"""Where the time went is decided once: rules and outputs read the diagnosis, and compute none of their own."""

import ast
from pathlib import Path

import pytest

import lifespan_cli

PACKAGE = Path(lifespan_cli.__file__).parent
READERS = sorted(file for folder in ("rules", "servers", "output") for file in (PACKAGE / folder).rglob("*.py"))


def imported_by(file: Path) -> set[str]:
    """The names of the modules that a file imports, at its top or in a function."""
    nodes = list(ast.walk(ast.parse(file.read_text("utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    source = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return plain | {f"{node.module}.{alias.name}" for node in source for alias in node.names}


def test_there_are_readers():
    assert len(READERS) > 50
    assert "lifespan_cli.model.diagnosis.Diagnosis" in imported_by(PACKAGE / "rules" / "rule.py")


@pytest.mark.parametrize("file", READERS, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_what_reads_the_diagnosis_calls_no_analysis(file: Path):
    assert {name for name in imported_by(file) if name.startswith("lifespan_cli.analysis")} == set()
