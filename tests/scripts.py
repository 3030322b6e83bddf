"""Message scripts: what an application does in its lifespan, step after step; `source` makes an application of one.

A script is a tuple of steps. When it is through, the application returns.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from hypothesis import strategies as st

SHORT_S, LONG_S = 0.0005, 0.3
"""Naps of an application: all short ones of a script end before shutdown is due, one long one ends after it."""
MOST_LONG_NAPS = 2


@dataclass(frozen=True)
class Receive:
    """`await receive()`."""


@dataclass(frozen=True)
class Send:
    """`await send(message)`; `guarded`: in a `try` that goes on after an exception."""

    message: Any
    guarded: bool = False


@dataclass(frozen=True)
class Raise:
    """Raise what the expression makes."""

    expression: str

    @property
    def name(self) -> str:
        """The exception's name, without its module."""
        return self.expression.partition("(")[0].rpartition(".")[2]


@dataclass(frozen=True)
class Return:
    """Return this."""

    value: Any = None


@dataclass(frozen=True)
class Nap:
    """Sleep: 0 gives the loop one turn."""

    seconds: float


@dataclass(frozen=True)
class Hang:
    """Wait for ever. `stubborn`: also after a first cancellation."""

    stubborn: bool = False


@dataclass(frozen=True)
class Touch:
    """Do something to `scope["state"]`: replace it, or give it a key that is no str, or a proper one."""

    what: Literal["replace", "number", "proper"]


Step = Receive | Send | Raise | Return | Nap | Hang | Touch
Script = tuple[Step, ...]

TOUCHES = {
    "replace": 'scope["state"] = {"cache": {}}',
    "number": 'scope.setdefault("state", {})[7] = "seven"',
    "proper": 'scope["state"]["cache"] = {}',
}


def source(script: Script) -> str:
    """The module whose `app` follows the script."""
    body = [line for step in script for line in _lines(step)] or ["pass"]
    return "\n".join(
        ["import asyncio", "", "", "async def app(scope, receive, send):", *(f"    {line}" for line in body), ""]
    )


def _lines(step: Step) -> Iterable[str]:
    match step:
        case Receive():
            return ["await receive()"]
        case Send(message, guarded=False):
            return [f"await send({message!r})"]
        case Send(message):
            return ["try:", f"    await send({message!r})", "except Exception:", "    pass"]
        case Raise(expression):
            return [f"raise {expression}"]
        case Return(value):
            return [f"return {value!r}"]
        case Nap(seconds):
            return [f"await asyncio.sleep({seconds!r})"]
        case Hang(stubborn=False):
            return ["await asyncio.Event().wait()"]
        case Hang():
            return ["try:", "    await asyncio.sleep(3600)", "except BaseException:", "    await asyncio.sleep(3600)"]
        case Touch(what):
            return [TOUCHES[what]]


def outcome(event: str, how: str, **more: Any) -> dict[str, Any]:
    """`lifespan.<event>.<how>`, with more keys."""
    return {"type": f"lifespan.{event}.{how}", **more}


REFUSALS = ('ValueError("no lifespan here")', "NotImplementedError()", "AssertionError()", 'RuntimeError("only http")')
CRASHES = (
    'KeyError("path")',
    'OSError(111, "Connection refused")',
    'UnicodeError("a ValueError, but another one")',
    'ExceptionGroup("two", [OSError("one"), KeyError("two")])',
    "asyncio.CancelledError()",
)
EXITS = ("SystemExit(0)", "SystemExit('no database')", "KeyboardInterrupt()")
UNKNOWN = (
    {"type": "lifespan.startup.completed"},
    {"type": "lifespan.startup"},
    {"type": "http.response.start", "status": 200, "headers": []},
    {"type": ""},
    {"type": "Lifespan.Startup.Complete"},
)
MALFORMED = (None, 7, "lifespan.startup.complete", ["lifespan.startup.complete"], {}, {"message": "no type"})
MISTYPED = ({"type": None}, {"type": b"lifespan.startup.complete"}, {"type": ("lifespan.startup.complete",)})
REASONS = ({"message": "no database"}, {"message": ""}, {}, {"message": 7}, {"message": None}, {"message": b"no"})


def right_messages(event: str) -> list[Any]:
    """The outcomes of that event, most of them complete; a reason may be given or not, more keys are allowed."""
    complete = [outcome(event, "complete", **more) for more in ({}, {}, {"message": 7}, {"extra": [1, {"a": None}]})]
    return complete * 4 + [outcome(event, "failed", **reason) for reason in REASONS]


WRONG_MESSAGES = [*UNKNOWN, *MALFORMED, *MISTYPED]
ENDS: list[Step] = [Raise(expression) for expression in (*REFUSALS, *CRASHES, *EXITS)]
ENDS += [Return(value) for value in (None, None, None, 0, "done", outcome("startup", "complete"))]
ENDS += [Hang(), Hang(), Hang(stubborn=True)]
HARMLESS: list[Step] = [Nap(0), Nap(SHORT_S), Nap(LONG_S), Nap(LONG_S), Touch("proper")]

_wrong = st.sampled_from([*WRONG_MESSAGES, *right_messages("startup"), *right_messages("shutdown")])
oddities = st.one_of(
    st.sampled_from(HARMLESS),
    st.sampled_from([*HARMLESS, Touch("replace"), Touch("number"), Receive()]),
    st.builds(Send, _wrong, st.sampled_from([True, True, True, False])),
    st.sampled_from([*HARMLESS, *ENDS]),
)


def asides(most: int) -> st.SearchStrategy[list[Step]]:
    """Up to so many oddities; none as often as any."""
    counts = st.sampled_from([0] * most + list(range(1, most + 1)))
    return counts.flatmap(lambda count: st.lists(oddities, min_size=count, max_size=count))


def sends(event: str) -> st.SearchStrategy[Send]:
    """A send of an outcome of that event, guarded or not."""
    return st.builds(Send, st.sampled_from(right_messages(event)), st.booleans())


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    """A life as it should be, with asides before, between and after its parts, and some of its parts left out."""
    script = draw(asides(2))
    parts = (st.just(Receive()), sends("startup"), st.just(Receive()), sends("shutdown"))
    for part, most in zip(parts, (1, 2, 2, 2), strict=True):
        if draw(st.sampled_from([True] * 19 + [False])):
            script.append(draw(part))
        script += draw(asides(most))
    return tidied(script)


def tidied(script: Sequence[Step]) -> Script:
    """The script up to its end, with no more long naps than the driver's patience allows for."""
    kept: list[Step] = []
    for step in script:
        if step != Nap(LONG_S) or kept.count(step) < MOST_LONG_NAPS:
            kept.append(step)
        if isinstance(step, Raise | Return | Hang):
            break
    return tuple(kept)
