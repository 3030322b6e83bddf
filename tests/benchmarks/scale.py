"""What large applications cost the tool: python tests/benchmarks/scale.py [--seconds N]

Modules, handlers and concurrent tasks of which there are thousands, and a start that takes long: the memory of the
parent, of the child beside one that measures nothing, the size of the report, and the time from the child's end to the
report. Goals: parent under 150 MB, child's share under 50 MB, report under 5 MB, and twice the load at most about
twice the reporting.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

MODULES, HANDLERS, TASKS = 4_000, 10_000, 1_000
ROUNDS = 5
PARENT = """
import json, os, resource, sys, time
from lifespan_cli import configuration, discover, launch, pipeline, trial
from lifespan_cli.model import serialize
from pathlib import Path
measure = sys.argv[1] == "on"
order, gone = trial._order, []
trial._order = lambda plan: __import__("dataclasses").replace(order(plan), measure=measure)
watch = launch.watch
def watched(*args, **options):
    events = watch(*args, **options)
    gone.append(time.monotonic())
    return events
launch.watch = watched
report = pipeline.check("large:app", timeout="900s")
text = serialize.to_json(serialize.to_dict(report))
done = time.monotonic()
assert report.verdict == "passed", [finding.message for finding in report.targets[0].findings]
rows = sum(1 for phase in report.targets[0].runs[0].phases for _ in phase.frames)
print(json.dumps({
    "parent": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    "child": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024,
    "report": len(text),
    "reporting": done - gone[0],
    "imports": len(report.targets[0].runs[0].imports),
}))
"""
APP = """
import asyncio
from contextlib import asynccontextmanager
from fastapi import FastAPI
import many

async def wait(seconds):
    await asyncio.sleep(seconds)

async def handler():
    pass

@asynccontextmanager
async def lifespan(app):
    await asyncio.gather(*(wait({seconds} + number / 10000) for number in range({tasks})))
    for _ in range({handlers}):
        await handler()
    yield

app = FastAPI(lifespan=lifespan)
"""


def make(folder: Path, size: float, seconds: float) -> None:
    """An application of that size: its modules, and itself."""
    package = folder / "many"
    package.mkdir()
    count = int(MODULES * size)
    for number in range(count):
        (package / f"part{number}.py").write_text(f"value = {number}\n")
    (package / "__init__.py").write_text("".join(f"from many import part{number}\n" for number in range(count)))
    text = APP.format(seconds=seconds, tasks=int(TASKS * size), handlers=int(HANDLERS * size))
    (folder / "large.py").write_text(text)


def run(folder: Path, measure: str) -> dict[str, float]:
    """One run, in a parent of its own."""
    done = subprocess.run(
        [sys.executable, "-c", PARENT, measure], cwd=folder, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5, help="how long the start takes")
    seconds = parser.parse_args().seconds
    print(f"Medians of {ROUNDS} interleaved rounds\n")
    print("| size | imports | parent | child's share | report | reporting |\n|---|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as name:
        folders = {size: Path(name, f"{size:g}") for size in (0.5, 1.0)}
        runs: dict[float, list[tuple[dict[str, float], dict[str, float]]]] = {size: [] for size in folders}
        for size, folder in folders.items():
            folder.mkdir()
            make(folder, size, seconds)
            run(folder, "off")  # compiles
        for _ in range(ROUNDS):
            for size, folder in folders.items():
                runs[size].append((run(folder, "off"), run(folder, "on")))
        for size, pairs in runs.items():
            bare, full = (
                {name: statistics.median(one[name] for one in ones) for name in ones[0]}
                for ones in zip(*pairs, strict=True)
            )
            share = full["child"] - bare["child"]
            print(
                f"| {size:g} | {full['imports']:.0f} | {full['parent'] / 1e6:.0f} MB | {share / 1e6:.0f} MB "
                f"| {full['report'] / 1e6:.2f} MB | {full['reporting'] * 1000:.0f} ms |"
            )


if __name__ == "__main__":
    main()
