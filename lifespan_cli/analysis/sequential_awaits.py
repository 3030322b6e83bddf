"""Independent awaits of one function that run one after another: what running them concurrently would save.

Better silent than wrong. Statements count only when they follow each other in one block, when each awaits one call of
functions of the same file, and when all that these do is known. Two of them are independent when neither touches what
the other touches or binds. Nothing is said of an `async with`, whose order is the order of cleaning up.
"""

import ast
from collections.abc import Iterable, Iterator

from msgspec import Struct

from lifespan_cli import syntax
from lifespan_cli.analysis.contention import computes
from lifespan_cli.analysis.effects import FUNCTIONS, Key, Scope, UnknownEffectError, touched
from lifespan_cli.analysis.user_lines import Step, steps
from lifespan_cli.model import Phase, PhaseName
from lifespan_cli.model.diagnosis import Contention, SequentialAwaits
from lifespan_cli.sources import text_of

LEAST_NS = 100_000_000
"""A wait shorter than this is not worth a word."""
PURE = 0.9
"""The share of a statement's time that must be waiting."""
PAUSES = (ast.Await, ast.Yield, ast.YieldFrom)
Path = tuple[str, ...]
"""A name with the attributes and constant keys that follow it: `state["a"].b` is ("state", "['a']", ".b")."""


class _Wait(Struct, frozen=True):
    """A statement that awaits one call."""

    step: Step
    line: int
    touches: frozenset[Key]
    binds: frozenset[Path]
    bound: frozenset[Key]
    """The variables that are bound, or whose attributes or items are."""


def sequential_awaits(phase: Phase) -> tuple[SequentialAwaits, ...]:
    """The groups in a phase, in all files of the application."""
    found = steps(phase)
    paths = dict.fromkeys(step.path for step in _long_waits(found))
    return tuple(group for path in paths for group in awaits_in_file(found, text_of(path) or "", path, phase.name))


def awaits_in_file(found: Iterable[Step], source: str, path: str, phase: PhaseName) -> tuple[SequentialAwaits, ...]:
    """The groups in one file, whose text is `source`; none where it does not parse."""
    waits = {step.line: step for step in _long_waits(found) if step.path == path}
    if len(waits) < 2:
        return ()
    try:
        coroutines = list(_coroutines(Scope(syntax.tree(source))))
        groups = (group for function, scope in coroutines for group in _groups(function, scope, waits))
        return tuple(_result(group, path, phase) for group in groups)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()


def _result(group: list[_Wait], path: str, phase: PhaseName) -> SequentialAwaits:
    times = [wait.step.total_ns for wait in group]
    lines = tuple(wait.line for wait in group)
    return SequentialAwaits(phase, group[0].step.function, path, lines, sum(times) - max(times))


def _long_waits(found: Iterable[Step]) -> Iterator[Step]:
    for step in found:
        waits = step.total_ns >= LEAST_NS and step.waiting_ns >= PURE * step.total_ns
        # threads that compute share the interpreter: one after another is as fast
        if waits and step.critical and step.task is None and not computes(step.total_ns, _cpu_ns(step), Contention()):
            yield step
        yield from _long_waits(step.children)


def _cpu_ns(step: Step) -> int:
    """The CPU time of a step and of all that it waited for."""
    return step.own_cpu_ns + sum(map(_cpu_ns, step.children))


def _coroutines(scope: Scope) -> Iterator[tuple[ast.AsyncFunctionDef, Scope]]:
    """Every `async def` in a scope, with its own; a class is no scope for the functions in it."""
    still = list(ast.iter_child_nodes(scope.node))
    while still:
        node = still.pop()
        if isinstance(node, FUNCTIONS):
            inner = Scope(node, scope)
            if isinstance(node, ast.AsyncFunctionDef):
                yield node, inner
            yield from _coroutines(inner)
        else:
            still += ast.iter_child_nodes(node)


