"""uvicorn, by default and with `--lifespan on`. Source: its `main`, `config`, `importer` and `lifespan/on`."""

from lifespan_cli.servers.life import STARTS, Answer, Life, broken, refuses, waits, without

VERSION = "0.54.0"
MODES = ("auto", "on")
UNSUPPORTED = "ASGI 'lifespan' protocol appears unsupported."
EXCEPTION = "Exception in 'lifespan' protocol"
FAILED = "Application startup failed. Exiting."
COMPLETE = "Application startup complete."
FACTORY = "ASGI app factory detected. Using it, but please consider setting the --factory flag explicitly."
_FAILURE = 3
_FOR_EVER = "waits forever and ignores Ctrl-C"


def answer(life: Life, mode: str) -> Answer:
    """What it makes of the target in that mode."""
    if life.end in ("waits", "blocks"):
        return waits(_FOR_EVER if life.step == "startup" else "waits forever")
    if life.step != "startup" and life.end != "unfit":
        return _loading(life)
    return _calling(life, mode) or _living(life, mode)


def _loading(life: Life) -> Answer:
    if life.end == "missing" and life.step == "import":
        return refuses(f'Error loading ASGI app. Could not import module "{life.module}".', _FAILURE)
    if life.end == "missing":
        where = f'Attribute "{life.attribute}" not found in module "{life.module}".'
        return refuses(f"Error loading ASGI app. {where}", _FAILURE)
    if life.end == "raised":
        if life.step == "resolve" and life.factory and life.failure and life.failure.type == "TypeError":
            return refuses("Error loading ASGI app factory: " + life.raised.partition(": ")[2], _FAILURE)
        return refuses(life.raised, 1)
    if life.interrupts:
        return refuses("Aborted!", 1) if life.step == "import" else refuses("", _FAILURE)
    return refuses("", life.code or 0)


def _calling(life: Life, mode: str) -> Answer | None:
    """It asks whether the object, or its `__call__`, is `async def`; what is not is ASGI 2 to it, or a factory."""
    bare, is_async = life.has("no-arguments") and not life.factory, life.has("async", "async-call")
    if bare and (life.is_class or not (is_async or life.shaped("awaitable", "partial"))):
        return Answer("depends", FACTORY, "calls it without arguments, for a factory, and serves what that returns")
    if life.has("awaited"):
        why = "does not await what the factory returns"
    elif bare and is_async:
        why = "treats it as a factory, because it can be called without arguments"
    elif life.shaped("asgi2") or (life.shaped("asgi3") and not _is_method(life)):
        return None
    elif not life.has("callable"):
        why = "treats what is not callable as an application"
    else:
        why = "calls it with the scope alone, as ASGI 2 has it"
    return broken(UNSUPPORTED, why) if mode == "auto" else refuses(EXCEPTION, _FAILURE, f"{why}, and does not start")


def _is_method(life: Life) -> bool:
    """Of a bound method it asks the `__call__`, which is never `async def`."""
    return life.application is not None and life.application.type == "method"


def _living(life: Life, mode: str) -> Answer:
    if life.unlike == "mapping":
        return Answer("depends", "", "takes the mapping for a message; what comes after it was not seen here")
    if life.end == "dies":
        return refuses("", life.code or 0, "ends with the application")
    if life.end == "loses-loop":
        return refuses(life.raised, 1, "ends with its event loop")
    if life.end == "exits" and life.in_callback and not life.interrupts:
        return refuses("", life.code or 0, "ends with the application")
    if life.end == "failed":
        return refuses(life.failing("{}", FAILED), _FAILURE, "shows the message and does not start")
    if life.end == "returned":
        return without(COMPLETE, "says that startup is complete, and serves without it")
    if life.end == "complete":
        return _complete(life, mode)
    if mode == "on":
        return refuses(EXCEPTION, _FAILURE, "shows the exception and does not start")
    if life.refuses:
        return without(UNSUPPORTED, "serves; it takes the exception for an application without a lifespan")
    return without(UNSUPPORTED, "serves without your startup")


def _complete(life: Life, mode: str) -> Answer:
    if not life.after:
        return STARTS
    if life.after == "dies":
        return Answer("depends", "", "starts, and ends with the application")
    if mode == "auto":
        return Answer("starts", UNSUPPORTED, "starts, hides the error that ends your lifespan, and serves on")
    if life.at_once:
        return refuses(EXCEPTION, _FAILURE, "shows the exception and does not start")
    return Answer("starts", EXCEPTION, "starts, shows the exception that ends your lifespan, and serves on")
