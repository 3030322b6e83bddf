"""The user's own source files, read for what only their text tells."""

import ast
import sys
import tokenize
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from lifespan_cli import syntax

LARGEST_BYTES = 2_000_000
LONGEST_LINE = 500


def text_of(path: str) -> str | None:
    """The text of a source file; None where there is none that can be read."""
    try:
        if not Path(path).is_file() or Path(path).stat().st_size > LARGEST_BYTES:
            return None
        with tokenize.open(path) as file:
            return file.read()
    except (OSError, SyntaxError, ValueError):
        return None


def excerpt(path: str | None, line: int | None, before: int = 2) -> tuple[tuple[int, str], ...]:
    """The numbers and texts of a line and of up to `before` lines before it; empty where it cannot be read."""
    lines = (text_of(path) or "").splitlines() if path and line else []
    if not line or line > len(lines) or not lines[line - 1].strip():
        return ()
    first = max(1, line - before)
    return tuple((number, lines[number - 1][:LONGEST_LINE].rstrip()) for number in range(first, line + 1))


def is_plain_function(path: str, line: int) -> bool:
    """The line stands in a `def`, as far as the source tells, and not in an `async def`."""
    try:
        tree = syntax.tree(text_of(path) or "")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    around = [
        node for node in ast.walk(tree) if isinstance(node, kinds) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    return bool(around) and isinstance(max(around, key=lambda node: node.lineno), ast.FunctionDef)


def in_one_statement(path: str, line: int, other: int) -> bool:
    """Two lines of a file belong to one statement, as far as the source tells; the header of a compound one alone."""
    return any(
        first <= min(line, other) and max(line, other) <= last for first, last in _statements(text_of(path) or "")
    )


@lru_cache(maxsize=64)
def _statements(text: str) -> tuple[tuple[int, int], ...]:
    """The first and last line of every statement that has several, of a compound one those of its header."""
    try:
        tree = syntax.tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            inner = getattr(node, "body", None) or [case.pattern for case in getattr(node, "cases", ())]
            found.append((node.lineno, inner[0].lineno - 1 if inner else node.end_lineno or node.lineno))
    return tuple((first, last) for first, last in found if first < last)


def process_wide_changes(path: str) -> Iterator[tuple[int, str]]:
    """Line and text of each statement of a source file that assigns or deletes an attribute of a module of the standard
    library, or adds an audit hook."""
    text = text_of(path) or ""
    try:
        tree = syntax.tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    modules, lines = set(_standard_modules(tree)), text.splitlines()
    found = {
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and (not isinstance(node.ctx, ast.Load) or node.attr == "addaudithook")
        and ast.unparse(node.value) in modules
    }
    for line in sorted(found):
        yield line, lines[line - 1]


def _standard_modules(tree: ast.AST) -> Iterator[str]:
    """The names that a source file has for modules of the standard library."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] in sys.stdlib_module_names:
                    yield alias.asname or alias.name
