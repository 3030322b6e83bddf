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
    "an empty path": "import sys; sys.path.clear(); sys.meta_path.clear(); sys.path_hooks.clear()",
    "a path that is replaced": "import sys; sys.path = ['/nowhere']; sys.path_importer_cache = {}",
    "a finder that refuses": """
import sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        raise RuntimeError(f"{name} must not be imported")

sys.meta_path.insert(0, Finder())
""",
    "a low recursion limit": "import sys; sys.setrecursionlimit(100)",
    "a low limit of descriptors": "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12))",
}


@pytest.mark.parametrize("source", BROKEN.values(), ids=BROKEN)
def test_what_breaks_imports_does_not_break_the_tool(source: str, tmp_path, check: Check):
    (tmp_path / "main.py").write_text(source + CLEAN)

    outcome = check("main:app", "--request", "/", cwd=tmp_path)

    assert (outcome.codes, outcome.exit_code, outcome.stderr) == ([], 0, "")
    assert [answer.status for answer in outcome.run.answers] == [200]


def test_the_import_system_is_then_as_the_application_left_it(tmp_path, check: Check):
    looks = "import sys\nprint(sys.path == [], sys.path is path, sys.meta_path is finders, sys.getrecursionlimit())\n"
    source = "import sys\npath, finders = sys.path, sys.meta_path\npath.clear(); sys.setrecursionlimit(321)\n" + CLEAN
    indented = source.replace("    await receive()\n", "    " + looks.replace("\n", "; ") + "await receive()\n", 1)
    (tmp_path / "main.py").write_text(indented)

    outcome = check("main:app", cwd=tmp_path)

    assert (outcome.codes, outcome.run.output[-1]) == ([], "True True True 321")


def test_an_audit_hook_that_forbids_what_the_event_loop_needs_is_a_finding(tmp_path, check: Check):
    hook = "import sys\n\ndef hook(event, args):\n    if event == 'import':\n        raise PermissionError(event)\n\n"
    (tmp_path / "main.py").write_text(hook + "sys.addaudithook(hook)\n" + CLEAN)

    outcome = check("main:app", cwd=tmp_path)

    (finding,) = outcome.target.findings
    assert (finding.code, finding.phase, finding.path, finding.line) == (
        "LS002",
        "runtime",
        str(tmp_path / "main.py"),
        5,
    )
    assert finding.message == "loading the event loop after main failed: PermissionError: import"
    assert outcome.exit_code == 1
