"""No code of an application's runs in a thread of the tool's: not even what the garbage collector calls."""

import ast
from pathlib import Path

from conftest import Check

APP = """
import gc, threading, time
from _thread import get_ident

main, seen = get_ident(), {"here": 0, "elsewhere": 0}

class Cyclic:
    def __init__(self):
        self.me = self

    def __del__(self):
        if get_ident() == main:
            seen["here"] += 1
        else:
            seen["elsewhere"] += 1
            threading.current_thread()

def churn():
    until = time.monotonic() + 1
    while time.monotonic() < until:
        made = [Cyclic() for _ in range(50)]
        del made
        time.sleep(0.0003)

async def app(scope, receive, send):
    await receive()
    churn()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    seen["threads"] = [thread.name for thread in threading.enumerate()]
    seen["enabled"] = gc.isenabled()
    print(seen)
    await send({"type": "lifespan.shutdown.complete"})
"""


def test_finalizers_run_in_the_applications_own_threads(python: str, tmp_path: Path, check: Check):
    (tmp_path / "main.py").write_text(APP)

    outcome = check("main:app", "--python", python, cwd=tmp_path)

    seen = ast.literal_eval(outcome.run.output[-1])
    assert seen.pop("here") > 1000
    assert seen == {"elsewhere": 0, "threads": ["MainThread"], "enabled": True}
