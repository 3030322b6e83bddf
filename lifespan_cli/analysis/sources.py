"""The user's own source files, read for what only their text tells."""

import ast
import tokenize
from pathlib import Path

LARGEST_BYTES = 2_000_000


def text_of(path: str) -> str | None:
    """The text of a source file; None where there is none that can be read."""
    try:
        if not Path(path).is_file() or Path(path).stat().st_size > LARGEST_BYTES:
            return None
        with tokenize.open(path) as file:
            return file.read()
    except (OSError, SyntaxError, ValueError):
        return None


def is_plain_function(path: str, line: int) -> bool:
    """The line stands in a `def`, as far as the source tells, and not in an `async def`."""
    try:
        tree = ast.parse(text_of(path) or "")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    around = [
        node for node in ast.walk(tree) if isinstance(node, kinds) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    return bool(around) and isinstance(max(around, key=lambda node: node.lineno), ast.FunctionDef)
