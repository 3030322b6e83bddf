"""The tool on a target, its JSON report held against the contract: `check` calls it here, `start` starts it.

The target runs in a process of its own either way. Where the exit, streams or signals of the tool's process are what a
test is about, it takes `start`; else `check`, or `call` with the words as they are, which are quicker.
"""

import contextlib
import fcntl
import io
import json
import os
import signal
import subprocess
import sys
import sysconfig
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from unittest import mock

import hypothesis
import jsonschema
import pytest
from supervisor import supervise

import lifespan_cli
from lifespan_cli import cli, trial
from lifespan_cli.model import Report, Run, Target, serialize

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell has what it starts in the background ignore Ctrl-C, and all that those start; the tests send it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
if "PYTEST_XDIST_WORKER" not in os.environ:  # a worker is among the descendants of the pytest that started it
    supervise()

# how long an example takes says how busy the machine is
hypothesis.settings.register_profile("tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("tests")

COMMAND = Path(sysconfig.get_path("scripts"), "lifespan-check")
TESTS = Path(__file__).parent
APPS = TESTS / "apps"
LAYERS = ("unit", "process", "servers", "accuracy", "browser")
"""The folders of tests, in the order in which they run: what answers soonest comes first."""
ALONE = "accuracy"
"""The layer whose tests measure times, so that nothing may run beside them."""
MARK = "TEST_OF_LIFESPAN_CHECK"
SCHEMA = Path(lifespan_cli.__file__).with_name("report.schema.json")
LONGEST_S = 300
"""When the command is given up; what hangs in the applications does so for an hour."""
JUDGED = ("LS0", "LS1")
"""The rules on target and protocol, which judge the same on a busy machine as on an idle one."""
SELECTED = tuple(f"--select={family}" for family in JUDGED)
AS_JSON = ("--output-format", "json")
VERSIONS = ("python3.10", "python3.11", "python3.12", "python3.13", "python3.14", "python3.15")


@dataclass(frozen=True)
class Outcome:
    """One run of the tool, and what was left of its processes a second later."""

    exit_code: int
    stdout: str
    stderr: str
    wall_s: float
    survivors: tuple[str, ...]

    @cached_property
    def report(self) -> Report:
        """The report, which keeps to its schema and survives the way through plain values."""
        assert self.stdout, self.stderr
        data = json.loads(self.stdout, parse_constant=pytest.fail)
        _validate(data)
        report = serialize.from_dict(data)
        assert json.loads(serialize.to_json(serialize.to_dict(report))) == data
        assert report.exit_code == self.exit_code
        return report

    @property
    def target(self) -> Target:
        """The report's only target."""
        (target,) = self.report.targets
        return target

    @property
    def run(self) -> Run:
        """That target's only run."""
        (run,) = self.target.runs
        return run

    @property
    def codes(self) -> list[str]:
        """The codes of its findings, in their order."""
        return [finding.code for finding in self.target.findings]


@cache
def _validator() -> Any:
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))


def _validate(data: object) -> None:
    """Hold a report against its schema. A call tree has up to 400 levels, and the validator some ten calls for each."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        _validator().validate(data)
    finally:
        sys.setrecursionlimit(limit)


class Started:
    """The command while it runs. Whatever it started carries the same mark in its environment."""

    def __init__(self, words: tuple[str, ...], cwd: Path, environ: Mapping[str, str]) -> None:
        self._mark = uuid.uuid4().hex
        self._began_s = time.monotonic()
        self.process = subprocess.Popen(
            [COMMAND, *words],
            cwd=cwd,
            env={**_environ(), **environ, MARK: self._mark},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def signal(self, number: int) -> None:
        """Send a signal to the command alone."""
        self.process.send_signal(number)

    def end(self) -> Outcome:
        """Wait for the end of the command."""
        try:
            stdout, stderr = self.process.communicate(timeout=LONGEST_S)
        finally:
            self.process.kill()
        wall_s = time.monotonic() - self._began_s
        return Outcome(self.process.returncode, stdout, stderr, wall_s, self.survivors(1))

    def survivors(self, within_s: float) -> tuple[str, ...]:
        """The processes of this run that are still there after so many seconds, killed then."""
        return _survivors(self.children, within_s)

    def children(self) -> dict[int, str]:
        """The processes of this run but the command itself: their numbers and command lines."""
        found = dict(_processes(f"{MARK}={self._mark}"))
        found.pop(self.process.pid, None)
        return found


def call(words: tuple[str, ...], cwd: Path, environ: Mapping[str, str]) -> Outcome:
    """Call the tool with these words, in that folder and with these variables, in our own process."""
    trial.get_ready()
    mark = uuid.uuid4().hex
    stdout, stderr = (io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace", write_through=True) for _ in range(2))
    began_s = time.monotonic()
    with (
        contextlib.chdir(cwd),
        mock.patch.dict(os.environ, {**_environ(), **environ, MARK: mark}, clear=True),
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
    ):
        exit_code = cli.run(words)
    wall_s = time.monotonic() - began_s
    if exit_code == cli.INTERRUPTED:  # the tool has taken the Ctrl-C that was meant for pytest
        raise KeyboardInterrupt
    texts = [stream.buffer.getvalue().decode() for stream in (stdout, stderr)]
    return Outcome(exit_code, *texts, wall_s, _survivors(lambda: dict(_processes(f"{MARK}={mark}")), 1))


def _survivors(find: Callable[[], dict[int, str]], within_s: float) -> tuple[str, ...]:
    """The command lines of the processes that are still found after so many seconds, killed then."""
    give_up_s = time.monotonic() + within_s
    while (left := find()) and time.monotonic() < give_up_s:
        time.sleep(0.02)
    for pid in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return tuple(left.values())


def _processes(variable: str) -> Iterator[tuple[int, str]]:
    """The living processes that have this variable in their environment."""
    if not Path("/proc/self/environ").exists():
        listed = subprocess.run(["ps", "axeww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
        for line in listed.stdout.splitlines():
            if variable in line:
                pid, _, command = line.strip().partition(" ")
                yield int(pid), command
        return
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ends while we look
            if variable.encode() in (folder / "environ").read_bytes():
                yield int(folder.name), (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


def _environ() -> dict[str, str]:
    """Our own environment without what chooses an interpreter or the tool's options."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LIFESPAN_CHECK_", "CONDA_")) and name not in ("VIRTUAL_ENV", "PYTHONPATH")
    }


