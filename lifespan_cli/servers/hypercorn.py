"""hypercorn, with its asyncio worker. Source: its `run`, `utils`, `app_wrappers` and `asyncio/lifespan`.

A worker that fails ends the server with exit code 0; one that exits with 0 is started again.
"""

from lifespan_cli.servers.life import STARTS, Answer, Life, broken, refuses, waits, without

VERSION = "0.18.0"
MODES = ("asyncio",)
ERRED = "ASGI Framework Lifespan error, continuing without Lifespan support"
ERRED_LATER = "ASGI Framework Lifespan error, shutdown without Lifespan support"
FAILURE = "Lifespan failure in startup. '{}'"
TIMEOUT = "Timeout whilst awaiting startup."
PATIENCE_NS = 60_000_000_000
_UNSEEN = "accepts a message that is not due; what the application does then was not seen here"


def answer(life: Life, _mode: str) -> Answer:
    """What it makes of the target."""
    if life.end == "blocks" or (life.end == "waits" and (life.step != "startup" or life.deaf)):
        return waits("waits forever")
    if life.step != "startup" and life.end != "unfit":
        return _loading(life)
    return _calling(life) or _living(life)


def _loading(life: Life) -> Answer:
    call = "()" if life.factory else ""
    if life.end == "missing":
        nested = life.application is not None and life.attribute.partition(".")[0] in life.application.names
        what = "module" if life.step == "import" else "application"
        named = f"Cannot load application from '{life.module}:{life.attribute}{call}', {what} not found."
        return refuses("has no attribute" if nested else named, 0)
    if life.end == "raised":
        return refuses(life.raised, 0)
    return _ending(life)


def _ending(life: Life) -> Answer:
    if life.code == 0 and not life.interrupts:
        return waits("restarts its worker forever and never serves")
    return refuses("", 0, "ends with its worker")


def _calling(life: Life) -> Answer | None:
    """What is not `async def`, nor has such a `__call__`, is WSGI to it; that has no lifespan."""
    if not life.has("async", "async-call") or life.has("awaited"):
        if life.shaped("wsgi"):
            return without("", "serves it as a WSGI application")
        return broken("", "treats it as WSGI")
    if life.shaped("asgi3", "partial"):
        return None
    return broken(ERRED, "calls it with scope, receive and send")


def _living(life: Life) -> Answer:
    if life.unlike in ("mapping", "shutdown"):
        return Answer("depends", "", _UNSEEN)
    if life.end == "waits" or life.startup_ns > PATIENCE_NS:
        return refuses(TIMEOUT, 0, "gives up after 60 s")
    if life.end == "complete":
        return _complete(life)
    if life.end == "failed":
        return refuses(life.failing(FAILURE, FAILURE.partition(" '")[0]), 0, "shows the message and does not start")
    if life.end == "returned":
        return without("", "serves without your startup and logs nothing")
    if life.end in ("exits", "dies"):
        return _ending(life)
    if life.end == "loses-loop" or _passes(life):
        return refuses(life.raised, 0, "shows the exception and does not start")
    if life.refuses:
        return without(ERRED, "serves, and warns that there is no lifespan")
    return without(ERRED, "logs a warning and serves without your startup")


def _passes(life: Life) -> bool:
    """It catches every exception group, but otherwise only what is an Exception."""
    return life.no_exception and life.failure is not None and life.failure.type != "BaseExceptionGroup"


def _complete(life: Life) -> Answer:
    if life.after == "dies":
        return Answer("depends", "", "starts, and its worker ends with the application")
    if life.after == "failed" and life.at_once:
        return refuses(FAILURE.partition(" '")[0], 0, "shows the message and does not start")
    if life.after == "raised" and _passes(life):
        if life.at_once:
            return refuses(life.raised, 0, "shows the exception and does not start")
        return STARTS._replace(statement="starts and logs nothing when your lifespan ends")
    if life.after in ("raised", "unknown"):
        return Answer("starts", ERRED_LATER, "starts, shows the exception that ends your lifespan, and serves on")
    return STARTS
