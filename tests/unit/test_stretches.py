"""Stretches of the event loop's thread: what two looks find, and the steps between them that nobody saw."""

import asyncio
import sys
from types import SimpleNamespace

import pytest

from lifespan_cli.probe.sampler.blocking import BlockWatch
from lifespan_cli.probe.sampler.loop_steps import AsyncioSteps

MS = 1_000_000
TURN_S = 1.0


def look(step, since_ms=0):
    return SimpleNamespace(step=(TURN_S, step, step + 1), outermost=1, since_ns=since_ms * MS, stack=())


def walls_ms(looks):
    """The stretches that such looks make: `(at, step, begun since the last one)`, each charged half of the gap."""
    blocks, before_ms = BlockWatch(), 0
    for at_ms, step, begun in looks:
        half_ms = (at_ms - before_ms) // 2
        if before_ms:
            blocks.stay((at_ms - half_ms) * MS, half_ms * MS, ())
        blocks.see(look(step), begun, at_ms * MS, half_ms * MS)
        blocks.stay(at_ms * MS, half_ms * MS, ())
        before_ms = at_ms
    return [row[1] // MS for row in blocks.take()]


def test_a_step_seen_once_between_neighbours_has_half_of_both_gaps():
    assert walls_ms([(10, 1, 1), (50, 2, 1), (90, 3, 1)]) == [25, 40, 20]


def test_unseen_steps_between_two_looks_have_their_share():
    assert walls_ms([(10, 1, 1), (70, 4, 3), (130, 7, 3)]) == [20, 30]


def test_a_step_seen_again_lasts_from_look_to_look():
    assert walls_ms([(10, 1, 1), (70, 1, 1), (130, 1, 1)]) == [125]


@pytest.mark.parametrize("ran", range(1, 6))
def test_the_handles_taken_since_the_last_look_are_counted(ran):
    seen = []

    async def main():
        loop = asyncio.get_running_loop()
        steps = AsyncioSteps()

        def handle(number):
            if number in {0, ran}:
                turn = steps_turn()
                steps.present(turn)
                seen.append(steps.begun)

        def steps_turn():
            frame = sys._getframe()
            while frame.f_code.co_name != "_run_once":
                frame = frame.f_back
            return frame

        for number in range(7):
            loop.call_soon(handle, number)
        await asyncio.sleep(0.01)

    asyncio.run(main())
    assert seen == [1, ran]
