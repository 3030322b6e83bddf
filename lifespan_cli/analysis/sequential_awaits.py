"""Waits of one function, one after another, that nothing forces into that order: what gathering them would save.

Better silent than wrong. Statements count only when they follow each other in one block, and each awaits one call that
begins something. Two of them are independent when neither uses what the other binds, no object is handed to both or has
a method called by one while the other has to do with it, and, as far as the file's own text tells, the called functions
have no variable in common. A call whose result is thrown away acts by what it leaves behind: it counts only when that
text shows all of it. Nothing is said of an `async with`, whose order is the order of cleaning up, nor of what stands
within one that may be a transaction, a session or a lock.
"""

import ast
from collections.abc import Iterable, Iterator

from msgspec import Struct

from lifespan_cli.analysis.source_names import REMARKS, Names, Path, meet, path_of, paths, stored
from lifespan_cli.analysis.user_lines import Step, steps
from lifespan_cli.model import Phase, PhaseName
from lifespan_cli.model.diagnosis import SequentialAwaits
from lifespan_cli.sources import text_of

LEAST_NS = 100_000_000
"""A wait shorter than this is not worth a word."""
PURE = 0.9
"""The share of a statement's time that must be waiting."""
COMBINATORS = ("gather", "wait_for", "shield")
THREADS = ("to_thread", "run_sync")
OPENERS = ("connect", "open")
"""Methods that are called for what they do to their own object."""
WAITS = frozenset(
    ["sleep", "wait", "join", "get", "result", "communicate", "receive", "recv", "read", "acquire", "anext"]
)
"""Methods and functions that wait for what already goes on."""
ENDINGS = frozenset(["close", "aclose", "wait_closed", "stop", "shutdown", "disconnect", "release", "cancel", "commit"])
MESSAGES = frozenset(["send", "asend", "put", "publish", "execute"])
"""What one of these did the next may build on."""
STARTERS = frozenset(
    ["create_task", "ensure_future", "submit", "run_in_executor", "create_subprocess_exec", "start_soon", "Popen"]
)
"""What these return already runs."""
ENCLOSING = frozenset(
    ["AsyncExitStack", "ExitStack", "timeout", "timeout_at", "fail_after", "move_on_after", "suppress"]
)
"""Context managers whose body is like any other block."""
PAUSES = (ast.Await, ast.Yield, ast.YieldFrom)


class _Wait(Struct, frozen=True):
    """A statement that awaits one call, and what it has to do with."""

    step: Step
    line: int
    binds: frozenset[Path]
    uses: frozenset[Path]
    """The data that it is handed, the objects whose methods it calls among it."""
    receivers: frozenset[str]
    """The roots of those objects."""
    touched: frozenset[str] | None
    """The names beyond its own function's that it has to do with; None where the file does not tell."""


def sequential_awaits(phase: Phase) -> tuple[SequentialAwaits, ...]:
    """The groups in a phase, in all files of the application."""
    found = steps(phase)
    paths_of_waits = dict.fromkeys(step.path for step in _long_waits(found))
    return tuple(
        group for path in paths_of_waits for group in awaits_in_file(found, text_of(path) or "", path, phase.name)
    )


def awaits_in_file(found: Iterable[Step], source: str, path: str, phase: PhaseName) -> tuple[SequentialAwaits, ...]:
    """The groups in one file, whose text is `source`; none where it does not parse."""
    waits = {step.line: step for step in _long_waits(found) if step.path == path}
    if len(waits) < 2:
        return ()
    try:
        tree = ast.parse(source)
        names = Names.of(tree)
        functions = (node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef))
        groups = (group for function in functions for group in _groups(function, names, waits))
        return tuple(_result(group, path, phase) for group in groups)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()


def _long_waits(found: Iterable[Step]) -> Iterator[Step]:
    for step in found:
        waits = step.total_ns >= LEAST_NS and step.waiting_ns >= PURE * step.total_ns
        if waits and step.critical and step.task is None:
            yield step
        yield from _long_waits(step.children)


def _result(group: list[_Wait], path: str, phase: PhaseName) -> SequentialAwaits:
    total_ns = [wait.step.total_ns for wait in group]
    lines = tuple(wait.line for wait in group)
    return SequentialAwaits(phase, group[0].step.function, path, lines, sum(total_ns) - max(total_ns))


def _groups(function: ast.AsyncFunctionDef, names: Names, waits: dict[int, Step]) -> Iterator[list[_Wait]]:
    reader = _Reader(function, names, waits)
    for block in _blocks(function.body):
        group: list[_Wait] = []
        for statement in block:
            if _is_remark(statement):
                continue
            wait = reader.read(statement)
            if wait is not None and all(_independent(earlier, wait) for earlier in group):
                group.append(wait)
                continue
            if len(group) > 1:
                yield group
            group = [wait] if wait is not None else []
        if len(group) > 1:
            yield group