def _groups(function: ast.AsyncFunctionDef, scope: Scope, waits: dict[int, Step]) -> Iterator[list[_Wait]]:
    for block in _blocks(function.body, scope):
        group: list[_Wait] = []
        for statement in block:
            if _is_remark(statement, scope):
                continue
            wait = _wait(statement, scope, waits)
            if wait is not None and all(_independent(earlier, wait) for earlier in group):
                group.append(wait)
                continue
            if len(group) > 1:
                yield group
            group = [wait] if wait is not None else []
        if len(group) > 1:
            yield group


def _blocks(body: list[ast.stmt], scope: Scope) -> Iterator[list[ast.stmt]]:
    """A block and those within it, but not within loops, whose rounds are waits of one line."""
    yield body
    for statement in body:
        items = statement.items if isinstance(statement, ast.With | ast.AsyncWith) else []
        if not all(_is_harmless(item.context_expr, scope) for item in items):
            continue
        if isinstance(statement, ast.If | ast.Try | ast.With | ast.AsyncWith):
            yield from _blocks(statement.body, scope)
        if isinstance(statement, ast.If):
            yield from _blocks(statement.orelse, scope)


def _is_harmless(value: ast.expr, scope: Scope) -> bool:
    """A call that does not await, of no function of the file's: a timeout, an exit stack, `print`, a logger."""
    if not isinstance(value, ast.Call) or any(isinstance(one, PAUSES) for one in ast.walk(value)):
        return False
    followed: list[ast.AST] = []
    try:
        touched(value, scope, followed)
    except UnknownEffectError:
        return False
    return not followed


def _is_remark(statement: ast.stmt, scope: Scope) -> bool:
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant) or _is_harmless(statement.value, scope)
    return isinstance(statement, ast.Pass)


def _wait(statement: ast.stmt, scope: Scope, waits: dict[int, Step]) -> _Wait | None:
    """The statement as a wait; None where it is none, or is not known well enough."""
    call = _awaited_call(statement)
    lines = range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
    step = next((waits[line] for line in lines if line in waits), None)
    if call is None or step is None:
        return None
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    targets = [statement.target] if isinstance(statement, ast.AnnAssign) else targets
    followed: list[ast.AST] = []
    try:
        keys = touched(call, scope, followed)
        binds = frozenset(path for target in targets for path in _paths(target))
    except UnknownEffectError:
        return None
    owners = {path[0]: scope.find(path[0]) for path in binds}
    bound = frozenset((owner.begins, name) for name, owner in owners.items() if owner is not None)
    return _Wait(step, statement.lineno, frozenset(keys), binds, bound) if followed else None


def _awaited_call(statement: ast.stmt) -> ast.Call | None:
    """The call of `await call(…)` or `name = await call(…)`, when the statement does nothing else."""
    value = statement.value if isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign) else None
    if not isinstance(value, ast.Await) or not isinstance(value.value, ast.Call):
        return None
    others = [node for node in ast.walk(statement) if isinstance(node, (*PAUSES, ast.NamedExpr)) and node is not value]
    return None if others else value.value


def _paths(target: ast.expr) -> Iterator[Path]:
    """What a target binds. Raises UnknownEffectError for what may be anything."""
    if isinstance(target, ast.Tuple | ast.List | ast.Starred):
        for part in [target.value] if isinstance(target, ast.Starred) else target.elts:
            yield from _paths(part)
        return
    path: list[str] = []
    while not isinstance(target, ast.Name):
        if isinstance(target, ast.Attribute):
            path.append(f".{target.attr}")
        elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
            path.append(f"[{target.slice.value!r}]")
        else:
            raise UnknownEffectError(ast.unparse(target))
        target = target.value
    yield (target.id, *reversed(path))


def _independent(earlier: _Wait, later: _Wait) -> bool:
    if earlier.step is later.step:  # on one line
        return False
    if earlier.touches & (later.touches | later.bound) or earlier.bound & later.touches:
        return False
    return not any(
        all(left == right for left, right in zip(one, other, strict=False))
        for one in earlier.binds
        for other in later.binds
    )
