"""Message scripts against the model: 300 through the driver's own interface, a sample in real processes.

The environment variable SCRIPTS asks for another number of them: 2000, say.

The scripts run in an event loop whose clock jumps to the next timer, so that waiting for the driver's patience and the
parent's deadlines takes no time, and how fast the machine is makes no difference.
"""

import asyncio
import os
import selectors
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from conftest import AS_JSON, call
from hypothesis import HealthCheck, given, note, settings
from model import expected
from scripts import (
    CRASHES,
    EXITS,
    LONG_S,
    Hang,
    Nap,
    Raise,
    Receive,
    Return,
    Script,
    Send,
    Touch,
    outcome,
    scripts,
    source,
)

from lifespan_cli import rules
from lifespan_cli.analysis.diagnosis import diagnose
from lifespan_cli.analysis.run_builder import build_run
from lifespan_cli.model import Application
from lifespan_cli.model.events import Bye, Event, Exited, Finalized, Hello, Spawned, TimedOut, parse
from lifespan_cli.probe import wire
from lifespan_cli.probe.lifespan.backends import AsyncioLoop
from lifespan_cli.probe.lifespan.driver import Lifespan

LIMIT_S = 5.0
"""The parent's deadline for startup and for shutdown."""
HOLD_S = 0.1
"""For the whole command: longer than all the short naps of a script, shorter than a long one, by far."""
SCRIPTS = int(os.environ.get("SCRIPTS", "300"))
SAMPLED = 25
LEAST_SHARE = 600
"""Each code of the protocol must come once in so many scripts."""
CODES = {f"LS{number}" for number in range(101, 124)}


class JumpingSelector(selectors.DefaultSelector):
    """Never waits: where a real one would, the clock goes forward."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "nothing is left to wait for"
            self.now += timeout
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop on that clock."""

    def __init__(self) -> None:
        self._jumping = JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


class Recorder(wire.Wire):
    """A wire that leads to a list, through the very lines that would go to the parent."""

    def __init__(self) -> None:
        with patch.object(wire, "private", lambda descriptor: descriptor):
            super().__init__(1)
        self.phase = "runtime"
        self.events: list[Event] = [
            Spawned(0),
            Hello(0, "3.11.0", "cpython", sys.executable, sys.platform),
            Application("asgi3", "function", "app", "/srv/main.py", 1),
        ]

    def put(self, event: str, **values: object) -> None:
        self.events.append(parse(ascii((event, values)).encode("ascii")))


def drive(script: Script) -> tuple[Event, ...]:
    """Every event of the script's application, driven to its end."""
    namespace: dict = {}
    exec(compile(source(script), "/srv/main.py", "exec"), namespace)
    recorder, observer = Recorder(), SimpleNamespace(awaitable=None, cancel=None)

    async def keep_deadlines() -> None:
        phase, left_s = recorder.phase, LIMIT_S
        while left_s > 0:
            await asyncio.sleep(0.25)
            phase, left_s = (phase, left_s - 0.25) if recorder.phase == phase else (recorder.phase, LIMIT_S)
        recorder.events.append(TimedOut(phase, 0, int(LIMIT_S * 1e9)))
        observer.cancel()

    loop = AsyncioLoop(JumpingLoop)

    def steps() -> Iterator[float]:
        deadlines = asyncio.ensure_future(keep_deadlines())
        yield from Lifespan(recorder, observer, namespace["app"], loop).conduct()
        deadlines.cancel()

    loop.run(steps())
    loop.close()
    return (*recorder.events, Bye(0, 0, None), Finalized(0), Exited(0, 0, None, False))


def judge(script: Script) -> set[str]:
    """The codes of what the tool finds wrong with the script's application."""
    run = build_run(drive(script))
    findings = rules.apply(rules.Case("main:app", run, diagnose((run,))))
    return {finding.code for finding in findings}


