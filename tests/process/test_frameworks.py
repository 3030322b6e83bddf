"""Applications as the frameworks' documentation has them, each started and stopped.

What an application prints tells which of its handlers ran, and in which order. The frameworks come with the extra
`frameworks`; without them these tests fail, as they should.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import AS_JSON, call

APPS = Path(__file__).parents[1] / "frameworks"
TRANSCRIPT = [
    ("receive", "lifespan.startup", "startup"),
    ("send", "lifespan.startup.complete", "startup"),
    ("receive", "lifespan.shutdown", "shutdown"),
    ("send", "lifespan.shutdown.complete", "shutdown"),
]
BACKENDS = ("asyncio", "uvloop", "trio")
OTHERS = {
    "Litestar": (
        "litestar_hooks:app",
        ("connection open", "started, connection open", "connection closed", "stopped"),
    ),
    "Quart": ("quart_hooks:app", ("before serving", "client open", "client closed", "after serving")),
    "Sanic": ("sanic_listeners:app", ("before start", "after start with database", "before stop", "after stop")),
    "Falcon": ("falcon_middleware:app", ("pool open for lifespan.startup", "pool closed for lifespan.shutdown")),
    "BlackSheep": ("blacksheep_events:app", ("started", "stopped")),
}
UNSUPPORTED = {"Django": "django_site.asgi:application", "Channels": "django_site.routing:application"}


def check(target: str, cwd: Path, backend: str = "asyncio") -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Run the tool in a folder; its report's only target, and that target's only run."""
    options = ("--app-dir", str(APPS), "--python", sys.executable, "--backend", backend)
    outcome = call((target, *options, *AS_JSON), cwd, {})
    assert outcome.stdout, outcome.stderr
    report = json.loads(outcome.stdout)
    assert outcome.exit_code == report["exit_code"]
    (checked,) = report["targets"]
    (run,) = checked["runs"]
    assert checked["environment"]["backend"] == backend
    return checked, run


def statuses(run: Mapping[str, Any]) -> dict[str, str]:
    """The status of every phase that the application takes part in."""
    return {phase["name"]: phase["status"] for phase in run["phases"] if phase["name"] not in ("boot", "runtime")}


def transcript(run: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The messages between the application and its driver."""
    return [(message["direction"], message["type"], message["phase"]) for message in run["messages"]]


def protocol_findings(checked: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What is said of the target and its protocol; what is said of its time depends on the machine's."""
    return [finding for finding in checked["findings"] if finding["code"].startswith(("LS0", "LS1"))]


def assert_clean(checked: Mapping[str, Any], run: Mapping[str, Any], framework: str) -> None:
    """Up and down as the specification has it, with nothing to say of it."""
    assert statuses(run) == dict.fromkeys(("import", "resolve", "startup", "hold", "shutdown", "exit"), "ok")
    assert transcript(run) == TRANSCRIPT
    assert protocol_findings(checked) == []
    assert (checked["verdict"], checked["lifespan"]) == ("passed", "supported")
    assert checked["environment"]["framework"]["name"] == framework
    assert run["exit"] == {"code": 0, "signal": None}


@pytest.mark.parametrize("backend", BACKENDS)
def test_fastapi_lifespan_fills_and_clears_its_registry(tmp_path: Path, backend: str) -> None:
    checked, run = check("fastapi_models:app", tmp_path, backend)

    assert_clean(checked, run, "FastAPI")
    assert run["output"] == ["serving with ['answer']", "left with []"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_fastapi_runs_every_startup_handler_in_order(tmp_path: Path, backend: str) -> None:
    checked, run = check("fastapi_startup:app", tmp_path, backend)

    assert_clean(checked, run, "FastAPI")
    assert run["output"] == ["first: ['bar', 'foo']", "second: 2", "third: ['bar', 'baz', 'foo']"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_fastapi_shutdown_handler_writes_to_the_callers_folder(tmp_path: Path, backend: str) -> None:
    (tmp_path / "log.txt").write_text("before\n")

    checked, run = check("fastapi_shutdown:app", tmp_path, backend)

    assert_clean(checked, run, "FastAPI")
    assert (tmp_path / "log.txt").read_text() == "before\nApplication shutdown\n"


@pytest.mark.parametrize("backend", BACKENDS)
def test_fastapi_with_a_mounted_application(tmp_path: Path, backend: str) -> None:
    checked, run = check("fastapi_mounted:app", tmp_path, backend)

    assert_clean(checked, run, "FastAPI")
    assert run["output"] == ["main up", "main down"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_fastapi_never_runs_a_mounted_applications_lifespan(tmp_path: Path, backend: str) -> None:
    checked, run = check("fastapi_mounted_lifespan:app", tmp_path, backend)

    assert transcript(run) == TRANSCRIPT
    assert protocol_findings(checked) == []
    assert run["output"] == ["main up", "main down"]
    assert "LS402" in [finding["code"] for finding in checked["findings"]]


@pytest.mark.parametrize("backend", BACKENDS)
def test_starlette_lifespan_yields_a_state(tmp_path: Path, backend: str) -> None:
    checked, run = check("starlette_state:app", tmp_path, backend)

    assert_clean(checked, run, "Starlette")
    assert run["output"] == ["client open", "client closed"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_starlette_lifespan_that_raises_is_a_failed_startup(tmp_path: Path, backend: str) -> None:
    checked, run = check("starlette_failing:app", tmp_path, backend)

    assert statuses(run)["startup"] == "failed"
    assert transcript(run) == [TRANSCRIPT[0], ("send", "lifespan.startup.failed", "startup")]
    (finding,) = protocol_findings(checked)
    assert (checked["verdict"], finding["code"], finding["phase"]) == ("failed", "LS103", "startup")
    assert "ConnectionRefusedError: no database at db:5432" in finding["message"]
    assert finding["path"] == str(APPS / "starlette_failing.py")
    assert finding["line"] == line_of("starlette_failing.py", "raise ConnectionRefusedError")


def line_of(name: str, text: str) -> int:
    """The number of the line of an application that holds the text."""
    lines = (APPS / name).read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


@pytest.mark.parametrize("framework", OTHERS)
def test_handlers_of_other_frameworks_run(tmp_path: Path, framework: str) -> None:
    target, output = OTHERS[framework]

    checked, run = check(target, tmp_path)

    assert_clean(checked, run, framework)
    assert tuple(line for line in run["output"] if not is_log(line)) == output


def is_log(line: str) -> bool:
    """Sanic tells of itself when it starts, and when its configuration is open to the world."""
    return " INFO: " in line or " WARNING: " in line


@pytest.mark.parametrize("framework", UNSUPPORTED)
def test_frameworks_without_a_lifespan_pass_with_a_warning(tmp_path: Path, framework: str) -> None:
    checked, run = check(UNSUPPORTED[framework], tmp_path)

    assert (checked["verdict"], checked["lifespan"]) == ("passed", "unsupported")
    assert (statuses(run)["import"], statuses(run)["startup"]) == ("ok", "unsupported")
    (finding,) = protocol_findings(checked)
    assert (finding["code"], finding["severity"]) == ("LS101", "warning")
    assert "ValueError" in finding["message"]
    assert checked["environment"]["framework"]["name"] == framework
    assert "lifespan.startup.complete" not in [message["type"] for message in run["messages"]]
