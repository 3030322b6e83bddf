"""daphne, which runs no lifespan at all. Source: its `cli`, `utils.import_by_path` and `server.create_application`."""

from lifespan_cli.servers.life import Answer, Life, broken, refuses, waits, without

VERSION = "4.2.3"
MODES = ("default",)


def answer(life: Life, _mode: str) -> Answer:
    """What it makes of the target."""
    if life.step == "import" or (life.step == "resolve" and life.end == "missing"):
        return _loading(life)
    if life.factory and life.is_bad_call:
        return Answer("depends", "", "calls no factory, but takes what is named for the application itself")
    if life.factory:
        return broken("", "calls no factory, but treats it as the application itself")
    if life.step == "resolve" and life.end != "unfit":
        return _loading(life)
    single = life.shaped("asgi3") or (life.has("async", "async-call") and not life.shaped("class", "asgi2"))
    if not single:
        return _WITHOUT if life.shaped("asgi2") else broken("", "calls it with the scope alone, as ASGI 2 has it")
    if life.shaped("asgi3", "partial"):
        return _WITHOUT if life.has("by-name") else broken("", "passes scope, receive and send by name")
    return broken("", "calls it with scope, receive and send")


_WITHOUT = without("", "never runs a lifespan: it serves without your startup, and without state")


def _loading(life: Life) -> Answer:
    if life.end in ("waits", "blocks"):
        return waits("waits forever")
    if life.end == "missing" and life.step == "resolve":
        return refuses(f"has no attribute '{life.attribute.rpartition('.')[2]}'", 1)
    if life.end in ("missing", "raised"):
        return refuses(life.raised, 1)
    return refuses(life.raised if life.interrupts else "", -2 if life.interrupts else life.code or 0)