Start = Callable[..., Started]
Check = Callable[..., Outcome]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start the command with these words; in the folder of apps, unless another `cwd` is given."""
    begun: list[Started] = []

    def start(*words: str, cwd: Path = APPS, **environ: str) -> Started:
        begun.append(Started(words, cwd, environ))
        return begun[-1]

    yield start
    for started in begun:
        started.process.kill()
        started.process.communicate()
        started.survivors(0)


@pytest.fixture
def check() -> Check:
    """Call the tool with these words, judged by the rules that no load changes, and reported as JSON."""
    return lambda *words, cwd=APPS, **environ: call((*words, *SELECTED, *AS_JSON), cwd, environ)


def line_with(app: str, text: str) -> int:
    """The number of the only line with this text in an application of the folder."""
    lines = (APPS / f"{app}.py").read_text().splitlines()
    (found,) = [number for number, line in enumerate(lines, 1) if text in line]
    return found


@cache
def other_interpreters() -> list[str]:
    """Of the other versions that the probe supports those that are on PATH and work."""
    ours = f"python3.{sys.version_info.minor}"
    return [name for name in VERSIONS if name != ours and _works(name)]


def _works(python: str) -> bool:
    try:
        return not subprocess.run([python, "-c", ""], capture_output=True, timeout=20).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """With workers, keep the tests of a group in one of them and the layers in their order."""
    if getattr(config.option, "numprocesses", None) and config.option.dist == "no":
        config.option.dist = "loadgroup"
        config.option.loadscopereorder = False


def pytest_addoption(parser: pytest.Parser) -> None:
    """The choice of the interpreters for the tests that try several."""
    parser.addoption(
        "--interpreters", choices=("all", "own"), default="all", help="those on PATH too, or only pytest's"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with the argument `python` runs once for every interpreter, and belongs to what depends on the version."""
    if "python" in metafunc.fixturenames:
        others = other_interpreters() if metafunc.config.getoption("interpreters") == "all" else []
        found = [sys.executable, *others]
        params = [pytest.param(python, id=Path(python).name, marks=pytest.mark.versions) for python in found]
        metafunc.parametrize("python", params)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its layer, the folder it lies in, and have the layers run in their order."""
    for item in items:
        item.add_marker(_layer(item))
        if _layer(item) == ALONE:
            item.add_marker(pytest.mark.xdist_group(ALONE))
    items.sort(key=lambda item: LAYERS.index(_layer(item)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """With workers, run a test that measures times while all others wait, once those under way have ended."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return (yield)
    with _turn(Path(item.config.option.basetemp).parent, alone=_layer(item) == ALONE):
        return (yield)


@contextlib.contextmanager
def _turn(shared: Path, alone: bool) -> Iterator[None]:
    """Hold locks in the folder that the workers share: whoever is to be alone keeps the door shut."""
    with (shared / "door.lock").open("w") as entering, (shared / "room.lock").open("w") as inside:
        fcntl.flock(entering, fcntl.LOCK_EX)
        fcntl.flock(inside, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        if not alone:
            fcntl.flock(entering, fcntl.LOCK_UN)
        yield


def _layer(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).parts[0]
