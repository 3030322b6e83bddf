"""An application of known cost in every phase: each cost stands on one line, within a `Took`, which notes it."""

import asyncio
import atexit
import hashlib
import json
import os
import sys
import threading
import time
from pathlib import Path


class Took:
    """Around one statement on the next line: how long it took, and what the row of that line is to be called."""

    def __init__(self, phase, kind):
        self.phase, self.kind, self.line = phase, kind, sys._getframe(1).f_lineno + 1

    def __enter__(self):
        self.at_ns = time.perf_counter_ns()

    def __exit__(self, *error):
        wall_ns = time.perf_counter_ns() - self.at_ns
        with Path(os.environ["TRUTH"]).open("a") as file:
            file.write(json.dumps([self.phase, self.line, self.kind, wall_ns]) + "\n")


pause = time.sleep
"""A call of C's that blocks."""


def rounds(seconds):
    """How many rounds take so much of the processor's time."""
    began_s = time.thread_time()
    hashlib.pbkdf2_hmac("sha256", b"x", b"y", 20_000)
    return int(20_000 * seconds / (time.thread_time() - began_s))


MANY, FEW = rounds(0.6), rounds(0.25)


with Took("import", "blocking"):
    pause(0.3)
with Took("import", "computing"):
    hashlib.pbkdf2_hmac("sha256", b"x", b"y", MANY)


def make():
    with Took("resolve", "blocking"):
        pause(0.2)
    with Took("resolve", "computing"):
        hashlib.pbkdf2_hmac("sha256", b"x", b"y", FEW)
    return app


async def connect(seconds):
    with Took("startup", "waiting" if seconds == 0.4 else "parallel"):
        await asyncio.sleep(seconds)


def migrate():
    with Took("startup", "blocking"):
        pause(0.25)
    with Took("startup", "computing"):
        hashlib.pbkdf2_hmac("sha256", b"x", b"y", FEW)
    with Took("startup", "blocking"):
        pause(0.15)


def load():
    with Took("startup", "in_thread"):
        pause(0.3)


async def startup():
    migrate()
    await asyncio.gather(connect(0.2), connect(0.4), connect(0.3))
    await asyncio.to_thread(load)
    with Took("startup", "blocking"):
        [pause(0.05) for _ in range(4)]
    with Took("startup", "blocking"):
        any(pause(0.05) for _ in range(4))
    for _ in range(4):
        with Took("startup", "waiting"):
            await asyncio.sleep(0.06)
        with Took("startup", "blocking"):
            pause(0.04)


async def app(scope, receive, send):
    if scope["type"] == "http":
        with Took("request", "waiting"):
            await asyncio.sleep(0.2)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        return
    await receive()
    await startup()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    with Took("shutdown", "waiting"):
        await asyncio.sleep(0.25)
    with Took("shutdown", "blocking"):
        pause(0.2)
    await send({"type": "lifespan.shutdown.complete"})
    threading.Thread(target=flush, name="flusher").start()


@atexit.register
def tidy():
    with Took("exit", "blocking"):
        pause(0.25)


def flush():
    threading.main_thread().join()  # until the interpreter's end waits for this thread
    with Took("exit", "in_thread"):
        pause(0.4)
