"""The call in a coroutine that leads to what blocks the event loop, as its source tells: what is to run in a thread."""

import ast
from collections.abc import Iterator
from functools import lru_cache

from lifespan_cli import syntax
from lifespan_cli.model.diagnosis import Offload
from lifespan_cli.sources import text_of

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SLEEPS = ("time.sleep", "sleep")


def offload(path: str, line: int, called: str) -> Offload | None:
    """The call at that line of the function of that qualified name, or of a function of C's, where `called` is empty.

    None where the line is in no `async def`, as far as its source tells, or all that is called there is awaited.
    """
    function = _function_at(path, line)
    if not isinstance(function, ast.AsyncFunctionDef):
        return None
    calls = [call for call in _calls(function) if call.lineno <= line <= (call.end_lineno or 0)]
    if not calls:
        return None
    sleeps = [call for call in calls if ast.unparse(call.func) in SLEEPS]
    chosen = _named(calls, called) if called else sleeps or calls
    if len(chosen) != 1:
        return Offload(path, line)
    (call,) = chosen
    arguments = (*map(ast.unparse, call.args), *map(ast.unparse, call.keywords))
    return Offload(
        path,
        line,
        ast.unparse(call.func),
        ", ".join(arguments),
        keywords=bool(call.keywords),
        sleeps=not called and call in sleeps,
    )


def _function_at(path: str, line: int) -> ast.AST | None:
    """The innermost function that the line stands in."""
    functions = _functions(text_of(path) or "")
    around = [node for node in functions if node.lineno <= line <= (node.end_lineno or 0)]
    return max(around, key=lambda node: (node.lineno, node.col_offset), default=None)


@lru_cache(maxsize=16)
def _functions(text: str) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef, ...]:
    try:
        tree = syntax.tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(node for node in ast.walk(tree) if isinstance(node, FUNCTIONS))


def _calls(node: ast.AST, awaited: bool = False) -> Iterator[ast.Call]:
    """The calls in a function's own code that are not awaited."""
    if isinstance(node, ast.Call) and not awaited:
        yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (*FUNCTIONS, ast.Lambda)):
            yield from _calls(child, isinstance(node, ast.Await))


def _named(calls: list[ast.Call], called: str) -> list[ast.Call]:
    """The calls of the function, or of the class, of that qualified name."""
    names = called.split(".")
    name = names[-2] if names[-1] in ("__init__", "__new__") and len(names) > 1 else names[-1]
    return [call for call in calls if ast.unparse(call.func).rpartition(".")[2] == name]
