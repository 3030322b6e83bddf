"""gunicorn, with its own `asgi` worker. Source: its `util.import_app`, `arbiter`, `workers/gasgi` and `asgi/lifespan`.

A worker that ends with 3 or 4 ends the server with that code; with any other it is started again.
"""

from lifespan_cli.servers.life import STARTS, Answer, Life, broken, refuses, waits, without

VERSION = "27.0.1"
MODES = ("asgi",)
FAILURE = "ASGI lifespan startup failed: Lifespan startup failed: {}"
NO_CALLABLE = "Application object must be callable."
BOOT_ERROR, APP_ERROR = 3, 4
PATIENCE_NS = 30_000_000_000
_SILENT = "serves without your startup and logs nothing"
_UNSEEN = "accepts a message that is not due; what the application does then was not seen here"


def answer(life: Life, _mode: str) -> Answer:
    """What it makes of the target."""
    if life.end == "blocks" or (life.end == "waits" and life.step != "startup"):
        return waits("waits forever")
    if life.step == "import":
        return _loading(life)
    if "." in life.attribute:
        what = "Function reference must be a simple name" if life.factory else "Failed to parse"
        return refuses(what, APP_ERROR, "takes no name with a dot for an application, and does not start")
    if life.step == "resolve" and life.end != "unfit":
        return _loading(life)
    return _calling(life) or _living(life)


def _loading(life: Life) -> Answer:
    if life.end == "missing" and life.step == "resolve":
        return refuses(f"Failed to find attribute '{life.attribute}' in '{life.module}'.", APP_ERROR)
    if life.end in ("missing", "raised"):
        return refuses(life.raised, APP_ERROR if _is_bad_call(life) else BOOT_ERROR)
    return _ending(life)


def _is_bad_call(life: Life) -> bool:
    """It tells a function that takes other arguments than none from other faults of a factory."""
    if not life.is_bad_call or life.failure is None:
        return False
    return "() " in life.failure.message and "__init__()" not in life.failure.message


def _ending(life: Life) -> Answer:
    if life.code in (BOOT_ERROR, APP_ERROR) and not life.interrupts:
        return refuses("", life.code, "ends with its worker")
    return waits("restarts its worker forever and never serves")


def _calling(life: Life) -> Answer | None:
    if life.shaped("none"):
        return refuses("Failed to find application object", APP_ERROR)
    if not life.has("callable") or life.has("awaited"):
        return refuses(NO_CALLABLE, APP_ERROR)
    if life.shaped("asgi3", "awaitable", "partial"):
        return None
    return broken("", "calls it with scope, receive and send")


def _living(life: Life) -> Answer:
    if life.unlike:
        return Answer("depends", "", _UNSEEN)
    if life.end == "waits" or life.startup_ns > PATIENCE_NS:
        return without("", "cancels startup after 30 s and serves without it")
    if life.end == "complete":
        return _complete(life)
    if life.end == "failed":
        if life.exits:  # a framework sends the message, and lets it pass
            how = "shows the message, and does not start or restarts its worker forever"
            return Answer("depends", "", f"{how}: that depends on its event loop")
        nothing = FAILURE.format("Unknown error" if life.reason == "" else "")
        return refuses(life.failing(FAILURE, nothing), BOOT_ERROR, "shows the message and does not start")
    if life.end == "exits":
        return Answer("depends", "", "serves without your startup, or ends its worker: that depends on its event loop")
    if life.end == "dies":
        return _ending(life)
    if life.end == "loses-loop":
        return waits("restarts its worker forever and never serves")
    if life.end == "returned":
        return without("", "serves without your startup and logs nothing")
    return without("", "serves and does not mention the lifespan" if life.refuses else _SILENT)


def _complete(life: Life) -> Answer:
    if life.after == "dies":
        return Answer("depends", "", "starts, and its worker ends with the application")
    if life.after == "failed" and life.at_once:
        return refuses(FAILURE.format(""), BOOT_ERROR, "shows the message and does not start")
    if life.after:
        return STARTS._replace(statement="starts and logs nothing when your lifespan ends")
    return STARTS