def _blocks(body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """A block and those within it, but not within loops, whose rounds are waits of one line."""
    yield body
    for statement in body:
        if isinstance(statement, ast.With | ast.AsyncWith) and not all(map(_only_encloses, statement.items)):
            continue
        if isinstance(statement, ast.If | ast.Try | ast.With | ast.AsyncWith):
            yield from _blocks(statement.body)
        if isinstance(statement, ast.If):
            yield from _blocks(statement.orelse)


def _only_encloses(item: ast.withitem) -> bool:
    return isinstance(item.context_expr, ast.Call) and _last_name(item.context_expr.func) in ENCLOSING


def _is_remark(statement: ast.stmt) -> bool:
    """`print(…)`, `logger.info(…)`, a docstring."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(value, ast.Call) or any(isinstance(one, PAUSES) for one in ast.walk(value)):
        return isinstance(value, ast.Constant)
    path = path_of(value.func)
    return path is not None and path[0] in REMARKS


def _last_name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _independent(earlier: _Wait, later: _Wait) -> bool:
    if earlier.step is later.step:  # on one line
        return False
    if any(meet(one, other) for one in earlier.binds for other in later.uses | later.binds):
        return False
    if any(meet(one, other) for one in earlier.uses for other in later.uses | later.binds):
        return False
    return not any(_depends(one, other) for one, other in ((earlier, later), (later, earlier)))


def _depends(one: _Wait, other: _Wait) -> bool:
    """What `one` does may be what `other` needs, or disturb it."""
    roots = {path[0] for path in other.uses | other.binds}
    if one.receivers & roots:
        return True
    if other.touched is None:  # it may have to do with any variable that is not a local one
        return bool(one.touched)
    return bool(other.touched & ((one.touched or frozenset()) | {path[0] for path in one.binds | one.uses}))


class _Reader:
    """Reads the statements of one function."""

    def __init__(self, function: ast.AsyncFunctionDef, names: Names, waits: dict[int, Step]) -> None:
        self._names = names
        self._waits = waits
        self._local = stored(function)
        self._declared = {
            name for one in ast.walk(function) if isinstance(one, ast.Global | ast.Nonlocal) for name in one.names
        }
        self._running = {name for one in ast.walk(function) if _starts(one) for name in stored(one)}

    def read(self, statement: ast.stmt) -> _Wait | None:
        """The statement as a wait; None where it is none, or cannot be told from something that must be where it is."""
        call = _awaited_call(statement)
        lines = range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
        step = next((self._waits[line] for line in lines if line in self._waits), None)
        work = _work(call) if call is not None and step is not None else None
        if call is None or step is None or work is None:
            return None
        uses = {path for path in paths(call) if path[0] in self._local or not self._names.is_shareable(path[0])}
        binds = {path for target in _targets(statement) for path in paths(target)}
        roots = {path[0] for path in uses}
        receivers = roots & {path[0] for function in work if (path := _receiver(function))}
        if roots & self._running or {path[0] for path in binds} & self._declared:
            return None
        if not all(self._begins(function) for function in work):
            return None
        touched = self._touched(work)
        if not binds and touched is None:
            if not all(_last_name(function) in OPENERS and _receiver(function) for function in work):
                return None
            touched = frozenset(receivers)
        return _Wait(step, statement.lineno, frozenset(binds), frozenset(uses), frozenset(receivers), touched)

    def _begins(self, function: ast.expr) -> bool:
        """What a method of a local object waits for may have begun before."""
        receiver, name = _receiver(function), _last_name(function)
        if receiver is None:
            return isinstance(function, ast.Name)
        return name in OPENERS or receiver[0] not in self._local

    def _touched(self, work: list[ast.expr]) -> frozenset[str] | None:
        touched: frozenset[str] = frozenset()
        for function in work:
            if not isinstance(function, ast.Name) or function.id not in self._names.functions:
                return None
            touched |= self._names.touched(function.id)
        return touched


def _starts(node: ast.AST) -> bool:
    """It binds to a name something that already runs."""
    if not isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) or node.value is None:
        return False
    return any(isinstance(one, ast.Call) and _last_name(one.func) in STARTERS for one in ast.walk(node.value))


def _targets(statement: ast.stmt) -> list[ast.expr]:
    if isinstance(statement, ast.Assign):
        return statement.targets
    return [statement.target] if isinstance(statement, ast.AnnAssign) else []


def _receiver(function: ast.expr) -> Path | None:
    """The object whose method is called."""
    return path_of(function.value) if isinstance(function, ast.Attribute) else None


def _awaited_call(statement: ast.stmt) -> ast.Call | None:
    """The call of `await call(…)` or `name = await call(…)`, when the statement does nothing else."""
    value = statement.value if isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign) else None
    if not isinstance(value, ast.Await) or not isinstance(value.value, ast.Call):
        return None
    others = [node for node in ast.walk(statement) if isinstance(node, (*PAUSES, ast.NamedExpr)) and node is not value]
    return None if others else value.value


def _work(call: ast.Call) -> list[ast.expr] | None:
    """The functions that the call runs, looked for within gather and the like; None for one that begins nothing."""
    name = _last_name(call.func)
    if name in THREADS:
        return call.args[:1] or None
    if name not in COMBINATORS:
        return None if name in WAITS | ENDINGS | MESSAGES else [call.func]
    work: list[ast.expr] = []
    for argument in call.args if name == "gather" else call.args[:1]:
        inner = argument.value if isinstance(argument, ast.Starred) else argument
        inner = inner.elt if isinstance(inner, ast.ListComp | ast.GeneratorExp) else inner
        found = _work(inner) if isinstance(inner, ast.Call) else None
        if found is None:
            return None
        work += found
    return work or None
