"""How far servers come with a target that is no application to all of them, by value: loading it, and calling it."""

import pytest
from cases import GOOD, failure
from msgspec.structs import replace
from test_servers import ASYNC, run, short, told

from lifespan_cli.model import Application
from lifespan_cli.servers import outcomes


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("0", "exit0 exit0 hangs exit1 hangs"),
        ("2", "exit2 exit2 exit0 exit1 hangs"),
        ("3", "exit3 exit3 exit0 exit1 exit3"),
        ("out of memory", "exit1 exit1 exit0 exit1 hangs"),
        ("None", "exit0 exit0 hangs exit1 hangs"),
    ],
)
def test_an_exit_during_import_restarts_workers_or_ends_servers(code, expected):
    exits = failure("import", "SystemExit", code, kind="exit")

    assert short(run([], exits, app=None)) == expected


def test_a_missing_module_and_a_broken_import_are_told_apart():
    missing = failure("import", "ModuleNotFoundError", "No module named 'shop.main'", missing_module="shop.main")
    missing = replace(missing, path=None, line=None, traceback="ModuleNotFoundError: No module named 'shop.main'")
    found = told(run([], missing, app=None))

    assert found["uvicorn"] == ("refuses", 3, 'Error loading ASGI app. Could not import module "shop.main".')
    assert found["hypercorn"] == ("refuses", 0, "Cannot load application from 'shop.main:app', module not found.")
    assert found["granian"] == ("refuses", 1, "Could not import 'shop.main'.")
    assert found["gunicorn"] == ("refuses", 3, "ModuleNotFoundError: No module named 'shop.main'")
    broken = told(run([], failure("import", "OSError", "no route"), app=None))
    assert [broken[name] for name in ("uvicorn", "daphne")] == [("refuses", 1, "OSError: no route")] * 2


def test_the_place_of_a_syntax_error_is_not_in_its_line():
    error = failure("import", "SyntaxError", "expected ':' (main.py, line 2)", traceback="")

    assert told(run([], error, app=None))["uvicorn"] == ("refuses", 1, "SyntaxError: expected ':'")


def test_a_missing_attribute_is_named():
    missing = Application("missing", "module", "shop.main", None, None, "api", names=("app",))
    found = told(run([], app=missing))

    assert found["uvicorn"] == (
        "refuses",
        3,
        'Error loading ASGI app. Attribute "api" not found in module "shop.main".',
    )
    assert found["gunicorn"] == ("refuses", 4, "Failed to find attribute 'api' in 'shop.main'.")
    assert found["daphne"] == ("refuses", 1, "has no attribute 'api'")


def test_gunicorn_takes_no_dots():
    nested = replace(ASYNC, attribute="service.handle")

    assert short(run(app=nested)) == "starts starts starts starts exit4"


@pytest.mark.parametrize(
    ("shape", "kind", "traits", "expected", "daphne"),
    [
        ("asgi3", "function", "by-name async", "starts starts starts starts starts", "without"),
        ("asgi3", "function", "no-arguments by-name async", "500 exit3 starts starts starts", "without"),
        ("asgi3", "function", "async", "starts starts starts starts starts", "500"),
        ("asgi3", "method", "by-name async", "500 exit3 starts starts starts", "without"),
        ("asgi3", "shop.App", "by-name async-call", "starts starts starts starts starts", "without"),
        ("asgi3", "function", "by-name", "starts starts 500 starts starts", "without"),
        ("awaitable", "function", "by-name", "500 exit3 500 starts starts", "500"),
        ("partial", "functools.partial", "by-name async", "500 exit3 starts starts starts", "without"),
        ("partial", "functools.partial", "by-name", "500 exit3 500 starts starts", "500"),
        ("asgi2", "type", "async-call", "starts starts 500 500 500", "without"),
        ("asgi2", "function", "", "starts starts 500 500 500", "without"),
        ("class", "type", "no-arguments async-call", "depends depends 500 500 500", "500"),
        ("class", "type", "async-call", "500 exit3 500 500 500", "500"),
        ("factory", "function", "no-arguments", "depends depends 500 500 500", "500"),
        ("factory", "function", "no-arguments async", "500 exit3 500 500 500", "500"),
        ("wsgi", "function", "", "500 exit3 without 500 500", "500"),
        ("other", "str", None, "500 exit3 500 500 exit4", "500"),
        ("none", "NoneType", None, "500 exit3 500 500 exit4", "500"),
    ],
)
def test_who_can_call_an_application_of_which_shape(shape, kind, traits, expected, daphne):
    app = Application(
        shape, kind, "app", None, None, "app", traits=() if traits is None else ("callable", *traits.split())
    )
    driven = shape in ("asgi3", "asgi2", "awaitable", "partial")
    seen = run(GOOD if driven else (), app=app, ended_in="shutdown" if driven else None)

    assert short(seen) == expected
    assert told(seen)["daphne"][0] == {"without": "starts-without-lifespan", "500": "error-500"}[daphne]


def test_a_factory_is_called_by_all_but_daphne():
    assert short(run(), factory=True) == "starts starts starts starts starts"
    assert told(run(), factory=True)["daphne"] == ("error-500", None, "")
    awaited = replace(ASYNC, traits=(*ASYNC.traits, "awaited"))
    assert short(run(app=awaited), factory=True) == "500 exit3 500 500 exit4"


def test_a_factory_that_fails():
    bad_call = failure("resolve", "TypeError", "make() missing 1 required positional argument: 'name'", path=None)
    found = told(run([], bad_call, app=None), "make", factory=True)

    assert short(run([], bad_call, app=None), factory=True) == "exit3 exit3 exit0 exit1 exit4"
    assert found["uvicorn"][2].startswith("Error loading ASGI app factory: make() missing 1 required")
    assert short(run([], failure("resolve"), app=None), factory=True) == "exit1 exit1 exit0 exit1 exit3"


@pytest.mark.parametrize("phase", ["boot", "preload", "runtime"])
def test_what_only_the_tool_does_tells_nothing(phase):
    assert outcomes(run([], failure(phase)), "shop.main") == ()
