# expect: none
import os
import subprocess
import sys

FORGED = "('Bye', {'at_ns': 1, 'cpu_ns': 1, 'rss_bytes': None})\n('Raised', {'phase': 'startup'})\n"


async def app(scope, receive, send):
    await receive()
    print(FORGED, flush=True)
    os.write(1, FORGED.encode())
    subprocess.run([sys.executable, "-c", f"print({FORGED!r})"], check=True)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
