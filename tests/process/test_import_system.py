"""Applications that break the import system for all that comes after them: a server has loaded its own part by then."""

import pytest
from conftest import Check

pytestmark = pytest.mark.versions

CLEAN = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        return
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""
BROKEN = {
    "an import function that refuses": """
import builtins

def refuse(*args, **options):
    raise RuntimeError("no more imports")

builtins.__import__ = refuse
""",
    "no import function": "import builtins\ndel builtins.__import__",
    "an empty path": "import sys; sys.path.clear(); sys.meta_path.clear(); sys.path_hooks.clear()",
    "a path that is replaced": "import sys; sys.path = ['/nowhere']; sys.path_importer_cache = {}",
    "no path": "import sys; del sys.path, sys.meta_path",
    "modules that are replaced": "import sys; sys.modules = dict(sys.modules)",
    "no modules": "import sys; own = sys.modules[__name__]; sys.modules.clear(); sys.modules[__name__] = own",
    "others in the place of modules": "import sys; sys.modules['selectors'] = object(); sys.modules['socket'] = None",
    "a finder that refuses": """
import sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        raise RuntimeError(f"{name} must not be imported")

sys.meta_path.insert(0, Finder())
""",
    "a low recursion limit": "import sys; sys.setrecursionlimit(60)",
    "a low limit of descriptors": "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (10, 10))",
    "no descriptors left": """
import os, resource
resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300))
try:
    while True:
        os.open(os.devnull, os.O_RDONLY)
except OSError:
    pass
""",
}
HOOK = "import sys\n\ndef hook(event, args):\n    if event == {!r}:\n        raise PermissionError(event)\n\n"
PREVENTED = {
    "an audit hook": (HOOK.format("import") + "sys.addaudithook(hook)\n", 5, ""),
    "an audit hook of which imports take note": (
        HOOK.format("os.listdir") + "sys.addaudithook(hook)\n",
        7,
        ", after `sys.addaudithook(hook)` at main.py:7",
    ),
    "no class of asyncio's": (
        "import asyncio\nasyncio.Event = None\n",
        2,
        ", after `asyncio.Event = None` at main.py:2",
    ),
    "no sockets": ("import socket\ndef refuse(*_): raise OSError\nsocket.socketpair = refuse\n", 2, ""),
}


@pytest.mark.parametrize("source", BROKEN.values(), ids=BROKEN)
def test_what_breaks_imports_does_not_break_the_tool(source: str, python, tmp_path, check: Check):
    (tmp_path / "main.py").write_text(source + "\n" + CLEAN)

    outcome = check("main:app", "--request", "/", "--python", python, cwd=tmp_path)

    assert (outcome.codes, outcome.exit_code, outcome.stderr) == ([], 0, "")
    assert [answer.status for answer in outcome.run.answers] == [200]


def test_the_import_system_is_then_as_the_application_left_it(tmp_path, check: Check):
    looks = "import sys\nprint(sys.path == [], sys.path is path, sys.meta_path is finders, sys.getrecursionlimit())\n"
    source = "import sys\npath, finders = sys.path, sys.meta_path\npath.clear(); sys.setrecursionlimit(321)\n" + CLEAN
    indented = source.replace("    await receive()\n", "    " + looks.replace("\n", "; ") + "await receive()\n", 1)
    (tmp_path / "main.py").write_text(indented)

    outcome = check("main:app", cwd=tmp_path)

    assert (outcome.codes, outcome.run.output[-1]) == ([], "True True True 321")


@pytest.mark.parametrize("name", PREVENTED)
def test_what_the_application_takes_from_the_event_loop_is_a_finding_with_the_line(name, tmp_path, check: Check):
    source, line, after = PREVENTED[name]
    (tmp_path / "main.py").write_text(source + CLEAN)

    outcome = check("main:app", cwd=tmp_path)

    (finding,) = outcome.target.findings
    assert (finding.code, finding.phase, outcome.exit_code) == ("LS002", "runtime", 1)
    assert (finding.path, finding.line) == (str(tmp_path / "main.py"), line)
    assert finding.message.startswith(f"loading the event loop after main failed{after}: ")
