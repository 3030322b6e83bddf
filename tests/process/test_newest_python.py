"""What the newest Python brings, in applications that use it: each starts and stops as it does under a server."""

import sys
from pathlib import Path

import pytest
from conftest import Check, other_interpreters

NEWEST = (3, 15)
LIFESPAN = """
async def app(scope, receive, send):
    await receive()
{startup}
    await send({{"type": "lifespan.startup.complete"}})
    await receive()
{shutdown}
    await send({{"type": "lifespan.shutdown.complete"}})
"""
RUNNER = """
import asyncio

class Loop(asyncio.SelectorEventLoop):
    pass

async def load():
    await asyncio.sleep(0.4)  # waits: looks at imports are 40 ms apart, more on a busy machine

def load_settings():
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(load())

load_settings()
""" + LIFESPAN.format(startup="    await asyncio.to_thread(load_settings)", shutdown="")
SUBINTERPRETER = """
import asyncio
from concurrent import interpreters
""" + LIFESPAN.format(
    startup="""
    interpreter = interpreters.create()
    await asyncio.to_thread(interpreter.exec, "import time; time.sleep(0.05)")
""",
    shutdown="    interpreter.close()",
)
POOL_OF_INTERPRETERS = """
import asyncio
from concurrent.futures import InterpreterPoolExecutor
""" + LIFESPAN.format(
    startup="""
    pool = InterpreterPoolExecutor(1)
    assert await asyncio.get_running_loop().run_in_executor(pool, pow, 2, 5) == 32
""",
    shutdown="    pool.shutdown()",
)
ANNOTATIONS = (
    """
class App:
    limit: 1 / 0

    async def __call__(self, scope: not_there, receive: 1 / 0, send: 1 / 0) -> 1 / 0:
        await lifespan(scope, receive, send)
"""
    + LIFESPAN.replace("app(", "lifespan(").format(startup="", shutdown="")
    + "app = App()\n"
)


@pytest.fixture
def newest() -> str:
    """The newest interpreter."""
    if sys.version_info >= NEWEST:
        return sys.executable
    if "python3.15" not in other_interpreters():
        pytest.skip("the newest Python is not on PATH")
    return "python3.15"


@pytest.mark.versions
@pytest.mark.parametrize(
    ("source", "environ"),
    [
        (RUNNER, {}),
        (SUBINTERPRETER, {}),
        (POOL_OF_INTERPRETERS, {}),
        (ANNOTATIONS, {}),
        (RUNNER, {"PYTHON_JIT": "1"}),
    ],
    ids=["runners with a loop factory", "a subinterpreter", "a pool of interpreters", "annotations", "the JIT"],
)
def test_it_starts_and_stops(source, environ, newest: str, check: Check, tmp_path: Path):
    (tmp_path / "main.py").write_text(source)
    outcome = check("main:app", "--select=LS3", "--python", newest, cwd=tmp_path, **environ)

    assert (outcome.codes, outcome.exit_code) == ([], 0)
    assert {phase.status for phase in outcome.run.phases} == {"ok"}
    if source is RUNNER:
        (waits,) = [number for number, line in enumerate(source.splitlines(), 1) if "# waits" in line]
        (importing,) = [phase for phase in outcome.run.phases if phase.name == "import"]
        assert waits in lines_of(importing.frames)


def lines_of(frames) -> set[int]:
    return {frame.line for frame in frames} | {line for frame in frames for line in lines_of(frame.children)}
