"""The probe's first file, which every interpreter must be able to parse to say that it is too old."""

import ast
from pathlib import Path

import pytest

from lifespan_cli import probe

NEW = (
    ast.AnnAssign,
    ast.AsyncFunctionDef,
    ast.Await,
    ast.JoinedStr,
    ast.Match,
    ast.NamedExpr,
    ast.Nonlocal,
    ast.Starred,
    ast.TryStar,
    ast.YieldFrom,
)
"""What Python 2 has no syntax for."""


def newer_than_python_2(source: str) -> list[str]:
    """The kinds of syntax in it that Python 2 cannot parse."""
    nodes = list(ast.walk(ast.parse(source)))
    found = [type(node).__name__ for node in nodes if isinstance(node, NEW)]
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            arguments = node.args
            annotated = any(argument.annotation for argument in (*arguments.args, *arguments.kwonlyargs))
            if annotated or arguments.kwonlyargs or arguments.posonlyargs or getattr(node, "returns", None):
                found.append("arguments")
    return found + ["text"] * (not source.isascii())


def test_any_python_can_parse_the_first_file():
    assert newer_than_python_2(Path(probe.__file__).with_name("__main__.py").read_text()) == []


@pytest.mark.parametrize(
    "source", ["held: list = []", "f'{held}'", "if (held := 1): pass", "def run(*, words): pass", "'\u2192'"]
)
def test_syntax_that_python_2_has_not(source):
    assert len(newer_than_python_2(source)) == 1
