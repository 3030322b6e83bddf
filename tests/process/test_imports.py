"""Imports are recorded with who asked for them, and the modules that are imported cannot see it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Check

from lifespan_cli.probe.loading.standard_library import LOADED_BY_SERVERS

pytestmark = pytest.mark.versions

SERVES = """
async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""
ASKS = """
import inspect, sys, traceback, warnings
frames = []
frame = sys._getframe()
while frame is not None and frame.f_globals["__name__"] != "middle":
    frames.append((frame.f_code.co_name, frame.f_code.co_filename, frame.f_back is not None))
    frame = frame.f_back
stack = [(one.function, one.filename) for one in inspect.stack()][: len(frames) + 1]
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    warnings.warn("asks is deprecated", stacklevel=2)
seen = {"frames": frames, "stack": stack, "warned": [(one.filename, one.lineno) for one in caught]}
"""
MIDDLE = """
import traceback

def raised(name):
    try:
        __import__(name)
    except BaseException as error:
        return [(line.filename.rpartition("/")[2], line.name) for line in traceback.extract_tb(error.__traceback__)]

import asks
seen = {**asks.seen, "missing": raised("missing_one"), "broken": raised("broken"), "unclear": raised("unclear")}
"""


def write_app(folder, main):
    modules = {"asks": ASKS, "middle": MIDDLE, "broken": "1 / 0", "unclear": "if", "main": main + SERVES}
    for name, source in modules.items():
        (folder / f"{name}.py").write_text(source)


def test_an_imported_module_sees_no_frame_but_importlibs(python, tmp_path, check: Check):
    write_app(tmp_path, "import middle; open('seen', 'w').write(repr(middle.seen))")
    subprocess.run([python, "-c", "import main"], cwd=tmp_path, check=True)
    expected = ast.literal_eval((tmp_path / "seen").read_text())
    assert expected["warned"] == [(str(tmp_path / "middle.py"), 10)]
    assert expected["broken"][-1] == ("broken.py", "<module>")

    outcome = check("main:app", "--python", python, cwd=tmp_path)

    assert (outcome.codes, outcome.exit_code) == ([], 0), outcome.stdout
    assert ast.literal_eval((tmp_path / "seen").read_text()) == expected


def test_every_import_is_recorded_with_the_line_that_asked_and_how_it_ended(python, tmp_path, check: Check):
    write_app(tmp_path, "import middle\nimport importlib\nimportlib.import_module('colorsys')\nimport colorsys\n")

    outcome = check("main:app", "--python", python, cwd=tmp_path)

    assert outcome.exit_code == 0
    recorded = {
        entry.module: (entry.parent, entry.path and entry.path.removeprefix(f"{tmp_path}/"), entry.line, entry.failed)
        for entry in outcome.run.imports
        if entry.module in ("main", "middle", "asks", "missing_one", "broken", "unclear", "colorsys")
    }
    assert recorded == {
        "main": (None, None, None, False),
        "middle": ("main", "main.py", 1, False),
        "asks": ("middle", "middle.py", 10, False),
        "missing_one": ("middle", "middle.py", 6, True),
        "broken": ("middle", "middle.py", 6, True),
        "unclear": ("middle", "middle.py", 6, True),
        "colorsys": ("main", "main.py", 3, False),
    }
    assert [entry.module for entry in outcome.run.imports].count("colorsys") == 1
    assert all(entry.total_ns >= entry.self_ns >= 0 for entry in outcome.run.imports)


SHADOWS = ("asyncio", "enum", "logging", "random", "selectors", "socket", "types")


def test_a_file_named_like_a_module_that_servers_have_loaded_is_never_imported(python, tmp_path, check: Check):
    for name in SHADOWS:
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('not the standard library')")
    (tmp_path / "statistics.py").write_text("own = True")
    (tmp_path / "main.py").write_text("import asyncio, enum, logging, random, socket, types, statistics\n" + SERVES)

    outcome = check("main:app", "--python", python, cwd=tmp_path)

    assert (outcome.codes, outcome.exit_code) == (["LS011"] * len(SHADOWS), 0), outcome.stdout
    assert [finding.path for finding in outcome.target.findings] == [str(tmp_path / f"{name}.py") for name in SHADOWS]
    recorded = {entry.module: entry.file for entry in outcome.run.imports}
    assert not {str(tmp_path / f"{name}.py") for name in SHADOWS} & set(recorded.values())
    assert recorded["statistics"] == str(tmp_path / "statistics.py")  # no server has loaded it


def test_what_servers_have_loaded_is_what_uvicorn_has_loaded(tmp_path):
    """The names are those of this Python; the script is run by the one that has uvicorn."""
    (tmp_path / "main.py").write_text(LOADED)
    command = [Path(sys.executable).with_name("uvicorn"), "main:app", "--http=h11", "--loop=asyncio", "--ws=none"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    loaded = set((tmp_path / "loaded").read_text().split())
    # what the console script and installed extras load differs; nothing that is named may be missing
    assert sorted(LOADED_BY_SERVERS - loaded) == []


LOADED = """
import sys
open("loaded", "w").write(" ".join(sys.modules))
sys.exit(0)
"""
