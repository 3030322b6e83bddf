"""What other tools say of one and the same service, whose every cost is known, beside what lifespan-check says.

python tests/benchmarks/peers.py [--entries N]

The service is the shop of `tests/services`. Every peer runs it in the bare driver; to what it says, the nearest line of
the shop's own in the same stack is added where there is one, which most of them leave to the reader.
"""

import argparse
import json
import re
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rounds import conditions
from services.installing import install

SCRIPTS = Path(sysconfig.get_path("scripts"))
DRIVER = Path(__file__).parent / "drivers" / "bare.py"
PACKAGE = "shop/"
PY_SPY_FRAME = re.compile(r"(?P<function>.*) \((?P<file>.*):(?P<line>\d+)\)")
PY_SPY_NS = 10_000_000
"""It takes a hundred samples a second."""
IMPORT_TIME = re.compile(r"import time: +(\d+) \| +(\d+) \| +(\S+)")


@dataclass(frozen=True)
class Call:
    """One frame of what a peer saw."""

    function: str
    file: str
    line: int

    @property
    def shop(self) -> bool:
        """It is of the service's own code."""
        return "site-packages" not in self.file and f"/{PACKAGE}" in f"/{self.file}"

    def __str__(self) -> str:
        place = "/".join(self.file.split("/")[-2:]) + (f":{self.line}" if self.line else "")
        return f"{self.function} ({place})"


Sample = tuple[int, Sequence[Call]]
"""Nanoseconds, and the stack they are charged to, outermost first."""


def importtime(project: Path) -> Iterator[str]:
    """The modules of the longest cumulative time, the target's own among them."""
    done = run([python_of(project), "-X", "importtime", DRIVER, project, "shop.main"], project)
    found = [(int(total), int(own), name) for own, total, name in IMPORT_TIME.findall(done.stderr)]
    for total_us, own_us, name in sorted(found, reverse=True):
        yield f"{total_us / 1000:7.0f} ms  {name}  (itself {own_us / 1000:.0f} ms)"


def pyinstrument(project: Path) -> Iterator[str]:
    """What its tree of calls charges to the innermost function."""
    with tempfile.NamedTemporaryFile() as out:
        words = ["-m", "pyinstrument", "-r", "json", "-o", out.name, DRIVER, project, "shop.main"]
        run([python_of(project), *words], project)
        tree = json.loads(Path(out.name).read_text())["root_frame"]
    return dearest(walk(tree, ()))


def walk(frame: Mapping, above: tuple[Call, ...]) -> Iterator[Sample]:
    """The time of each frame of a tree that its children do not account for."""
    file = frame["file_path"] or frame["file_path_short"] or ""
    stack = above if frame["function"] == "[self]" else (*above, Call(frame["function"], file, frame["line_no"]))
    yield int(1e9 * (frame["time"] - sum(child["time"] for child in frame["children"]))), stack
    for child in frame["children"]:
        yield from walk(child, stack)


def py_spy(*options: str) -> Callable[[Path], Iterator[str]]:
    """The innermost functions of its samples."""

    def say(project: Path) -> Iterator[str]:
        with tempfile.NamedTemporaryFile() as out:
            words = ["record", *options, "--format", "raw", "--output", out.name, "--"]
            run([SCRIPTS / "py-spy", *words, python_of(project), DRIVER, project, "shop.main"], project)
            lines = Path(out.name).read_text().splitlines()
        return dearest(sample(line) for line in lines)

    return say


def sample(line: str) -> Sample:
    """One line of py-spy's raw format: the frames, then how often they were seen."""
    stack, _, count = line.rpartition(" ")
    found = filter(None, map(PY_SPY_FRAME.fullmatch, stack.split(";")))
    return int(count) * PY_SPY_NS, [Call(match["function"], match["file"], int(match["line"])) for match in found]


def dearest(samples: Iterable[Sample]) -> Iterator[str]:
    """The innermost functions with the most time, each with the nearest line of the shop's in its stack."""
    spent: dict[tuple[str, str], int] = {}
    for ns, stack in samples:
        if stack:
            nearest = next((str(call) for call in reversed(stack) if call.shop), "no line of the shop's")
            key = str(stack[-1]), "" if stack[-1].shop else f"  <- {nearest}"
            spent[key] = spent.get(key, 0) + ns
    for (innermost, nearest), ns in sorted(spent.items(), key=lambda item: -item[1]):
        yield f"{ns / 1e6:7.0f} ms  {innermost}{nearest}"


def ours(project: Path) -> Iterator[str]:
    """The tables of the text report."""
    page = run([SCRIPTS / "lifespan-check", "--fail-on", "never"], project, {"COLUMNS": "100"}).stdout
    yield from (line for line in page.splitlines() if line.startswith("Ready in ") or " %  " in line)


PEERS: Mapping[str, Callable[[Path], Iterator[str]]] = {
    "python -X importtime": importtime,
    "pyinstrument": pyinstrument,
    "py-spy record": py_spy(),
    "py-spy record --idle": py_spy("--idle"),
}


def python_of(project: Path) -> Path:
    """The interpreter of the service's environment."""
    return project / ".venv" / "bin" / "python"


def run(words: Sequence[str | Path], project: Path, environ: Mapping[str, str] | None = None):
    """Run a command in the project to its end; it has to succeed."""
    path = {"PATH": "/usr/bin:/bin", **(environ or {})}
    done = subprocess.run(words, cwd=project, env=path, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{words} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done


def main() -> None:
    """Let each say what it has to say, and print it as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=8)
    entries = parser.parse_args().entries
    print(conditions(1).rpartition(",")[0] + ", one run of each")
    with tempfile.TemporaryDirectory() as folder:
        project = install("shop", Path(folder))
        run([python_of(project), DRIVER, project, "shop.main"], project)  # so that all find compiled modules
        for name, say in PEERS.items():
            print(f"\n`{name}`\n\n```text", *list(say(project))[:entries], "```", sep="\n")
        print("\n`lifespan-check`\n\n```text", *ours(project), "```", sep="\n")


if __name__ == "__main__":
    main()
