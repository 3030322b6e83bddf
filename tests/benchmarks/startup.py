"""What a whole run of lifespan-check costs beside the other ways of starting and stopping an application.

python tests/benchmarks/startup.py [--rounds N]
"""

import argparse
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from rounds import APPS, conditions, medians, shown, whole

DRIVERS = Path(__file__).parent / "drivers"
COMMAND = Path(sysconfig.get_path("scripts"), "lifespan-check")
BARE = "bare driver script"
CHECK = "`lifespan-check`"
TESTCLIENT = "Starlette's TestClient"
APPLICATIONS = {"raw ASGI app": "raw_app", "FastAPI app": "fastapi_app"}
EMPTY = "`python -c pass`"
VERSION = "`lifespan-check --version`"
HELP = "`lifespan-check --help`"


def uvicorn(module: str) -> Callable[[], int]:
    """A contender: from the spawn of uvicorn to its word that the startup is complete (ns)."""
    command = [sys.executable, "-m", "uvicorn", f"{module}:app", "--app-dir", str(APPS), "--port", "0"]

    def run() -> int:
        began_ns = time.perf_counter_ns()
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as server:
            assert server.stderr is not None
            for line in server.stderr:
                if b"Application startup complete" in line:
                    took_ns = time.perf_counter_ns() - began_ns
                    server.kill()
                    return took_ns
        raise SystemExit(f"{command} did not start")

    return run


def contenders(module: str) -> Mapping[str, Callable[[], int]]:
    """All ways of starting one application."""
    python = sys.executable
    return {
        BARE: whole([python, DRIVERS / "bare.py", APPS, module]),
        "asgi-lifespan script": whole([python, DRIVERS / "with_asgi_lifespan.py", APPS, module]),
        TESTCLIENT: whole([python, DRIVERS / "with_testclient.py", APPS, module]),
        "uvicorn, to “startup complete”": uvicorn(module),
        CHECK: whole([COMMAND, f"{module}:app", "--app-dir", APPS, "--python", python]),
    }


def main() -> None:
    """Measure everything in one run, and print it as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    every = {(title, name): run for title, module in APPLICATIONS.items() for name, run in contenders(module).items()}
    bare_words: dict[str, list[str | Path]] = {
        EMPTY: [sys.executable, "-c", "pass"],
        VERSION: [COMMAND, "--version"],
        HELP: [COMMAND, "--help"],
    }
    measured = medians({**every, **{("", name): whole(words) for name, words in bare_words.items()}}, rounds)
    print(f"{conditions(rounds)}\n\n{_table(measured)}\n\n{_words(measured)}\n\n{_goals(measured)}")


def _table(measured: Mapping[tuple[str, str], int]) -> str:
    titles = list(APPLICATIONS)
    lines = [f"| start and stop | {' | '.join(titles)} |", "|---|" + "--:|" * len(titles)]
    for name in dict.fromkeys(name for title, name in measured if title):
        cells = [
            f"{shown(measured[title, name])} ({measured[title, name] / measured[title, BARE]:.2f}×)" for title in titles
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _words(measured: Mapping[tuple[str, str], int]) -> str:
    rows = (
        f"| {name} | {shown(measured['', name])} ({measured['', name] / measured['', EMPTY]:.2f}×) |"
        for name in (EMPTY, VERSION, HELP)
    )
    return "\n".join(["| command | time |", "|---|--:|", *rows])


def _goals(measured: Mapping[tuple[str, str], int]) -> str:
    over = {title: (measured[title, CHECK] - measured[title, BARE]) / 1e6 for title in APPLICATIONS}
    goals = [
        *((f"{title}: {ms:.0f} ms over the bare driver (goal: at most 120)", ms <= 120) for title, ms in over.items()),
        ("FastAPI app: faster than TestClient", measured["FastAPI app", CHECK] < measured["FastAPI app", TESTCLIENT]),
        ("--version under 2.5 × `python -c pass`", measured["", VERSION] < 2.5 * measured["", EMPTY]),
        ("--help under 6 × `python -c pass`", measured["", HELP] < 6 * measured["", EMPTY]),
    ]
    return "\n".join(f"- {'met' if met else 'MISSED'}: {goal}" for goal, met in goals)


if __name__ == "__main__":
    main()