COMPLETE, FAILED = Send(outcome("startup", "complete")), Send(outcome("startup", "failed", message="no database"))
STOPPED = Send(outcome("shutdown", "complete"))
STARTED = (Receive(), COMPLETE)
STOPPING = (*STARTED, Receive())
DONE = (*STOPPING, STOPPED)
UNTOLD = Send(outcome("shutdown", "failed"))
SPECIMENS: dict[str, tuple[Script, set[str]]] = {
    "clean": (DONE, set()),
    "clean, slowly": ((Nap(LONG_S), *STARTED, Nap(LONG_S), Receive(), STOPPED), set()),
    "refuses": ((Raise('ValueError("no")'),), {"LS101"}),
    "crashes": ((Receive(), Raise(CRASHES[1])), {"LS102"}),
    "says that it failed": ((Receive(), FAILED), {"LS103"}),
    "says that it failed, and raises": ((Receive(), FAILED, Raise(CRASHES[1])), {"LS103"}),
    "drops the lifespan": ((), {"LS104"}),
    "hangs": ((Receive(), Receive()), {"LS105"}),
    "hangs, and clings to it": ((Receive(), Hang(stubborn=True)), {"LS105", "LS118"}),
    "sends an unknown type": ((Receive(), Send({"type": "lifespan.startup.completed"})), {"LS106"}),
    "sends no dict": ((Receive(), Send(None), COMPLETE), {"LS107"}),
    "sends a reason that is no text": ((Receive(), Send(outcome("startup", "failed", message=7))), {"LS103", "LS107"}),
    "sends too early": ((COMPLETE, Receive(), Receive(), STOPPED), {"LS108"}),
    "sends twice": ((*STARTED, Send(outcome("startup", "complete"), guarded=True), Receive(), STOPPED), {"LS108"}),
    "says no reason": ((*STOPPING, UNTOLD), {"LS109", "LS113"}),
    "does not wait": (STARTED, {"LS110"}),
    "dies": ((*STARTED, Raise(CRASHES[1])), {"LS111"}),
    "dies later": ((*STARTED, Nap(LONG_S), Raise(CRASHES[1])), {"LS111"}),
    "crashes when it is to stop": ((*STOPPING, Raise(CRASHES[1])), {"LS112"}),
    "does not say that it stopped": (STOPPING, {"LS114"}),
    "hangs when it is to stop": ((*STOPPING, Hang()), {"LS115"}),
    "waits for another message": ((*DONE, Receive()), {"LS116"}),
    "raises when all is said": ((*DONE, Raise(CRASHES[1])), {"LS117"}),
    "replaces the state": ((Touch("replace"), *DONE), {"LS119"}),
    "names a state by a number": ((Touch("number"), *DONE), {"LS120"}),
    "exits": ((Receive(), Raise(EXITS[1])), {"LS121"}),
    "returns a value": ((*DONE, Return(7)), {"LS122"}),
    "crashes on the scope": ((Raise(CRASHES[0]),), {"LS123"}),
}


@pytest.mark.parametrize(("script", "codes"), SPECIMENS.values(), ids=SPECIMENS)
def test_each_specimen_gets_its_codes(script, codes):
    assert expected(script) == codes
    assert judge(script) == codes


def test_the_specimens_show_every_code_of_the_protocol():
    assert set().union(*(codes for _, codes in SPECIMENS.values())) == CODES


def test_the_model_and_the_tool_agree():
    seen: Counter[str] = Counter()
    told: set[str] = set()

    @settings(
        max_examples=5 * SCRIPTS // 2,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(scripts())
    def agree(script: Script) -> None:
        text = source(script)
        if text in told:
            return
        note(text)
        codes = judge(script)
        assert codes == expected(script)
        told.add(text)
        seen.update(codes or {"none"})

    agree()
    assert len(told) >= SCRIPTS
    rare = {code: seen[code] for code in CODES | {"none"} if seen[code] < SCRIPTS // LEAST_SHARE}
    assert not rare, f"the scripts show these codes too seldom: {rare}"


@cache
def sampled() -> list[Script]:
    """Scripts of which no two get the same codes."""
    chosen: dict[frozenset[str], Script] = {}

    @settings(max_examples=10 * SAMPLED, derandomize=True, database=None)
    @given(scripts())
    def choose(script: Script) -> None:
        chosen.setdefault(frozenset(expected(script)), script)

    choose()
    return list(chosen.values())[:SAMPLED]


@pytest.mark.xdist_group("scripts")
@pytest.mark.parametrize("number", range(SAMPLED))
def test_the_tool_agrees_with_the_model_on_a_sample(number: int, tmp_path: Path):
    script = sampled()[number]
    (tmp_path / "main.py").write_text(source(script))
    limits = ("--hold", f"{HOLD_S}", "--startup-timeout", "2", "--shutdown-timeout", "2")
    outcome = call(("main:app", "--ignore=LS2", *AS_JSON, *limits), tmp_path, {})

    assert set(outcome.codes) == expected(script), source(script)
    assert outcome.exit_code == any(finding.severity == "error" for finding in outcome.target.findings)
