# Ends the process: where WHERE says, in the way that HOW says.
import atexit
import ctypes
import os
import signal
import sys

WAYS = {
    "sys.exit": lambda: sys.exit(0),
    "os._exit": lambda: os._exit(0),
    "abort": lambda: os.abort(),
    "segfault": lambda: ctypes.string_at(0),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
}


def here(place):
    if place == os.environ["WHERE"]:
        WAYS[os.environ["HOW"]]()


async def app(scope, receive, send):
    await receive()
    here("startup")
    await send({"type": "lifespan.startup.complete"})
    here("hold")
    await receive()
    here("shutdown")
    await send({"type": "lifespan.shutdown.complete"})


def create_app():
    here("factory")
    return app


here("import")
atexit.register(here, "exit")
