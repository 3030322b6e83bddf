"""Stretches of the event loop's thread: what two looks find, and the steps between them that nobody saw."""

import asyncio
import sys
from types import SimpleNamespace

import pytest

from lifespan_cli.probe.sampler.blocking import MOST_BLOCKS, MOST_LINES, BlockWatch
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
            blocks.stay((at_ms - half_ms) * MS, half_ms * MS, 0, 0, ())
        blocks.see(look(step), begun, at_ms * MS, half_ms * MS)
        blocks.stay(at_ms * MS, half_ms * MS, 0, 0, ())
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


class Place:
    """What stretches need of `frames.Place`."""

    def __init__(self, name, line=1):
        self.call = (name, "/srv/main.py", line)


APP = Place("app")


def stretch(blocks, step, at_ms, *stacks, delay_ms=0):
    """A step of the loop, in which each stack was seen for so long: `(wall, cpu, places)`."""
    for wall_ms, cpu_ms, places in stacks:
        seen = SimpleNamespace(step=(TURN_S, step, step + 1), outermost=1, since_ns=0, stack=places)
        blocks.see(seen, 1, at_ms * MS, 0)
        at_ms += wall_ms
        blocks.stay(at_ms * MS, wall_ms * MS, cpu_ms * MS, delay_ms * MS, ())
    blocks.idle()


def test_a_long_stretch_is_not_lost_because_many_shorter_ones_came_before_it():
    blocks = BlockWatch()
    for step in range(300):
        stretch(blocks, step, step * 100, (22, 0, (Place("short"),)))
    stretch(blocks, 300, 30_000, (1000, 0, (Place("long"),)))
    taken = blocks.take()
    assert len(taken) == MOST_BLOCKS
    assert [row[0] for row in taken] == sorted(row[0] for row in taken)
    assert taken[-1][:2] == (30_000 * MS, 1000 * MS)
    assert blocks.take() == ()


def test_every_line_of_a_stretch_has_its_own_time():
    blocks = BlockWatch()
    app, first, second = Place("app"), Place("load", 2), Place("load", 3)
    stretch(blocks, 1, 10, (30, 1, (app, first)), (40, 35, (app, second)), (20, 2, (app, first)), (1, 0, (app,)))
    ((at_ns, wall_ns, delay_ns, lines, rest_ns),) = blocks.take()
    assert (at_ns, wall_ns, delay_ns, rest_ns) == (10 * MS, 91 * MS, 0, 1 * MS)
    assert lines == (
        (50 * MS, 3 * MS, (app.call, first.call)),
        (40 * MS, 35 * MS, (app.call, second.call)),
    )


def test_of_very_many_lines_the_longest_are_told_and_the_sum_of_the_rest():
    blocks = BlockWatch()
    places = [Place("work", line) for line in range(500)]
    stretch(blocks, 1, 0, *((10 + line // 10, 0, (places[line],)) for line in range(500)))
    ((_, wall_ns, _, lines, rest_ns),) = blocks.take()
    assert len(lines) == MOST_LINES
    assert {call[2] for _, _, (call,) in lines} == set(range(480, 500))
    assert sum(spent_ns for spent_ns, _, _ in lines) + rest_ns == wall_ns


def test_what_calls_itself_is_one_line_however_deep_it_is():
    blocks = BlockWatch()
    deep, leaf = Place("deep", 2), Place("deep", 4)
    stretch(blocks, 1, 0, *((18, 18, (APP, *[deep] * depth, leaf)) for depth in range(1, 60)))
    ((_, _, _, lines, _),) = blocks.take()
    assert [(spent_ns // MS, len(calls)) for spent_ns, _, calls in lines] == [(59 * 18, 3)]


def test_what_a_stretch_waited_for_a_processor_is_told_where_it_is_known():
    blocks = BlockWatch()
    stretch(blocks, 1, 0, (50, 5, (APP,)), (50, 5, (APP,)), delay_ms=40)
    stretch(blocks, 2, 200, (50, 5, (APP,)), delay_ms=-50)
    assert [row[2] for row in blocks.take()] == [80 * MS, None]


def test_a_shorter_limit_keeps_shorter_stretches():
    blocks = BlockWatch(5 * MS)
    stretch(blocks, 1, 0, (7, 0, (APP,)))
    stretch(blocks, 2, 50, (4, 0, (APP,)))
    assert [row[1] for row in blocks.take()] == [7 * MS]
