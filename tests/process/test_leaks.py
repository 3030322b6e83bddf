"""What is left over in real processes, beyond the codes and lines that the folder of applications holds."""

import re
import sys

import pytest
from conftest import APPS, Check, line_with

pytestmark = pytest.mark.versions

EXACT = sys.version_info >= (3, 12)
"""The interpreter reports events of code objects."""


@pytest.mark.parametrize(
    ("app", "name"),
    [
        ("leaves_a_process_of_multiprocessing", "ForkProcess-1"),
        ("leaves_a_process_of_a_fork_server", "ForkServerProcess-1"),
        ("leaves_a_process_that_was_spawned", "SpawnProcess-1"),
    ],
)
def test_a_process_of_multiprocessing_has_its_name_there(app: str, name: str, check: Check):
    outcome = check(f"{app}:app", "--select=LS303", "--exit-timeout", "1")

    (message,) = [finding.message for finding in outcome.target.findings]
    assert re.fullmatch(rf"child process {name} still runs after shutdown: sleep, pid \d+", message)


@pytest.mark.parametrize("backend", ["asyncio", "uvloop"])
@pytest.mark.parametrize(
    ("app", "code", "mark"),
    [
        ("fails_in_a_task_that_is_cancelled_later", "LS305", "# here"),
        ("loses_a_task_that_is_pending", "LS305", "# here"),
        ("destroys_too_late", "LS306", "# here"),
        ("drops_a_client_unclosed", "LS306", "Session()" if EXACT else "call_exception_handler("),
    ],
)
def test_what_is_lost_is_heard_whatever_the_loop(app: str, code: str, mark: str, backend: str, check: Check):
    outcome = check(f"{app}:app", f"--select={code}", "--backend", backend)

    places = [(finding.code, finding.path, finding.line) for finding in outcome.target.findings]
    assert places == [(code, str(APPS / f"{app}.py"), line_with(app, mark))]


CLIENT = """
import warnings

class Client:
    def __init__(self): ...

    def __del__(self, warn=warnings.warn):
        warn(f"unclosed client {self!r}", ResourceWarning, source=self)
"""
DROPPED = """
import gc

async def connect(in_a_cycle):
    import client
    made = client.Client()  # made
    if in_a_cycle:
        made.itself = made

async def app(scope, receive, send):
    await receive()
    await connect({in_a_cycle})  # dropped
    gc.collect()
    await send({{"type": "lifespan.startup.complete"}})
    await receive()
    await send({{"type": "lifespan.shutdown.complete"}})
"""


@pytest.mark.parametrize(("in_a_cycle", "before"), [(False, "dropped"), (True, "")])
def test_what_is_dropped_unclosed_is_told_with_the_line_that_made_it(
    in_a_cycle: bool, before: str, tmp_path, check: Check
):
    """Of a class that is imported during startup, too. Before Python 3.12 never at the line that ran by chance."""
    source, library = DROPPED.format(in_a_cycle=in_a_cycle), tmp_path / "site-packages"
    library.mkdir()
    (library / "client.py").write_text(CLIENT)
    (tmp_path / "main.py").write_text(source)

    outcome = check("main:app", "--select=LS306", cwd=tmp_path, PYTHONPATH=str(library))

    (finding,) = outcome.target.findings
    marks = [text.partition("# ")[2] for text in source.splitlines()]
    expected = "made" if EXACT else before
    assert (finding.code, finding.message.partition(" <")[0]) == ("LS306", "ResourceWarning: unclosed client")
    assert finding.line == (marks.index(expected) + 1 if expected else None)
    assert finding.path == (str(tmp_path / "main.py") if expected else None)
