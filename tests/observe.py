"""An application under a real uvicorn and under the tool: what it saw of itself here and there."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
from dataclasses import dataclass
from pathlib import Path

SELF_INSPECTION = Path(__file__).with_name("self_inspection.py")
LONGEST_S = 60

DIFFERENT_FROM_UVICORN = {
    "sys.argv, sys.path[0], __main__ and the name of the server's frames": "two servers differ in them as well",
    "sys.modules": "a server brings more modules than the tool does",
    "a tool of sys.monitoring named lifespan-check": "its events say what runs, so that nothing has to be replaced",
    "two threads in sys._current_frames(), to who traces all threads, and to the system": "one samples, one listens",
    "high file descriptors": "the line to the command; an application does not meet them by chance",
    "faulthandler is enabled": "it says where a process hangs or is killed",
    "standard output and error are line-buffered": "an application that is killed keeps its last words",
    "one function more of atexit, the first": "it says when the interpreter begins to end",
    "the process leads its group": "nothing that the application starts outlives the check",
    "more references to the application": "until its lifespan is over; destructors run when they do under uvicorn",
}
"""What an application can see to be different, and why; `self_inspection.DIFFERENT` is how some of it is seen."""


@dataclass(frozen=True)
class Observed:
    """What an application noted, in order, and how its process ended."""

    notes: list[tuple[str, object]]
    output: str
    exit_code: int

    def __getitem__(self, name: str) -> object:
        """What was noted under this name, once."""
        (value,) = (value for noted, value in self.notes if noted == name)
        return value

    def under(self, beginning: str) -> dict[str, object]:
        """The notes whose names begin so."""
        return {name: value for name, value in self.notes if name.startswith(beginning)}


def observe(folder: Path, source: str, *options: str, **files: str) -> tuple[Observed, Observed]:
    """Run `app:app` of this source under uvicorn, which is then stopped by Ctrl-C, and under the tool.

    `options` are the tool's; `files` are further modules beside app.py. The application notes what it sees with
    `self_inspection.note` and `note_all`.
    """
    shutil.copy(SELF_INSPECTION, folder)
    for name, text in {"app": source, **files}.items():
        (folder / f"{name}.py").write_text(text)
    return _under_uvicorn(folder), _under_the_tool(folder, options)


def _under_uvicorn(folder: Path) -> Observed:
    words = [_program("uvicorn"), "app:app", "--port=0", "--loop=asyncio", "--no-use-colors", f"--app-dir={folder}"]
    process = subprocess.Popen(
        words, cwd=folder, env=_environ(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    too_late = threading.Timer(LONGEST_S, process.kill)
    too_late.start()
    try:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Uvicorn running on" in line:
                process.send_signal(signal.SIGINT)
        return _observed(folder, "".join(lines), process.wait())
    finally:
        too_late.cancel()
        process.kill()
        process.wait()
        process.stdout.close()


def _under_the_tool(folder: Path, options: tuple[str, ...]) -> Observed:
    words = [_program("lifespan-check"), "app:app", "--python", sys.executable, "--output-format=json", *options]
    done = subprocess.run(words, cwd=folder, env=_environ(), capture_output=True, text=True, timeout=LONGEST_S)
    assert done.stdout, done.stderr
    run = json.loads(done.stdout)["targets"][0]["runs"][-1]
    return _observed(folder, "\n".join(run["output"]), run["exit"]["code"])


def _observed(folder: Path, output: str, exit_code: int) -> Observed:
    file = folder / "observations"
    lines = file.read_text().splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    notes = [tuple(json.loads(re.sub(r" at 0x[0-9a-f]+", "", line))) for line in lines]
    return Observed(notes, output, exit_code)


def _program(name: str) -> str:
    return str(Path(sysconfig.get_path("scripts"), name))


def _environ() -> dict[str, str]:
    left_out = ("LIFESPAN_CHECK_", "CONDA_", "VIRTUAL_ENV", "PYTHONPATH", "PYTEST_")
    return {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
