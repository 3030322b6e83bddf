"""What servers ask of an application before they call it: our answers against those of inspect, which servers use."""

import functools
import inspect
import re
import sys

import pytest

from lifespan_cli.probe.loading.call_traits import traits_of
from lifespan_cli.probe.loading.callable_shape import shape_of


async def application(scope, receive, send): ...


async def any_arguments(*args, **kwargs): ...


async def positional_only(scope, receive, send, /): ...


async def with_more(scope, receive, send, extra=None, *, debug=False): ...


async def with_more_required(scope, receive, send, *, debug): ...


async def other_names(environment, ask, tell): ...


def plain(scope, receive, send):
    return application(scope, receive, send)


def with_default(debug=False): ...


class Async:
    async def __call__(self, scope, receive, send): ...

    async def method(self, scope, receive, send): ...

    @staticmethod
    async def static(scope, receive, send): ...

    @classmethod
    def of_the_class(cls, scope, receive, send): ...


class Sync:
    def __init__(self, debug=False, *, name="app"): ...

    def __call__(self, *args): ...


class Double:
    def __init__(self, scope): ...

    async def __call__(self, receive, send): ...


def on_the_instance():
    value = Sync()
    value.__call__ = application
    return value


class Static:
    @staticmethod
    async def __call__(scope, receive, send): ...


class Slotted:
    __slots__ = ("__call__",)

    def __init__(self, call):
        self.__call__ = call


class Hostile:
    def __getattribute__(self, name):
        raise RuntimeError("no questions")


VALUES = [
    application,
    any_arguments,
    positional_only,
    with_more,
    with_more_required,
    other_names,
    plain,
    with_default,
    functools.wraps(application)(any_arguments),
    lambda: None,
    Async(),
    Async().method,
    Async.static,
    Async.of_the_class,
    Async,
    Sync(),
    Sync,
    Double,
    on_the_instance(),
    functools.partial(application),
    functools.partial(application, 1),
    functools.partial(with_more, extra=1),
    functools.partial(with_more_required, debug=True),
    functools.partial(functools.partial(plain, 1), 2, send=3),
    functools.partial(Async(), 1),
    functools.partial(Sync),
    None,
    42,
    "app",
]

if sys.version_info >= (3, 12):

    class Marked:
        @inspect.markcoroutinefunction
        def __call__(self, scope, receive, send):
            return application(scope, receive, send)

    marked = inspect.markcoroutinefunction(functools.wraps(plain)(lambda *args: plain(*args)))
    MARKED = [marked, functools.partial(marked, 1), Marked(), Marked().__call__]
    VALUES += MARKED

    def test_a_function_that_inspect_marks_is_an_application():
        assert [shape_of(value) for value in MARKED] == ["asgi3", "partial", "asgi3", "asgi3"]


def accepted(value, *args, **kwargs):
    try:
        inspect.signature(value, follow_wrapped=False).bind(*args, **kwargs)
    except TypeError:
        return False
    return True


@pytest.mark.parametrize("value", VALUES, ids=[re.sub(" at 0x[0-9a-f]+", "", repr(value)) for value in VALUES])
def test_what_inspect_answers_is_what_is_told(value):
    expected = {
        "callable": callable(value),
        "no-arguments": accepted(value),
        "by-name": accepted(value, scope=1, receive=2, send=3),
        "async": inspect.iscoroutinefunction(value),
        "async-call": inspect.iscoroutinefunction(getattr(value, "__call__", None)),  # noqa: B004  # as servers do it
    }

    assert traits_of(value) == tuple(trait for trait, answer in expected.items() if answer)


@pytest.mark.parametrize("call", [application, Async().method, Async.static, Static()])
def test_a_call_that_the_object_keeps_in_a_slot_is_what_servers_find_there(call):
    value = Slotted(call)
    assert shape_of(value) == ("asgi3" if inspect.iscoroutinefunction(value.__call__) else "awaitable")
    assert traits_of(value) == ("callable", "by-name", "async-call")[: 3 if shape_of(value) == "asgi3" else 1]


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (on_the_instance(), "asgi3"),
        (Static(), "asgi3"),
        (Async(), "asgi3"),
        (Async().method, "asgi3"),
        (Sync(), "awaitable"),
        (Slotted(plain), "awaitable"),
        (Slotted(functools.partial(application)), "awaitable"),
    ],
)
def test_the_shape_is_that_of_the_call_that_servers_find(value, shape):
    assert shape_of(value) == shape


def test_a_static_call_is_given_the_scope_first():
    assert traits_of(Static()) == ("callable", "by-name", "async-call")


def test_an_async_factory_is_told():
    assert traits_of(application, awaited=True) == ("callable", "by-name", "async", "awaited")


def test_nothing_is_asked_of_what_cannot_be_asked():
    assert traits_of(Hostile()) == ()


def test_a_function_in_c_is_only_known_to_be_callable():
    assert traits_of(len) == ("callable",)
