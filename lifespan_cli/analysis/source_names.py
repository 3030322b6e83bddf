"""What a piece of Python source reads, binds and touches, by name: enough to tell that two calls share nothing.

Everything that the text does not settle counts as shared.
"""

import ast
import builtins
import sys
from collections.abc import Iterator

from msgspec import Struct

Path = tuple[str, ...]
"""A name with the attributes and keys that follow it: `state["a"].b` is ("state", "'a'", ".b")."""
ANY_KEY = "*"
ENVIRONMENT = ("os.environ", "os.getenv", "environ", "getenv")
CONVERSIONS = ("str", "int", "float", "bool")
REMARKS = ("print", "log", "logger", "logging", "LOG", "_log", "_logger")
"""What the functions called by these names do changes nothing for anybody else."""
RUNTIMES = ("anyio", "trio")
OUTSIDE = frozenset(
    [
        "open",
        "Path",
        "pathlib",
        "shutil",
        "sqlite3",
        "subprocess",
        "tempfile",
        "create_subprocess_exec",
        "create_subprocess_shell",
    ]
)
"""Files and other programs: what one function does to them another may find there."""


def paths(node: ast.AST) -> Iterator[Path]:
    """The data that an expression mentions, each as the longest path; not the functions that it calls by name."""
    path = path_of(node)
    if path is not None:
        yield path
        for index in _indexes(node):
            yield from paths(index)
    elif isinstance(node, ast.Call):
        if not isinstance(node.func, ast.Name):
            yield from paths(node.func.value if isinstance(node.func, ast.Attribute) else node.func)
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            yield from paths(argument)
    else:
        for child in ast.iter_child_nodes(node):
            yield from paths(child)


def path_of(node: ast.AST) -> Path | None:
    """The path that an expression is, or None where it is more than one."""
    if isinstance(node, ast.Name):
        return (node.id,)
    if not isinstance(node, ast.Attribute | ast.Subscript):
        return None
    base = path_of(node.value)
    if base is None:
        return None
    if isinstance(node, ast.Attribute):
        return (*base, f".{node.attr}")
    return (*base, repr(node.slice.value) if isinstance(node.slice, ast.Constant) else ANY_KEY)


def _indexes(node: ast.AST) -> Iterator[ast.AST]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Subscript):
            yield node.slice
        node = node.value


def meet(one: Path, other: Path) -> bool:
    """One path leads to the other, or to the same."""
    return all(left == right or ANY_KEY in (left, right) for left, right in zip(one, other, strict=False))


def stored(node: ast.AST) -> set[str]:
    """The names that are bound anywhere in a piece of source."""
    return {name.id for name in ast.walk(node) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)}


class Names(Struct, frozen=True):
    """What a file's own names stand for, as far as its text tells."""

    functions: dict[str, ast.AST]
    """Its functions and classes, each defined once."""
    harmless: frozenset[str]
    """Constants, modules of the standard library, builtins: using the same one of these is nothing in common."""
    changed: frozenset[str] = frozenset()
    """Names that some function of the file binds anew: no constants, whatever their capitals say."""

    @classmethod
    def of(cls, tree: ast.Module) -> "Names":
        """The names of a file."""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        defined = [statement for statement in tree.body if isinstance(statement, kinds)]
        assigned = [statement for statement in tree.body if not isinstance(statement, kinds)]
        others = set().union(*(stored(statement) for statement in assigned), *map(_imported, assigned))
        names = [statement.name for statement in defined]
        functions: dict[str, ast.AST] = {
            statement.name: statement
            for statement in defined
            if names.count(statement.name) == 1 and statement.name not in others
        }
        harmless = {*dir(builtins), *REMARKS, *_standard(tree), *_constants(tree)} - {*names, *OUTSIDE}
        changed = {name for one in ast.walk(tree) if isinstance(one, ast.Global) for name in one.names}
        return cls(functions, frozenset(harmless) - changed, frozenset(changed))

    def is_shareable(self, name: str) -> bool:
        """That two calls are handed this name means nothing; another file's constant is told by its capitals."""
        if name in self.changed:
            return False
        return name in self.harmless or name in self.functions or name.isupper()

    def touched(self, function: str) -> frozenset[str]:
        """The names outside of it that one of the file's functions, or what it calls in this file, has to do with."""
        touched: set[str] = set()
        known, waiting = {function}, [function]
        while waiting:
            free = free_names(self.functions[waiting.pop()])
            touched |= {name for name in free if name not in self.functions and name not in self.harmless}
            waiting += [name for name in free if name in self.functions and name not in known]
            known |= free
        return frozenset(touched)


def free_names(node: ast.AST) -> set[str]:
    """The names that a function or class takes from outside of it, those that it declares global among them."""
    declared = {name for one in ast.walk(node) if isinstance(one, ast.Global | ast.Nonlocal) for name in one.names}
    arguments = {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}
    used = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    named = used | {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)} | _imported(node)
    outside = {"the outside"} if named & OUTSIDE else set()
    elsewhere = _imported(node) - _standard(node)
    return used - (stored(node) | arguments | _imported(node) | OUTSIDE) | declared | elsewhere | outside


def _imported(node: ast.AST) -> set[str]:
    return {
        (alias.asname or alias.name).partition(".")[0]
        for one in ast.walk(node)
        if isinstance(one, ast.Import | ast.ImportFrom)
        for alias in one.names
    }


def _standard(node: ast.AST) -> set[str]:
    """The names of modules of the standard library, and of what is imported from one."""
    found: set[str] = set()
    for one in ast.walk(node):
        if isinstance(one, ast.ImportFrom) and _is_standard(one.module or "") and not one.level:
            found |= {alias.asname or alias.name for alias in one.names}
        elif isinstance(one, ast.Import):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in one.names if _is_standard(alias.name)}
    return found


def _is_standard(module: str) -> bool:
    root = module.partition(".")[0]
    return root in sys.stdlib_module_names or root in RUNTIMES


def _constants(tree: ast.Module) -> set[str]:
    """The names that a file binds once, to something that does not change."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    bound = [stored(statement) for statement in tree.body if not isinstance(statement, kinds)]
    declared = {name for one in ast.walk(tree) if isinstance(one, ast.Global) for name in one.names}
    once = {name for names in bound for name in names if sum(name in others for others in bound) == 1} - declared
    assigned = [one for one in tree.body if isinstance(one, ast.Assign | ast.AnnAssign) and one.value is not None]
    return once & {name for one in assigned if one.value and _is_constant(one.value) for name in stored(one)}


def _is_constant(value: ast.AST) -> bool:
    if isinstance(value, ast.Call | ast.Subscript):
        function = value.func if isinstance(value, ast.Call) else value.value
        text = ast.unparse(function)
        if text in CONVERSIONS and isinstance(value, ast.Call):
            return all(map(_is_constant, value.args))
        return text.removesuffix(".get") in ENVIRONMENT
    if isinstance(value, ast.Tuple | ast.BinOp | ast.UnaryOp | ast.BoolOp | ast.JoinedStr | ast.FormattedValue):
        return all(_is_constant(part) for part in ast.iter_child_nodes(value) if isinstance(part, ast.expr))
    if isinstance(value, ast.Constant):
        return value.value is not None  # which keeps a place for something else
    return isinstance(value, ast.Name) and value.id.isupper()
