"""Which files of a folder look like the one that makes an ASGI application. They are read, never run."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lifespan_cli import syntax
from lifespan_cli.paths import is_visible_file

NAMES = ("app", "application", "api")
FACTORIES = ("create_app", "make_app")
FILES = ("main.py", "app.py", "api.py", "asgi.py", "server.py")
FOLDERS = ("app", "src", "src/app")
_Kind = Literal["makes", "factory", "imports", "unreadable"]
_RANKS: tuple[_Kind, ...] = ("makes", "factory", "imports", "unreadable")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may hold the application.

    `attribute` is what to take from it: the application ("makes"), or a function that makes one when it is called
    without arguments ("factory"). A file that only imports an application, or that is no valid Python, leaves it open.
    """

    file: Path
    kind: _Kind
    attribute: str | None


def candidates(root: Path) -> tuple[Candidate, ...]:
    """The best candidates below `root`; more than one is an ambiguity.

    A file that makes an application is better than one that only offers a factory, that one better than a file which
    imports an application from elsewhere, and a file that is no valid Python only counts when there is nothing else.
    """
    found = [candidate for file in _files(root) if (candidate := inspect_file(file))]
    best = min((_RANKS.index(candidate.kind) for candidate in found), default=0)
    return tuple(candidate for candidate in found if _RANKS.index(candidate.kind) == best)


def modules_like(folder: Path, module: str) -> tuple[str, ...]:
    """The modules beside the one of that name, should it be there, that have almost the same one; the nearest first."""
    from difflib import get_close_matches  # needed for this only

    package, _, name = module.rpartition(".")
    place = folder.joinpath(*package.split(".")) if package else folder
    there = {file.stem for file in place.glob("*.py")} | {file.parent.name for file in place.glob("*/__init__.py")}
    near = get_close_matches(name, sorted(there - {"__init__"}), n=3)
    return tuple(f"{package}.{one}" if package else one for one in near)


def looked_for(folder_name: str = "this folder") -> str:
    """Half a sentence for the user: where `candidates` looks, and for what."""
    attributes = ", ".join((*NAMES, *(f"{name}()" for name in FACTORIES)))
    return f"{attributes} in {', '.join(FILES)} of {folder_name}, of {', '.join(FOLDERS)} and of packages in it"


def _files(root: Path) -> Iterator[Path]:
    # the same names in packages: Django's mysite/asgi.py, a Flask user's mysite/__init__.py
    packages = sorted(file.parent for place in (root, root / "src") for file in place.glob("*/__init__.py"))
    packages = [folder for folder in packages if folder.name not in ("test", "tests")]
    folders = [root, *(root / name for name in FOLDERS), *packages]
    for folder in dict.fromkeys(folders):
        for name in FILES if folder == root else ("__init__.py", *FILES):
            if is_visible_file(folder / name):
                yield folder / name


def inspect_file(file: Path) -> Candidate | None:
    """What the module's top level says of an application; None where it says nothing."""
    try:
        body = syntax.tree(file.read_bytes()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError, OSError):
        return Candidate(file, "unreadable", None)
    made: set[str] = set()
    factories: set[str] = set()
    imported: set[str] = set()
    for statement in _top_level(body):
        made.update(_bound(statement))
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) and not _requires_arguments(statement.args):
            factories.add(statement.name)
        if isinstance(statement, ast.ImportFrom):
            imported.update(alias.asname or alias.name for alias in statement.names)
    for name in NAMES:
        if name in made:
            return Candidate(file, "makes", name)
    for name in FACTORIES:
        if name in factories:
            return Candidate(file, "factory", name)
    # `from myapp import api` is a module more often than not
    return Candidate(file, "imports", None) if imported & {"app", "application"} else None


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run at import, those in `if`, `try` and `with` included."""
    for statement in body:
        if _is_main_guard(statement):
            continue
        yield statement
        if isinstance(statement, (ast.If, ast.Try, ast.TryStar, ast.With)):
            for part in ("body", "orelse", "finalbody"):
                yield from _top_level(getattr(statement, part, []))
            for handler in getattr(statement, "handlers", []):
                yield from _top_level(handler.body)


def _is_main_guard(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and "__name__" in {
        node.id for node in ast.walk(statement.test) if isinstance(node, ast.Name)
    }


def _bound(statement: ast.stmt) -> set[str]:
    """The names that the statement binds to something that may be an application."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {statement.name}
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    else:
        return set()
    if statement.value is None or isinstance(statement.value, ast.Constant):
        return set()
    names = [node for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
    return {name.id for name in names if isinstance(name.ctx, ast.Store)}  # `app.debug = True` binds no app


def _requires_arguments(arguments: ast.arguments) -> bool:
    positional = len(arguments.posonlyargs) + len(arguments.args)
    return positional > len(arguments.defaults) or any(default is None for default in arguments.kw_defaults)
