# expect: none
# What the application finds is what it finds under a server.
import __main__
import asyncio
import os
import signal
import sys

assert sys.argv == ["lifespan-check", "sees_a_server:app"], sys.argv
assert sys.path[0] == os.getcwd() == os.path.dirname(__file__), sys.path
assert __name__ == "sees_a_server"
assert __main__.__name__ == "__main__"
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()
assert sys.stdin.read() == ""


async def app(scope, receive, send):
    assert scope == {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    task = asyncio.current_task()
    assert await receive() == {"type": "lifespan.startup"}
    await send({"type": "lifespan.startup.complete"})
    assert await receive() == {"type": "lifespan.shutdown"}
    assert asyncio.current_task() is task
    await send({"type": "lifespan.shutdown.complete"})
