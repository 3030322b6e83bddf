"""LS118, LS119, LS120, LS122: what the application does to its driver besides sending messages."""

from collections.abc import Iterable

from lifespan_cli.model import Finding
from lifespan_cli.rules.rule import Case, Rule
from lifespan_cli.rules.wording import bounded


def _swallowed_cancellation(case: Case) -> Iterable[Finding]:
    if not case.run.conduct.swallowed_cancellation:
        return
    yield SWALLOWED_CANCELLATION.finding(
        "the application was cancelled and went on as though it had not been",
        hint="Let the cancellation through: raise it again wherever it is caught, by a bare `except` too.",
        phase=case.run.conduct.ended_in,
        at=case.run.application,
    )


def _state_replaced(case: Case) -> Iterable[Finding]:
    if not case.run.conduct.state_replaced:
        return
    yield STATE_REPLACED.finding(
        'scope["state"] was replaced by another object: what it holds is lost to requests',
        hint='Change the object that is there: `scope["state"].update(...)`.',
        phase="startup",
        at=case.run.application,
    )


def _state_key_not_str(case: Case) -> Iterable[Finding]:
    keys = case.run.conduct.bad_state_keys
    if not keys:
        return
    shown = ", ".join(bounded(key, 60) for key in keys[:5]) + (f" and {len(keys) - 5} more" if len(keys) > 5 else "")
    yield STATE_KEY_NOT_STR.finding(
        f"the state has keys that are no str: {shown}",
        hint='Name each value: `scope["state"]["database"] = ...`.',
        phase="startup",
        at=case.run.application,
    )


def _returned_a_value(case: Case) -> Iterable[Finding]:
    conduct = case.run.conduct
    if conduct.returned is None:
        return
    yield RETURNED_A_VALUE.finding(
        f"the application returned a value of type {bounded(conduct.returned, 200)}",
        hint="Send what should be said and return nothing.",
        phase=conduct.ended_in,
        at=case.run.application,
    )


SWALLOWED_CANCELLATION = Rule(
    code="LS118",
    slug="swallowed-cancellation",
    severity="warning",
    summary="The application catches its own cancellation and goes on.",
    explanation="""\
Cancelling the task is the last means that a server, a test or a timeout has to end an application in order. A
bare `except:`, an `except BaseException:` or a loop that catches CancelledError defeats it, and what remains is
to kill the process.

Catch Exception, which does not include the cancellation, or clean up and raise it again.""",
    source="Python documentation, asyncio: Task Cancellation; not a rule of ASGI",
    bad="""\
async def app(scope, receive, send):
    while scope["type"] == "lifespan":
        try:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
        except BaseException:
            continue""",
    good="""\
async def app(scope, receive, send):
    while scope["type"] == "lifespan":
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return""",
    judge=_swallowed_cancellation,
)

STATE_REPLACED = Rule(
    code="LS119",
    slug="state-replaced",
    severity="error",
    summary='The application assigns another object to scope["state"].',
    explanation="""\
The server keeps the object that it put into the scope, and gives a shallow copy of it to each request.
Assigning to scope["state"] changes only the application's own dict: startup succeeds, and the first request
that looks for its database finds an empty state.

Change the object in place, with an item assignment or update().""",
    source="ASGI specification, Lifespan Protocol: Lifespan State",
    bad="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        scope["state"] = {"database": object()}
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        scope["state"]["database"] = object()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_state_replaced,
)

STATE_KEY_NOT_STR = Rule(
    code="LS120",
    slug="state-key-not-str",
    severity="warning",
    summary="The state has a key that is no str.",
    explanation="""\
The specification describes the state as a dict whose keys are unicode strings. Other keys work as long as a
server copies the dict as it is, and no longer than that: frameworks read the state as attributes, which other
keys cannot be.

Use a str, with a prefix where two libraries might choose the same.""",
    source="ASGI specification, Lifespan Protocol: Lifespan State",
    bad="""\
class Database: ...


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        scope["state"][Database] = Database()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    good="""\
class Database: ...


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        scope["state"]["database"] = Database()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_state_key_not_str,
)

RETURNED_A_VALUE = Rule(
    code="LS122",
    slug="returned-a-value",
    severity="warning",
    summary="The application's callable returns a value, which ASGI has no use for.",
    explanation="""\
An application speaks by sending messages; what its coroutine returns is thrown away. A value is a sign that
something else was meant: a handler that returns a response without sending it, or a factory that was called as
an application.

If the value is a leftover of `return await ...`, drop the word `return`.""",
    source="inferred from ASGI specification, Applications: a coroutine callable that communicates through send",
    bad="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        return {"type": "lifespan.startup.complete"}""",
    good="""\
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_returned_a_value,
)
