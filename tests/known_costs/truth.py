"""What the applications here know of themselves: how long each statement of their lifespan really took, and in what.

They write it as JSON to the file that the environment variable `TRUTH` names.
"""

import json
import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path

_costs = []
_begun = []


def begin(name, inside, line=None):
    """The statement on the next line, or on the line given, begins; it is spent in the function named `inside`."""
    line = line or sys._getframe(1).f_lineno + 1
    _begun.append((name, inside, line, time.monotonic_ns()))
    return line


def finish():
    """It is over."""
    name, inside, line, at_ns = _begun.pop()
    _costs.append({"name": name, "inside": inside, "line": line, "wall_ns": time.monotonic_ns() - at_ns})


@contextmanager
def cost(name, inside):
    """Around one statement on the next line."""
    at_ns = time.monotonic_ns()
    line = sys._getframe(2).f_lineno + 1
    yield
    _costs.append({"name": name, "inside": inside, "line": line, "wall_ns": time.monotonic_ns() - at_ns})


def compute(seconds):
    """Python bytecode."""
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        pass


def compute_in_c(count):
    """One C call that never lets the GIL go."""
    return sum(range(count))


def block(seconds):
    """Keep the thread without computing."""
    time.sleep(seconds)


async def serve(scope, receive, send, lifespan):
    """The lifespan protocol around an async context manager; the truth is written when it is left."""
    assert scope["type"] == "lifespan"
    await receive()
    async with lifespan():
        await send({"type": "lifespan.startup.complete"})
        await receive()
    write()
    await send({"type": "lifespan.shutdown.complete"})


def write():
    """Tell it."""
    Path(os.environ["TRUTH"]).write_text(json.dumps(_costs))
