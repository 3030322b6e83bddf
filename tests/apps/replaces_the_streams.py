# expect: none
import builtins
import io
import logging
import os
import signal
import sys
import threading


def silent(*args, **kwargs):
    raise RuntimeError("replaced")


sys.stdout.close()
sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = io.StringIO()
sys.excepthook = sys.unraisablehook = sys.displayhook = threading.excepthook = builtins.print = silent
logging.raiseExceptions = False
os.write = os.fstat = os.getpid = os.dup2 = os.close = silent
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGRTMIN + 7):
    signal.signal(number, signal.SIG_IGN)


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
