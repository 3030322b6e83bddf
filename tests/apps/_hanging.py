# Hangs where WHERE says, and makes the file READY once it does; deaf, it only notes SIGTERM, in the file TERMINATED.
import asyncio
import os
import pathlib
import re
import signal
import time


def ready(place):
    if place == os.environ["WHERE"]:
        pathlib.Path(os.environ["READY"]).touch()
    return place == os.environ["WHERE"]


def deaf():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: pathlib.Path(os.environ["TERMINATED"]).touch())
    while True:
        time.sleep(3600)


if os.environ.get("TERMINATED") and ready("import"):
    deaf()
if ready("import"):
    time.sleep(3600)
if ready("C code"):
    re.match(r"(a+)+$", "a" * 40 + "!")  # holds the GIL


async def app(scope, receive, send):
    await receive()
    if ready("loop"):
        deaf() if os.environ.get("TERMINATED") else time.sleep(3600)
    if ready("startup"):
        await asyncio.sleep(3600)
    await send({"type": "lifespan.startup.complete"})
    ready("hold")
    await receive()
    if ready("shutdown"):
        await asyncio.sleep(3600)
    await send({"type": "lifespan.shutdown.complete"})
