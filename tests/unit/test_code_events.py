"""Events of code objects: what is counted and timed, and what the application's own tools see of it."""

import asyncio
import sys
import threading
from collections.abc import Iterator

import pytest

from lifespan_cli.probe import code_events
from lifespan_cli.probe.code_events import CodeEvents

EXACT = sys.version_info >= (3, 12)
needs_events = pytest.mark.skipif(not EXACT, reason="sys.monitoring came with Python 3.12")


@pytest.fixture
def events() -> Iterator[CodeEvents]:
    found = CodeEvents()
    found.begin()
    yield found
    found.end()


async def coroutine(fails=False):
    await asyncio.sleep(0)
    if fails:
        raise LookupError


def plain(depth=0):
    return plain(depth - 1) if depth else None


def generator():
    yield 1
    yield 2


async def async_generator():
    await asyncio.sleep(0)
    yield 1
    await asyncio.sleep(0)
    yield 2


def times(events, function):
    """Of each activation whether it became ready, was resumed then, and ended."""
    return [(bool(one.ready_ns), bool(one.resumed_ns), bool(one.ended_ns)) for one in events.seen(function.__code__)]


def test_before_python_3_12_it_says_that_there_are_none(events):
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert events.missing == ("" if EXACT else f"Python {version} has no events of code objects")


@needs_events
def test_functions_are_counted_in_all_threads_with_their_callers(events):
    events.watch(plain.__code__)
    plain(depth=2)
    thread = threading.Thread(target=plain)
    thread.start()
    thread.join()
    assert times(events, plain) == [(False, False, True)] * 4
    assert [one.caller for one in events.seen(plain.__code__)] == [__name__] * 3 + ["threading"]


@needs_events
def test_a_coroutine_runs_from_its_first_step_to_its_end(events):
    events.watch(coroutine.__code__)

    async def main():
        await coroutine()
        with pytest.raises(LookupError):
            await coroutine(fails=True)
        coroutine().close()  # never begun
        task = asyncio.ensure_future(coroutine())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(main())
    assert times(events, coroutine) == [(False, False, True)] * 3
    for one in events.seen(coroutine.__code__):
        assert one.started_ns < one.ended_ns


@needs_events
def test_a_generator_is_ready_with_its_first_value_and_resumed_or_ended_after_it(events):
    events.watch(generator.__code__)
    events.watch(async_generator.__code__)

    async def main():
        whole, kept, thrown, fresh = (async_generator() for _ in range(4))
        async for _ in whole:
            pass
        await kept.__anext__()
        await thrown.__anext__()
        with pytest.raises(KeyError):
            await thrown.athrow(KeyError)
        events.end()
        await kept.aclose()
        await fresh.aclose()

    assert list(generator()) == [1, 2]
    asyncio.run(main())
    whole, kept, thrown = (True, True, True), (True, False, False), (True, True, True)
    assert times(events, generator) == [whole]
    assert times(events, async_generator) == [whole, kept, thrown]
    (first, *_) = events.seen(async_generator.__code__)
    assert first.started_ns < first.ready_ns < first.resumed_ns < first.ended_ns


@needs_events
def test_spans_and_returned_values_are_told(events):
    spans, returned = [], []
    events.on_span = lambda watched, _activation, kind: spans.append((watched.code.co_name, kind))
    events.watch(generator.__code__).spans = True
    events.watch(plain.__code__).on_return = returned.append
    list(generator())
    plain()
    assert spans == [("generator", "enter"), ("generator", "exit")]
    assert returned == [None]


@needs_events
def test_arguments_and_closed_over_variables_that_are_asked_for_are_noted_by_identity(events):
    outer = object()

    def function(first, second):
        del first
        return outer

    events.watch(function.__code__).names.update(("first", "outer", "missing"))
    first = object()
    function(first, 2)
    (one,) = events.seen(function.__code__)
    assert one.bound == {"first": id(first), "outer": id(outer), "missing": id(None)}


@needs_events
def test_what_runs_very_often_is_watched_no_longer(events, monkeypatch):
    monkeypatch.setattr(code_events, "MOST_ACTIVATIONS", 3)
    begun = []
    events.watch(plain.__code__)
    unlimited = events.watch(coroutine.__code__)
    unlimited.records, unlimited.on_start = False, begun.append
    for _ in range(5):
        plain()
        asyncio.run(coroutine())
    assert len(events.seen(plain.__code__)) == 3
    assert len(begun) == 5
    assert events.seen(coroutine.__code__) == []


@needs_events
def test_the_tool_id_is_one_that_nobody_claims_and_is_given_back():
    monitoring = sys.monitoring
    before = [monitoring.get_tool(number) for number in range(6)]
    events = CodeEvents()
    events.begin()
    taken = next(number for number in code_events.TOOL_IDS if before[number] is None)
    assert monitoring.get_tool(taken) == "lifespan-check"
    events.watch(plain.__code__)
    events.end()
    assert [monitoring.get_tool(number) for number in range(6)] == before
    plain()
    assert events.seen(plain.__code__) == []


@needs_events
def test_where_every_tool_id_is_in_use_it_says_so_and_takes_none():
    monitoring = sys.monitoring
    free = [number for number in range(6) if monitoring.get_tool(number) is None]
    for number in free:
        monitoring.use_tool_id(number, "of the application")
    try:
        events = CodeEvents()
        events.begin()
        events.watch(plain.__code__)
        events.end()
        assert events.missing == "every tool id of sys.monitoring is in use"
        assert all(monitoring.get_tool(number) == "of the application" for number in free)
    finally:
        for number in free:
            monitoring.free_tool_id(number)


@needs_events
def test_an_application_that_watches_everything_itself_sees_nothing_of_it(events):
    monitoring, seen = sys.monitoring, []
    own = next(number for number in range(6) if monitoring.get_tool(number) is None)
    monitoring.use_tool_id(own, "of the application")
    try:
        monitoring.register_callback(own, monitoring.events.PY_START, lambda code, _: seen.append(code.co_filename))
        events.watch(plain.__code__)
        monitoring.set_events(own, monitoring.events.PY_START)
        plain()
        monitoring.set_events(own, 0)
    finally:
        monitoring.free_tool_id(own)
    assert seen == [__file__]
    assert len(events.seen(plain.__code__)) == 1
