"""Whatever way a pytest is ended, nothing that it has started is left."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import LONGEST_S
from supervisor import descendants, processes

HOLDING = Path(__file__).with_name("holding.py")
HELD = ("call", "command", "server", "daemon")
WITHIN_S = 2


@pytest.fixture
def holding(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A pytest with a worker for each of the tests, all of which hold their processes."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"-n{len(HELD)}", HOLDING]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(words, env={**environ, "HOLDING": str(tmp_path)}, stdout=log, stderr=log)
    while not all((tmp_path / name).exists() for name in HELD):
        assert process.poll() is None, (tmp_path / "log").read_text()
        time.sleep(0.05)
    yield process
    process.kill()
    process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_pytest_that_is_ended(number: signal.Signals, holding: subprocess.Popen[bytes]):
    supervisor, *_ = descendants(holding.pid)
    (pytest_itself,) = [pid for pid, parent in processes() if parent == supervisor and descendants(pid)]
    left = set(descendants(supervisor)) - {pytest_itself}
    assert len(left) > 2 * len(HELD)  # the workers, and what each of them holds
    holding.send_signal(number)
    give_up_s = time.monotonic() + WITHIN_S
    while left and time.monotonic() < give_up_s:
        time.sleep(0.02)
        left &= dict(processes()).keys()

    assert left == set()
    assert holding.wait(LONGEST_S) == (pytest.ExitCode.INTERRUPTED if number == signal.SIGINT else -number)
    while dict(processes()).keys() & {supervisor, pytest_itself}:
        time.sleep(0.02)


@pytest.mark.parametrize(("test", "code"), [("pass", 0), ("assert False", 1)])
def test_the_exit_status_is_that_of_pytest(test: str, code: int, tmp_path: Path):
    (tmp_path / "conftest.py").write_text("from supervisor import supervise\nsupervise()\n")
    (tmp_path / "test_it.py").write_text(f"def test_it():\n    {test}\n")
    environ = {**os.environ, "PYTHONPATH": str(HOLDING.parents[1])}
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", tmp_path]
    done = subprocess.run(words, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stdout
