"""The probe, in every interpreter that is found: as bare, as unseen and as self-contained as the design has it.

Each interpreter is tried through a virtual environment with nothing in it: no lifespan_cli, no anyio, no asgiref.
"""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import Check, call

import lifespan_cli

pytestmark = pytest.mark.versions

PACKAGE = Path(lifespan_cli.__file__).parent
WITNESS = """
import sys
modules_at_import = sorted(sys.modules)
path_at_import = list(sys.path)
meta_path_at_import = [str(finder) for finder in sys.meta_path]
main_at_import = sys.modules["__main__"].__name__
import os

def is_open(number):
    try:
        os.fstat(number)
    except OSError:
        return False
    return True

descriptors = [number for number in range(256) if is_open(number)]
seen = {
    "modules": modules_at_import,
    "path": path_at_import,
    "meta_path": meta_path_at_import,
    "main": main_at_import,
    "argv": sys.argv,
    "cwd": os.getcwd(),
    "name": __name__,
    "file": __file__,
    "executable": sys.executable,
    "descriptors": descriptors,
    "inheritable": [number for number in descriptors if os.get_inheritable(number)],
    "streams_are_one": os.path.sameopenfile(1, 2),
}

import asyncio, contextvars, subprocess
LIST = "import os; print([n for n in range(256) if os.path.exists(f'/dev/fd/{n}')])"
# one more than its own three is the descriptor with which it looks, closed by then
seen["descriptors_of_child"] = subprocess.run(
    [sys.executable, "-c", LIST], close_fds=False, stdout=subprocess.PIPE, text=True
).stdout
color = contextvars.ContextVar("color", default="none")

async def app(scope, receive, send):
    task = asyncio.current_task()
    seen["scope"] = dict(scope)
    seen["tasks"] = sorted(task.get_name() for task in asyncio.all_tasks())
    seen["own_task"] = task.get_name()
    seen["startup"] = await receive()
    color.set("blue")
    await send({"type": "lifespan.startup.complete"})
    seen["shutdown"] = await receive()
    seen["task_is_the_same"] = asyncio.current_task() is task
    seen["color_at_shutdown"] = color.get()
    seen["path_in_loop"] = sys.path
    seen["meta_path_in_loop"] = [str(finder) for finder in sys.meta_path]
    seen["modules_in_loop"] = sorted(sys.modules)
    seen["importable"] = []
    for name in ("lifespan_cli.cli", "anyio", "asgiref", "rich", "typer"):
        try:
            __import__(name)
        except ModuleNotFoundError:
            continue
        seen["importable"].append(name)
    with open("seen", "w") as file:
        file.write(repr(seen))
    await send({"type": "lifespan.shutdown.complete"})
"""
SPAWNS = """
import multiprocessing
import sys
from pathlib import Path

def double(number):
    return 2 * number, sys.modules["__main__"].__name__, sorted(n for n in sys.modules if n.startswith("lifespan_cli"))

async def app(scope, receive, send):
    await receive()
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        Path("doubled").write_text(repr(pool.apply(double, (21,))))
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""


EMPTY = """
import importlib.util
print([name for name in ("anyio", "asgiref", "lifespan_cli", "typing_extensions") if importlib.util.find_spec(name)])
"""
LOADED = """
import sys
before = {*sys.modules}

async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    with open("seen", "w") as file:
        file.write(repr({name.partition(".")[0] for name in {*sys.modules} - before}))
    await send({"type": "lifespan.shutdown.complete"})
"""
BACKEND = """
import anyio, contextvars, sys
color = contextvars.ContextVar("color", default="none")

async def app(scope, receive, send):
    task = anyio.get_current_task()
    await receive()
    color.set("blue")
    await send({"type": "lifespan.startup.complete"})
    await receive()
    same = anyio.get_current_task() == task
    loop = sys.modules["asyncio"].get_running_loop() if "trio" not in sys.modules else sys.modules["trio"]
    with open("seen", "w") as file:
        file.write(repr((same, color.get(), repr(loop))))
    await send({"type": "lifespan.shutdown.complete"})
