"""Which variables a call has to do with beyond its own, as far as the source of its file tells it.

Known are the functions of the file, builtins, and a few modules of the standard library that leave nothing behind which
another call could find. Everything else is unknown: libraries, other files, methods, classes, decorators.
"""

import ast
import builtins
from collections.abc import Iterator

Key = tuple[int, str]
"""A variable by the line where its scope begins, 0 for the file, and its name."""
HARMLESS = frozenset(
    [
        *("asyncio", "anyio", "trio", "base64", "collections", "contextlib", "dataclasses", "datetime", "decimal"),
        *("enum", "functools", "hashlib", "itertools", "json", "logging", "math", "operator", "re", "string", "time"),
        *("typing", "uuid"),
    ]
)
"""But for what starts a process."""
UNKNOWN_BUILTINS = frozenset(
    [
        *("__import__", "breakpoint", "compile", "delattr", "eval", "exec", "getattr", "globals", "input", "locals"),
        *("open", "setattr", "vars"),
    ]
)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
NAMED = (*DEFINITIONS, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)
CONSTANTS = (ast.Constant, ast.Tuple, ast.BinOp, ast.UnaryOp, ast.JoinedStr, ast.FormattedValue)
MOST_CALLS = 500
"""How many functions are followed from one call."""


class UnknownEffectError(Exception):
    """The source does not tell."""


class Scope:
    """The names that a file, or a function, defines."""

    def __init__(self, node: ast.AST, outer: "Scope | None" = None) -> None:
        self.node, self.outer = node, outer
        self.begins = 0 if outer is None else getattr(node, "lineno", 0)
        own = list(executed(node))
        self.functions = {one.name: one for one in own if isinstance(one, DEFINITIONS)}
        self.imports = {name: module for one in own for name, module in _imports(one)}
        bound = [one.arg for one in own if isinstance(one, ast.arg)]
        bound += [one.id for one in own if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load)]
        bound += [one.name for one in own if isinstance(one, NAMED) and one.name]
        bound += [name for one in own for name, _ in _imports(one)]
        declared = {name for one in own if isinstance(one, ast.Global | ast.Nonlocal) for name in one.names}
        shared = ast.Global if outer is None else ast.Nonlocal
        # a function within may bind it, too
        bound += [name for one in ast.walk(node) if isinstance(one, shared) for name in one.names]
        self.names = set(bound) - declared
        once = {name for name in self.names if bound.count(name) == 1}
        self.functions = {name: one for name, one in self.functions.items() if name in once}
        self.imports = {name: module for name, module in self.imports.items() if name in once}
        assigned = ((one.targets, one.value) for one in own if isinstance(one, ast.Assign))
        values = {target.id: value for (target, *_), value in assigned if isinstance(target, ast.Name)}
        self.values = {name: value for name, value in values.items() if name in once}
        """The variables that are bound once, and to what."""

    def find(self, name: str) -> "Scope | None":
        """The scope that defines a name, this one or one around it."""
        return self if name in self.names else self.outer.find(name) if self.outer else None


def touched(node: ast.AST, scope: Scope, followed: list[ast.AST]) -> set[Key]:
    """The variables that a piece of source has to do with; the file's functions that it calls are added to `followed`.

    Raises UnknownEffectError.
    """
    keys: set[Key] = set()
    for one in executed(node):
        if isinstance(one, ast.Name):
            keys |= _named(one.id, scope, followed)
        elif isinstance(one, ast.Call):
            _check(one.func, scope)
        elif (isinstance(one, ast.Attribute) and ("subprocess" in one.attr or _is_function(one.value, scope))) or any(
            module not in HARMLESS for _, module in _imports(one)
        ):
            raise UnknownEffectError(ast.unparse(one))
    return keys


def _is_function(value: ast.expr, scope: Scope) -> bool:
    found = scope.find(value.id) if isinstance(value, ast.Name) else None
    return found is not None and isinstance(value, ast.Name) and value.id in found.functions


def _named(name: str, scope: Scope, followed: list[ast.AST]) -> set[Key]:
    found = scope.find(name)
    if found is None:
        if not hasattr(builtins, name) or name in UNKNOWN_BUILTINS:
            raise UnknownEffectError(name)
        return set()
    if name in found.functions:
        return _of_function(found.functions[name], found, followed)
    if name in found.imports:
        if found.imports[name] not in HARMLESS:
            raise UnknownEffectError(name)
        return set()
    return set() if _is_constant(found.values.get(name)) or _is_logger(name, found) else {(found.begins, name)}


def _of_function(node: ast.AST, scope: Scope, followed: list[ast.AST]) -> set[Key]:
    """What a function touches when it is called, but for its own variables."""
    if not isinstance(node, FUNCTIONS) or node.decorator_list or len(followed) > MOST_CALLS:
        raise UnknownEffectError(ast.unparse(node)[:100])
    if not all(one is None or _is_constant(one) for one in (*node.args.defaults, *node.args.kw_defaults)):
        raise UnknownEffectError(node.name)
    if node in followed:
        return set()
    followed.append(node)
    inner = Scope(node, scope)
    return {key for key in touched(node, inner, followed) if key[0] != inner.begins}


def _check(function: ast.expr, scope: Scope) -> None:
    """What is called is a function of the file's, a builtin, or imported. Raises UnknownEffectError."""
    root = function
    while isinstance(root, ast.Attribute):
        root = root.value
    name = root.id if isinstance(root, ast.Name) else ""
    found = scope.find(name)
    known = not name or (found is not None and (name in found.imports or _is_logger(name, found)))
    if isinstance(function, ast.Name):
        known = known or found is None or name in found.functions
    if not known or (not name and not isinstance(root, ast.Constant)):
        raise UnknownEffectError(ast.unparse(function)[:100])


def executed(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a piece of source that are executed with it: of a function, its arguments and its body; not what
    functions and classes defined in it contain, nor annotations."""
    still = list(_parts(node)) if isinstance(node, (*DEFINITIONS, ast.Module)) else [node]
    while still:
        one = still.pop()
        yield one
        if not isinstance(one, DEFINITIONS):
            still += _parts(one)


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    for name, value in ast.iter_fields(node):
        if name not in ("annotation", "returns", "decorator_list", "type_params"):
            yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, ast.AST))


def _imports(node: ast.AST) -> Iterator[tuple[str, str]]:
    """For each name that a statement imports its top-level module; a relative one has no name."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return
    for alias in node.names:
        module = alias.name if isinstance(node, ast.Import) else f"{'.' * node.level}{node.module or ''}"
        yield (alias.asname or alias.name).partition(".")[0], module.partition(".")[0]


def _is_constant(value: ast.expr | None) -> bool:
    """An expression of literals that do not change, or a variable of the environment."""
    if isinstance(value, ast.Call | ast.Subscript):
        text = ast.unparse(value.func if isinstance(value, ast.Call) else value.value)
        return text in ("os.environ", "os.environ.get", "os.getenv")
    parts = [part for part in ast.iter_child_nodes(value) if isinstance(part, ast.expr)] if value else []
    return isinstance(value, CONSTANTS) and all(map(_is_constant, parts))


def _is_logger(name: str, scope: Scope) -> bool:
    value = scope.values.get(name)
    return isinstance(value, ast.Call) and ast.unparse(value.func) in ("logging.getLogger", "getLogger")
