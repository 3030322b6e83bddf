"""The private names that the probe uses: their self-tests, and that no other file touches one."""

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter_ns
from types import SimpleNamespace
from typing import Any

import pytest

from lifespan_cli.probe import internals
from lifespan_cli.probe.internals import NEWEST, OLDEST, Internal
from lifespan_cli.probe.internals.importing import import_module

PROBE = Path(internals.__file__).parent.parent
MODULES = [path.stem for path in Path(internals.__file__).parent.glob("[a-z]*.py")]
LOADED = (
    "asyncio",
    "concurrent.futures.thread",
    "contextlib",
    "inspect",
    "logging",
    "multiprocessing.process",
    "threading",
    "warnings",
)
"""What a target or its backend has loaded where these names are first needed."""
DOCUMENTED = {"_exit", "_thread"}
"""Public in spite of their underscore: `os._exit`, and the module `_thread`."""
OF_FRAMEWORKS = {"_DefaultLifespan", "_app", "_application", "_fn", "_router"}
"""What frameworks and middleware keep, and their adapters ask for."""


def declared() -> dict[str, Internal]:
    """All but those that need a frame of a library to be tested, which `test_constructs` meets."""
    for name in LOADED:
        importlib.import_module(name)
    modules = [internals, *(importlib.import_module(f"lifespan_cli.probe.internals.{name}") for name in MODULES)]
    values = [value for module in modules for value in vars(module).values()]
    return {value.name: value for value in values if isinstance(value, Internal)}


class Wire:
    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []

    def put(self, event: str, **values: Any) -> None:
        self.events.append((event, values))


def test_every_self_test_passes_in_this_interpreter() -> None:
    there = {name: entry for name, entry in declared().items() if entry.exists()}
    assert len(there) >= 15
    assert {name: entry.test() for name, entry in there.items()} == dict.fromkeys(there, "")


def test_every_name_is_tested_before_it_is_used() -> None:
    text = "\n".join(path.read_text() for path in PROBE.rglob("*.py"))
    modules = [internals, *(importlib.import_module(f"lifespan_cli.probe.internals.{name}") for name in MODULES)]
    names = {name for module in modules for name, value in vars(module).items() if isinstance(value, Internal)}
    assert len(names) > 20
    assert {name for name in names if not re.search(rf"\b{name}\.(works|fits)\(", text)} == set()


def test_all_self_tests_together_take_well_under_a_millisecond() -> None:
    tests = [entry.test for entry in declared().values() if entry.exists()]

    def run() -> int:
        began_ns = perf_counter_ns()
        for test in tests:
            test()
        return perf_counter_ns() - began_ns

    assert min(run() for _ in range(20)) < 500_000


