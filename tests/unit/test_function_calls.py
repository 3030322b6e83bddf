"""Who calls a function and what it returns, by events of its code or by other code in it: the function stays itself."""

import asyncio
import inspect
import logging
import sys
import traceback

import pytest

from lifespan_cli.probe.code_events import CodeEvents
from lifespan_cli.probe.leaks.function_calls import FunctionCalls

EXACT = sys.version_info >= (3, 12)


@pytest.fixture
def calls():
    events = CodeEvents()
    events.begin()
    yield FunctionCalls(events)
    events.end()


def make():
    """A new function of every kind of parameter: to follow one leaves other code in it before Python 3.12."""
    namespace = {}
    exec("def add(first, /, second=2, *more, third=3, **named): return [first, second, more, third, named]", namespace)
    return namespace["add"]


def test_the_positional_arguments_and_the_result_of_each_call_are_told(calls):
    add, seen, results = make(), [], []
    assert calls.follow(add, lambda *arguments: seen.append(arguments), results.append) is True
    assert add(1) == [1, 2, (), 3, {}]
    assert add(4, 5, 6, 7, third=8, fourth=9) == [4, 5, (6, 7), 8, {"fourth": 9}]
    assert seen == [(1, 2), (4, 5)]
    assert results == [[1, 2, (), 3, {}], [4, 5, (6, 7), 8, {"fourth": 9}]]


def test_the_arguments_that_are_named_are_told_instead(calls):
    add, seen = make(), []
    calls.follow(add, lambda *arguments: seen.append(arguments), names=("named", "third", "more", "first"))
    add(1, 2, 3, fourth=4)
    assert seen == [({"fourth": 4}, 3, (3,), 1)]


def test_the_function_stays_what_it_was(calls):
    add = make()

    def look():
        names = ("co_name", "co_filename", "co_firstlineno", "co_qualname", "co_freevars")
        code = [getattr(add.__code__, name, None) for name in names]
        return inspect.signature(add), code, add.__defaults__, add.__kwdefaults__, vars(add), inspect.getdoc(add)

    before = look()
    calls.follow(add, print)
    assert look() == before
    with pytest.raises(TypeError, match=r"add\(\) missing 1 required positional argument: 'first'"):
        add()


def test_what_it_raises_comes_out_of_it_and_has_no_result(calls):
    def fails(name):
        raise KeyError(name)

    seen, results = [], []
    calls.follow(fails, seen.append, results.append)
    with pytest.raises(KeyError, match="queue") as raised:
        fails("queue")
    assert (seen, results) == (["queue"], [])
    names = [frame.name for frame in traceback.extract_tb(raised.value.__traceback__)][1:]
    assert set(names) == {"fails"}


def test_what_those_raise_who_are_told_comes_out_of_nothing(calls):
    def refuse(*_):
        raise ValueError("nobody minds")

    add = make()
    calls.follow(add, refuse, refuse)
    assert add(1) == [1, 2, (), 3, {}]


def test_a_function_in_c_cannot_be_followed(calls):
    assert calls.follow(len, print) is False
    assert calls.follow(asyncio.Future.set_result, print) is False


def test_a_function_that_closes_over_something_is_followed_by_events_only(calls):
    held, seen = [1], []

    def closure(name):
        return held, name

    assert calls.follow(closure, seen.append) is EXACT
    assert closure("name") == (held, "name")
    assert seen == (["name"] if EXACT else [])


def test_nothing_is_followed_where_there_should_be_events_and_are_none():
    calls, seen, add = FunctionCalls(CodeEvents()), [], make()
    assert (calls.exact, calls.follow(add, lambda *arguments: seen.append(arguments))) == (False, not EXACT)
    add(1)
    assert seen == ([] if EXACT else [(1, 2)])


def test_a_log_record_names_the_caller_of_a_method_that_is_followed(calls, caplog):
    seen, original = [], logging.Logger.error
    code = original.__code__
    calls.follow(original, lambda *arguments: seen.append(arguments), names=("self", "msg", "kwargs"))
    logger = logging.getLogger("some")
    try:
        logger.error("lost %s", "it", exc_info=False)
    finally:
        original.__code__ = code
    (record,) = caplog.records
    assert (record.funcName, record.filename, record.getMessage()) == (
        "test_a_log_record_names_the_caller_of_a_method_that_is_followed",
        "test_function_calls.py",
        "lost it",
    )
    assert seen == [(logger, "lost %s", {"exc_info": False})]
