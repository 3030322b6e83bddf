"""granian, with its `asgi` interface. Source: its `_internal`, `asgi` and `server/common`.

A worker that ends, in whatever way, ends the server with exit code 1.
"""

from lifespan_cli.servers.life import STARTS, Answer, Life, broken, refuses, waits, without

VERSION = "2.8.7"
MODES = ("asgi",)
ERRED = "ASGI Lifespan errored, continuing without Lifespan support"
FAILED = "ASGI lifespan startup failed"
ENDED = "Unexpected exit from worker-1"


def answer(life: Life, _mode: str) -> Answer:
    """What it makes of the target."""
    if life.end in ("waits", "blocks"):
        return waits("waits forever")
    if life.step != "startup" and life.end != "unfit":
        return _loading(life)
    if not life.shaped("asgi3", "awaitable", "partial") or life.has("awaited"):
        return broken(ERRED, "calls it with scope, receive and send")
    return _living(life)


def _loading(life: Life) -> Answer:
    if life.end == "missing":
        if life.step == "import":
            return refuses(f"Could not import '{life.module}'.", 1)
        return refuses(f"has no attribute '{life.attribute.rpartition('.')[2]}'", 1)
    return refuses(life.raised if life.end == "raised" else ENDED, 1)


def _living(life: Life) -> Answer:
    if life.unlike == "mapping":
        return Answer("depends", "", "takes the mapping for a message; what comes after it was not seen here")
    if life.end in ("exits", "dies", "loses-loop"):
        return refuses(ENDED, 1, "ends with its worker")
    if life.end == "failed":
        return refuses(life.failing("{}", FAILED), 1, "shows the message and does not start")
    if life.end == "complete":
        return _complete(life)
    if life.end == "returned" or life.no_exception:
        return without("", "serves without your startup and logs nothing")
    if life.refuses:
        return without(ERRED, "serves, and warns that there is no lifespan")
    return without(ERRED, "logs a warning and serves without your startup")


def _complete(life: Life) -> Answer:
    if life.after == "dies":
        return Answer("depends", "", "starts, and ends with the application")
    if life.after and not life.no_exception:
        return Answer(
            "starts", ERRED, "starts, hides behind a warning the error that ends your lifespan, and serves on"
        )
    return STARTS
