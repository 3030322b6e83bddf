"""Runs and cases by value, for the tests of the rules: what a run may hold, made in one line."""

from lifespan_cli import rules
from lifespan_cli.analysis.diagnosis import diagnose
from lifespan_cli.model import Application, Call, Conduct, Exit, Failure, Finding, Message, Phase, Run, Stack
from lifespan_cli.rules import RULES, Case

BY_CODE = {rule.code: rule for rule in RULES}
USER = "/srv/shop/main.py"
TRACEBACK = (
    f'Traceback (most recent call last):\n  File "{USER}", line 7, in lifespan\n    connect()\nOSError: no route\n'
)


def message(kind, phase="startup", text=None, **other):
    direction = "receive" if kind in ("lifespan.startup", "lifespan.shutdown") else "send"
    fields = {"type": "str"} if text is None else {"type": "str", "message": "str"}
    return Message(direction, kind, phase, 0, text, **{"fields": fields, **other})


UP = message("lifespan.startup")
COMPLETE = message("lifespan.startup.complete")
FAILED = message("lifespan.startup.failed", text="no database")
DOWN = message("lifespan.shutdown", "shutdown")
STOPPED = message("lifespan.shutdown.complete", "shutdown")
NOT_STOPPED = message("lifespan.shutdown.failed", "shutdown", "3 rows lost")
GOOD = (UP, COMPLETE, DOWN, STOPPED)
APP = Application("asgi3", "function", "app", USER, 1, "app")


def failure(phase, type_="ValueError", text="bad", **other):
    return Failure(phase, type_, text, **{"traceback": TRACEBACK, "path": USER, "line": 7, **other})


def case(
    messages=(),
    failures=(),
    ended_in=None,
    target="shop.main:app",
    app=APP,
    end=None,
    required=False,
    nearby=(),
    startup=None,
    **conduct,
):
    phases = () if startup is None else (Phase("startup", startup, 0, 1, 1, 0),)
    run = Run(
        phases,
        (),
        tuple(messages),
        tuple(failures),
        (),
        end or Exit(0, None),
        app,
        Conduct(ended_in=ended_in, **conduct),
    )
    return Case(target, run, diagnose((run,)), required, nearby=nearby)


def judged(*args, **kwargs) -> tuple[Finding, ...]:
    return rules.apply(case(*args, **kwargs))


def codes(*args, **kwargs) -> list[str]:
    return [finding.code for finding in judged(*args, **kwargs)]


def only(*args, **kwargs) -> Finding:
    (finding,) = judged(*args, **kwargs)
    assert finding.slug == BY_CODE[finding.code].slug
    return finding


def timeout(phase, kind="task", path=USER):
    calls = (
        Call("lifespan", USER, 3),
        Call("connect", USER, 7),
        Call("open_pool", "/lib/pool.py", 12),
        Call("sleep", "/lib/asyncio/tasks.py", 605),
        Call("_asyncio.FutureIter", "<built-in>", 0),
    )
    other = Stack("thread", "pool", (Call("wait", "/lib/threading.py", 1),))
    own = Stack(kind, "lifespan", calls)
    line = 7 if path else None
    stacks = (other, own) if path else (own, other)
    return failure(phase, "TimeoutError", "no end after 30 s", kind="timeout", stacks=stacks, path=path, line=line)


REFUSED = failure("startup", "UnexpectedMessageError", "…", from_probe=True)
