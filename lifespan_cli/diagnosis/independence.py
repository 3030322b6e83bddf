"""Waits of one function, one after another, that nothing forces into that order: what gathering them would save.

Better silent than wrong. Two statements count only when they follow each other in one block, each awaits one call, the
later uses nothing that the earlier bound, neither calls a method of, or hands over, what the other calls a method of,
and neither stands in an `async with`, whose order is the order of cleaning up.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lifespan_cli.diagnosis.steps import Step

LEAST_NS = 100_000_000
"""A wait shorter than this is not worth a word."""
PURE = 0.9
"""The share of a statement's time that must be waiting."""


@dataclass(frozen=True, slots=True)
class SequentialWaits:
    """Statements that could run side by side; `saved_ns` is an estimate: all but the longest of them."""

    function: str
    path: str
    lines: tuple[int, ...]
    saved_ns: int


def sequential_waits(found: Iterable[Step], source: str, path: str) -> tuple[SequentialWaits, ...]:
    """The groups in one file, whose text is `source`; none where it does not parse."""
    try:
        blocks = list(_blocks(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError):
        return ()
    waits = {step.line: step for step in _waits(found) if step.path == path}
    groups = [group for block in blocks for group in _groups(block, waits)]
    return tuple(_result(group, waits, path) for group in groups)


def _waits(found: Iterable[Step]) -> Iterator[Step]:
    for step in found:
        waiting_ns = step.own_waiting_ns + sum(child.total_ns for child in step.children if child.kind == "waiting")
        if step.critical and step.task is None and step.total_ns >= LEAST_NS and waiting_ns >= PURE * step.total_ns:
            yield step
        yield from _waits(step.children)


def _blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every block of statements of an async function, but those within loops, whose rounds are waits of one line."""
    for function in ast.walk(tree):
        if isinstance(function, ast.AsyncFunctionDef):
            yield from _inner_blocks(function.body)


def _inner_blocks(body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    yield body
    for statement in body:
        if isinstance(statement, ast.If | ast.Try | ast.With | ast.AsyncWith):
            yield from _inner_blocks(statement.body)
        if isinstance(statement, ast.If):
            yield from _inner_blocks(statement.orelse)


def _groups(block: list[ast.stmt], waits: dict[int, Step]) -> Iterator[list[ast.stmt]]:
    group: list[ast.stmt] = []
    for statement in block:
        call = _awaited_call(statement)
        waited = call is not None and _step_of(statement, waits) is not None
        if waited and all(_independent(earlier, statement) for earlier in group):
            group.append(statement)
            continue
        if len(group) > 1:
            yield group
        group = [statement] if waited else []
    if len(group) > 1:
        yield group


def _awaited_call(statement: ast.stmt) -> ast.Call | None:
    """The call of `await call(…)` or `name = await call(…)`, when the statement awaits nothing else."""
    value = statement.value if isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign) else None
    if not isinstance(value, ast.Await) or not isinstance(value.value, ast.Call):
        return None
    awaits = [node for node in ast.walk(statement) if isinstance(node, ast.Await)]
    return value.value if len(awaits) == 1 else None


def _step_of(statement: ast.stmt, waits: dict[int, Step]) -> Step | None:
    lines = range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
    return next((waits[line] for line in lines if line in waits), None)


def _independent(earlier: ast.stmt, later: ast.stmt) -> bool:
    bound, used = _bound(earlier), _paths(later)
    if any(_overlap(one, other) for one in bound for other in used):
        return False
    theirs, ours = _receivers(earlier), _receivers(later)
    return not (theirs & _roots(later) or ours & _roots(earlier))


def _bound(statement: ast.stmt) -> set[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    return {ast.unparse(node) for target in targets for node in _leaves(target)}


def _leaves(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            yield from _leaves(element)
    else:
        yield target


def _paths(statement: ast.stmt) -> set[str]:
    """Every name, attribute path and subscript in the statement, as text."""
    kinds = (ast.Name, ast.Attribute, ast.Subscript)
    return {ast.unparse(node) for node in ast.walk(statement) if isinstance(node, kinds)}


def _overlap(bound: str, used: str) -> bool:
    """The later statement reads, or binds again, what the earlier bound. `state["a"]` and `state["b"]` do not meet."""
    return used == bound or used.startswith((f"{bound}.", f"{bound}[", f"{bound}("))


def _receivers(statement: ast.stmt) -> set[str]:
    """The roots of the objects whose methods the statement calls; a module's functions are nobody's methods, but the
    text cannot tell, so that two functions of one module count as dependent."""
    call = _awaited_call(statement)
    function = call.func if call else None
    return {_root(function)} - {""} if isinstance(function, ast.Attribute) else set()


def _roots(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _result(group: list[ast.stmt], waits: dict[int, Step], path: str) -> SequentialWaits:
    found = [step for step in (_step_of(statement, waits) for statement in group) if step is not None]
    total_ns = [step.total_ns for step in found]
    lines = tuple(statement.lineno for statement in group)
    return SequentialWaits(found[0].function, path, lines, sum(total_ns) - max(total_ns))
