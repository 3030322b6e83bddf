"""The garbage collector's time in a real process: charged to it, not to the line that happened to run."""

from pathlib import Path

from conftest import Check

from lifespan_cli.model import COLLECTOR

APP = """
import gc
gc.disable()
kept = [[] for _ in range(1_000_000)]
gc.enable()

class Settings:
    gc.set_threshold(5, 0, 0)
    made = [[] for _ in range(100)]
    gc.set_threshold(700, 10, 10)

async def app(scope, receive, send):
    await receive()
    gc.disable()
    more = [[] for _ in range(1_000_000)]
    gc.enable()
    made = [[] for _ in range(100)]
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
    open("callbacks", "w").write(str(gc.callbacks))
"""


def test_a_collection_is_charged_to_the_collector(python: str, tmp_path: Path, check: Check):
    (tmp_path / "main.py").write_text(APP)

    outcome = check("main:app", "--python", python, cwd=tmp_path)

    assert outcome.codes == []
    for phase in map(outcome.run.phase, ("import", "startup")):
        collected_ns = sum(frame.total_ns for frame in phase.frames if frame.path == COLLECTOR)
        made_ns = sum(frame.total_ns for frame in walk(phase.frames) if frame.source.startswith("made ="))
        assert collected_ns > 5_000_000
        assert collected_ns > made_ns
    assert (tmp_path / "callbacks").read_text() == "[]"


def walk(frames):
    for frame in frames:
        yield frame
        yield from walk(frame.children)
