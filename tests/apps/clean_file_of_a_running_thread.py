# expect: none
# options: --select=LS304
# A thread that the import started opens, writes and closes a file again and again, another has one open for long.
import tempfile
import threading
import time
from pathlib import Path

folder = Path(tempfile.mkdtemp())


def beat():
    while True:
        with open(folder / "beat", "w") as file:
            file.write("alive")
            file.flush()
            time.sleep(0.002)


def watch():
    with open(folder / "watch", "w"):
        time.sleep(30)


async def app(scope, receive, send):
    await receive()
    for target in (beat, watch):
        threading.Thread(target=target, daemon=True).start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