"""


def evaluate(python: Path, code: str) -> Any:
    """What a bare interpreter prints, as a value."""
    done = subprocess.run([python, "-c", code], cwd=python.parent, capture_output=True, text=True, check=True)
    return ast.literal_eval(done.stdout)


@pytest.fixture(scope="module")
def made() -> dict[str, Path]:
    """The environments that are already made, by the interpreter that made them."""
    return {}


@pytest.fixture
def bare(python, made, tmp_path_factory) -> Path:
    """The interpreter of a virtual environment without any package, made by `python`."""
    if python not in made:
        folder = tmp_path_factory.mktemp("venv")
        subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True, timeout=60)
        made[python] = folder / "bin" / "python"
        assert evaluate(made[python], EMPTY) == []
    return made[python]


@pytest.fixture
def seen(bare, tmp_path, check: Check) -> dict[str, Any]:
    """What an application saw of its process."""
    (tmp_path / "witness.py").write_text(WITNESS)
    outcome = check("witness:app", "--python", str(bare), cwd=tmp_path)
    assert (outcome.codes, outcome.exit_code) == ([], 0), outcome.stdout
    assert outcome.target.environment.executable == str(bare)
    return ast.literal_eval((tmp_path / "seen").read_text())


def test_before_the_target_only_what_a_bare_interpreter_holds_is_imported(seen, bare):
    held = evaluate(bare, "import sys, os, time; print(sorted(sys.modules))")
    in_c = evaluate(bare, "import sys; print(sys.builtin_module_names)")
    files = (file.relative_to(PACKAGE).with_suffix("") for file in PACKAGE.glob("probe/**/*.py"))
    ours = {"lifespan_cli", *(".".join(("lifespan_cli", *file.parts)).removesuffix(".__init__") for file in files)}

    allowed = {*held, *in_c, *ours, "lifespan_cli.probe", "witness"}

    assert {"lifespan_cli.probe.wire", "witness"} <= set(seen["modules"])
    assert set(seen["modules"]) <= allowed, sorted(set(seen["modules"]) - allowed)


def test_the_process_looks_as_it_does_under_a_server(seen, bare, tmp_path):
    path = evaluate(bare, "import sys; print(sys.path)")
    finders = evaluate(bare, "import sys; print([str(finder) for finder in sys.meta_path])")

    assert seen["argv"] == ["lifespan-check", "witness:app"]
    assert seen["cwd"] == str(tmp_path)
    assert seen["path"] == [str(tmp_path), *path[1:]]  # -c puts "" where a server puts the application's tmp_path
    assert seen["path_in_loop"] == seen["path"]
    assert seen["meta_path"] == finders
    assert seen["meta_path_in_loop"] == finders
    assert (seen["main"], seen["name"], seen["file"]) == ("__main__", "witness", str(tmp_path / "witness.py"))
    assert seen["executable"] == str(bare)


def test_the_wire_is_out_of_the_way_and_out_of_reach(seen):
    assert seen["streams_are_one"]
    assert seen["inheritable"] == [0, 1, 2]
    # the next five after the streams are kept for the event loop, whose descriptors a server has open by then
    assert all(number <= 7 or number > 20 for number in seen["descriptors"])
    # Linux has a file of how long the main thread waited for a processor
    assert len([number for number in seen["descriptors"] if number > 20]) == 4 + Path("/proc/self/schedstat").exists()
    assert all(number not in ast.literal_eval(seen["descriptors_of_child"]) for number in seen["descriptors"][3:])


def test_the_lifespan_has_one_task_of_its_own_and_one_context(seen):
    assert seen["own_task"] == "Task-2"
    assert seen["tasks"] == ["Task-1", "Task-2"]  # as under uvicorn, whose own task is the first
    assert seen["task_is_the_same"]
    assert seen["color_at_shutdown"] == "blue"


def test_scope_and_events_are_those_of_the_specification(seen):
    assert seen["scope"] == {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    assert seen["startup"] == {"type": "lifespan.startup"}
    assert seen["shutdown"] == {"type": "lifespan.shutdown"}


def test_nothing_but_the_probe_and_the_standard_library_is_loaded_to_run_the_application(seen, bare):
    # with what a distribution adds to the standard library
    brought = "import asyncio, subprocess, traceback, sys; print(sorted({*sys.modules, *sys.stdlib_module_names}))"
    standard = evaluate(bare, brought)
    roots = {name.partition(".")[0] for name in seen["modules_in_loop"]}

    assert roots - {*standard, "witness", "__main__"} == {"lifespan_cli"}
    assert all(name.startswith("lifespan_cli.probe") for name in seen["modules_in_loop"] if "lifespan_cli." in name)
    assert seen["importable"] == []


@pytest.mark.parametrize("backend", ["asyncio", "uvloop", "trio"])
def test_beside_the_application_only_its_backend_is_loaded(backend, tmp_path, check: Check):
    (tmp_path / "loaded.py").write_text(LOADED)
    brought = "import sys; before = {*sys.modules}; import %s; print(sorted({*sys.modules} - before))"

    outcome = check("loaded:app", "--python", sys.executable, "--backend", backend, cwd=tmp_path)

    assert (outcome.codes, outcome.exit_code) == ([], 0), outcome.stdout
    expected = {name.partition(".")[0] for name in evaluate(Path(sys.executable), brought % backend)}
    loaded = set(ast.literal_eval((tmp_path / "seen").read_text()))
    assert loaded - expected - set(sys.stdlib_module_names) - {"loaded"} == set()
    assert backend in loaded


def test_processes_that_multiprocessing_spawns_work_and_are_no_probes(bare, tmp_path, check: Check):
    (tmp_path / "spawns.py").write_text(SPAWNS)

    outcome = check("spawns:app", "--python", str(bare), cwd=tmp_path)

    assert (outcome.codes, outcome.exit_code) == ([], 0), outcome.stdout
    assert ast.literal_eval((tmp_path / "doubled").read_text()) == (42, "__mp_main__", [])
    assert [phase.status for phase in outcome.run.phases] == ["ok"] * 8


@pytest.mark.parametrize(
    ("backend", "loop"), [("asyncio", "_UnixSelectorEventLoop"), ("uvloop", "uvloop.Loop"), ("trio", "module 'trio'")]
)
def test_the_backend_is_the_one_that_was_asked_for(backend, loop, tmp_path, check: Check):
    (tmp_path / "backend.py").write_text(BACKEND)

    outcome = check("backend:app", "--python", sys.executable, "--backend", backend, cwd=tmp_path)

    assert (outcome.codes, outcome.exit_code) == ([], 0), outcome.stdout
    assert outcome.target.environment.backend == backend
    *seen, ran_in = ast.literal_eval((tmp_path / "seen").read_text())
    assert seen == [True, "blue"]
    assert loop in ran_in


@pytest.mark.parametrize("backend", ["uvloop", "trio"])
def test_a_backend_that_the_target_lacks_is_a_usage_error_with_the_way_out(backend, bare, tmp_path):
    (tmp_path / "app.py").write_text(WITNESS)

    outcome = call(("app:app", "--python", str(bare), "--backend", backend), tmp_path, {})

    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert f"{backend} is not installed in the target's environment: {bare} -m pip install {backend}" in outcome.stderr


def test_exceptions_of_every_version_are_told_alike(bare, tmp_path, check: Check):
    lines = ["async def app(scope, receive, send):", "    await receive()", "    try:", "        {}['key']"]
    lines += ["    except KeyError as error:", "        raise OSError('no route') from error"]
    (tmp_path / "raises.py").write_text("\n".join(lines))

    outcome = check("raises:app", "--python", str(bare), cwd=tmp_path)

    (failure,) = outcome.run.failures
    file = tmp_path / "raises.py"
    assert outcome.codes == ["LS102"]
    assert (failure.type, failure.message, failure.path, failure.line) == ("OSError", "no route", str(file), 6)
    assert failure.traceback == "\n".join(
        [
            "Traceback (most recent call last):",
            f'  File "{file}", line 4, in app',
            "    {}['key']",
            "KeyError: 'key'",
            "",
            "The above exception was the direct cause of the following exception:",
            "",
            "Traceback (most recent call last):",
            f'  File "{file}", line 6, in app',
            "    raise OSError('no route') from error",
            "OSError: no route",
        ]
    )
