"""SIGINT and SIGTERM that reach the application's process, and cancelling: as a server does both."""

from pathlib import Path

import pytest
from conftest import Check

pytestmark = pytest.mark.versions

ITSELF = """
import asyncio, os, signal

async def send_itself():
    os.kill(os.getpid(), signal.{name})  # here

async def app(scope, receive, send):
    await receive()
    {at_startup}
    await asyncio.sleep(0)
    await send({{"type": "lifespan.startup.complete"}})
    {while_up}
    message = await receive()
    assert message == {{"type": "lifespan.shutdown"}}
    await send({{"type": "lifespan.shutdown.complete"}})
    print("shut down")
"""
CALL = "await send_itself()"
STUBBORN = """
import asyncio

async def app(scope, receive, send):
    cancelled = 0
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
    end_s = asyncio.get_running_loop().time() + 3
    while (left_s := end_s - asyncio.get_running_loop().time()) > 0:
        try:
            await asyncio.sleep(left_s)
        except asyncio.CancelledError:
            cancelled += 1
    print(f"cancelled {cancelled} times")
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("backend", ["asyncio", "uvloop", "trio"])
def test_a_signal_that_startup_sends_to_its_own_process_leads_to_a_shutdown(name, backend, tmp_path, check: Check):
    source = ITSELF.format(name=name, at_startup=CALL, while_up="")
    if backend == "trio":
        source = source.replace("import asyncio", "import trio").replace("asyncio.sleep", "trio.sleep")
    (tmp_path / "main.py").write_text(source)

    outcome = check("main:app", "--hold", "3600", "--backend", backend, cwd=tmp_path)

    (finding,) = outcome.target.findings
    assert (finding.code, finding.severity, finding.phase) == ("LS121", "error", "startup")
    assert finding.message == f"the process received {name} during startup: a server then shuts down without serving"
    here = next(number for number, line in enumerate(source.splitlines(), 1) if "# here" in line)
    assert (finding.path, finding.line) == (str(tmp_path / "main.py"), here)
    assert outcome.run.output[-1] == "shut down"
    assert (outcome.run.exit.code, outcome.run.failures) == (0, ())
    assert [phase.status for phase in outcome.run.phases] == ["ok"] * 8


def test_a_signal_while_the_application_is_up_is_a_warning(tmp_path, check: Check):
    (tmp_path / "main.py").write_text(ITSELF.format(name="SIGTERM", at_startup="", while_up=CALL))

    outcome = check("main:app", "--hold", "3600", cwd=tmp_path)

    (finding,) = outcome.target.findings
    assert (finding.code, finding.severity, finding.phase) == ("LS121", "warning", "hold")
    assert (outcome.exit_code, outcome.run.output[-1]) == (0, "shut down")


def test_a_lifespan_that_does_not_end_is_cancelled_once_and_waited_for(tmp_path: Path, check: Check):
    (tmp_path / "main.py").write_text(STUBBORN)

    outcome = check("main:app", cwd=tmp_path)

    assert outcome.codes == ["LS116", "LS118"]
    assert outcome.run.output[-1] == "cancelled 1 times"


def test_the_time_in_which_only_the_tool_waits_is_not_the_applications(tmp_path: Path, check: Check):
    (tmp_path / "main.py").write_text(
        ITSELF.format(name="SIGTERM", at_startup="", while_up="").replace('print("shut down")', "await receive()")
    )

    outcome = check("main:app", cwd=tmp_path)

    assert outcome.codes == ["LS116"]
    # a second of grace before it is cancelled; what the machine adds to the end of a process is not ours to bound
    assert sum(phase.wall_ns for phase in outcome.run.phases) < outcome.wall_s * 1e9 - 1e9
    assert outcome.run.signals == ()