def test_no_self_test_shows_a_running_event_loop_a_generator_of_its_own() -> None:
    """The loop would make a task to close it."""
    script = "\n".join(
        [
            "import asyncio, importlib, sys",
            *(f"import {name}" for name in LOADED),
            "from lifespan_cli.probe.internals import Internal",
            f"modules = [importlib.import_module('lifespan_cli.probe.internals.' + name) for name in {MODULES!r}]",
            "seen = []",
            "sys.set_asyncgen_hooks(firstiter=seen.append)",
            "declared = [one for module in modules for one in vars(module).values() if isinstance(one, Internal)]",
            "print([one.name for one in declared if one.exists() and not one.works()], seen)",
        ]
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[] []\n"


def test_the_target_is_imported_by_the_code_of_importlib() -> None:
    """A function of our own: calls of the application's are told from ours by the code object."""
    code = importlib.import_module.__code__
    own = import_module._function.__code__
    assert (own.co_filename, own.co_firstlineno, own.co_code) == (code.co_filename, code.co_firstlineno, code.co_code)
    assert (import_module.runs(own), import_module.runs(code)) == (True, False)
    assert import_module("importlib.abc") is sys.modules["importlib.abc"]


def test_what_fails_its_self_test_is_told_once(monkeypatch) -> None:
    wire, tested = Wire(), []

    def takes_more() -> str:
        tested.append("takes_more")
        return "takes more"

    monkeypatch.setattr(internals, "_reporter", internals._Reporter())
    off = Internal("some._name", "some times", (OLDEST, NEWEST), takes_more)
    gone = Internal("some._other", "other times", (OLDEST, NEWEST), lambda: SimpleNamespace()._other)
    broken = Internal("some._third", "third times", (OLDEST, NEWEST), lambda: str(1 // 0), library="trio")
    assert not off.works()
    internals._reporter.begin(wire)  # type: ignore[arg-type]  # it only writes
    assert [entry.works() for entry in (off, gone, broken)] == [False] * 3
    assert tested == ["takes_more"]
    assert wire.events == [
        ("NotMeasured", {"measurement": "some times", "reason": "some._name takes more in this Python"}),
        ("NotMeasured", {"measurement": "other times", "reason": "some._other does not exist in this Python"}),
        (
            "NotMeasured",
            {"measurement": "third times", "reason": "some._third cannot be used (ZeroDivisionError) in this trio"},
        ),
    ]


def test_a_name_of_other_versions_is_not_tried_and_nothing_is_said_of_it(monkeypatch) -> None:
    reporter = internals._Reporter()
    monkeypatch.setattr(internals, "_reporter", reporter)
    wire = Wire()
    reporter.begin(wire)  # type: ignore[arg-type]  # it only writes
    old = Internal("some._old", "old times", (OLDEST, (3, 10)), lambda: "is tried")
    new = Internal("some._new", "new times", ((3, 99), NEWEST), lambda: "is tried")
    assert [entry.works() for entry in (old, new)] == [False] * 2
    assert wire.events == []


def sources() -> list[Path]:
    found = [path for path in PROBE.rglob("*.py") if "internals" not in path.parts]
    assert len(found) > 30
    return found


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PROBE)))
def test_no_other_file_of_the_probe_touches_a_private_name(path: Path) -> None:
    tree = ast.parse(path.read_text())
    known = DOCUMENTED | OF_FRAMEWORKS | set(own(tree))
    assert [f"line {line}: {name}" for line, name in private(tree) if name not in known] == []


def own(tree: ast.Module) -> Iterator[str]:
    """The private names that the classes of a file give to their own attributes and methods."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and is_self(node.value):
            yield node.attr
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


def private(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The private names that a file asks other modules and objects for: `x._y`, `getattr(x, "_y")`, `import _y`."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Attribute) and not is_self(node.value):
            names = [node.attr]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.endswith("attr"):
            names = [word.value for word in node.args if isinstance(word, ast.Constant) and isinstance(word.value, str)]
        elif isinstance(node, ast.Import):
            names = [part for alias in node.names for part in alias.name.split(".")]
        elif isinstance(node, ast.ImportFrom) and not (node.module or "").startswith("lifespan_cli."):
            names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
        elif isinstance(node, ast.Tuple | ast.Compare):
            words = node.elts if isinstance(node, ast.Tuple) else [node.left, *node.comparators]
            names = [word.value for word in words if isinstance(word, ast.Constant) and isinstance(word.value, str)]
        for name in names:
            if name.startswith("_") and name.isidentifier() and name != "_" and not name.endswith("__"):
                yield node.lineno, name


def is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import _weakref", ["_weakref"]),
        ("import trio._core", ["_core"]),
        ("from asyncio.tasks import _unregister_task", ["_unregister_task"]),
        ("loop._ready", ["_ready"]),
        ("getattr(loop, '_ready', None)", ["_ready"]),
        ("NAMES = ('_tasks', 'fs')", ["_tasks"]),
        ("code.co_name == '_run_once'", ["_run_once"]),
        ("self._ready = loop.ready", []),
        ("value.__class__", []),
        ("from lifespan_cli.probe.wire import _own", []),
    ],
)
def test_what_touches_a_private_name(source: str, names: list[str]) -> None:
    assert [name for _, name in private(ast.parse(source))] == names
