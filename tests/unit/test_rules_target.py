"""Rules LS0, by value: the target that is not found, does not come, or is something else."""

import pytest
from cases import APP, GOOD, USER, case, codes, failure, judged, only, timeout
from msgspec.structs import replace

from lifespan_cli import rules
from lifespan_cli.model import Exit, Import, ShadowedFile


def missing(name, phase="import", **other):
    return failure(phase, "ModuleNotFoundError", f"No module named {name!r}", missing_module=name, **other)


@pytest.mark.parametrize("name", ["shop", "shop.main"])
def test_the_targets_own_module_or_a_parent_of_it_is_not_found(name):
    finding = only(failures=[missing(name, path=None, line=None)], app=None)
    assert (finding.code, finding.phase, finding.path) == ("LS001", "import", None)
    assert f"no module {name} " in finding.message
    assert "--app-dir" in finding.hint


@pytest.mark.parametrize(
    ("target", "name", "place"),
    [
        ("shop.main:app", "shop", {}),  # asked for by a line of the user's own
        ("shop.main:app", "shop.mainly", {"path": None}),
        ("shop.main:app", "sho", {"path": None}),
        ("shop/main.py:app", "shop", {"path": None}),
        ("shop/main.py", "main.py", {"path": None}),
    ],
)
def test_another_module_that_is_not_found_is_the_applications_own_fault(target, name, place):
    finding = only(failures=[missing(name, **place)], target=target, app=None)
    assert (finding.code, finding.path) == ("LS002", place.get("path", USER))
    assert f"provides {name} " in finding.hint


@pytest.mark.parametrize("target", ["shop/main.py:app", "shop/main.py", "main", "main:create()"])
def test_the_module_of_a_file_is_its_stem(target):
    assert codes(failures=[missing("main", path=None)], target=target, app=None) == ["LS001"]


def test_a_preloaded_module_that_is_not_found_is_told_as_such():
    finding = only(failures=[missing("uvicorm", "preload", path=None)], app=None)
    assert (finding.code, finding.phase) == ("LS001", "preload")
    assert "--preload" in finding.message


def test_an_import_error_names_the_line_and_the_exception():
    finding = only(failures=[failure("import", "KeyError", "'DATABASE_URL'")], app=None)
    assert (finding.code, finding.path, finding.line) == ("LS002", USER, 7)
    assert finding.message == "importing shop.main failed: KeyError: 'DATABASE_URL'"
    assert "--env-file" in finding.hint


@pytest.mark.parametrize(
    ("type_", "text", "hint"),
    [
        ("ImportError", "cannot import name 'a' from partially initialized module 'b'", "circle of imports"),
        ("ImportError", "cannot import name 'a' from 'b'", "move it into the lifespan"),
        ("pydantic_core.ValidationError", "1 validation error", "--env-file"),
        ("SyntaxError", "invalid syntax", "--python"),
        ("OSError", "partially initialized module", "move it into the lifespan"),
    ],
)
def test_the_hint_fits_the_exception(type_, text, hint):
    assert hint in only(failures=[failure("import", type_, text)], app=None).hint


def test_an_exception_without_a_message_is_told_with_its_place():
    finding = only(failures=[failure("import", "AssertionError", "")], app=None)
    assert finding.message.endswith("AssertionError without a message, raised at main.py:7")
    finding = only(failures=[failure("import", "AssertionError", "", path=None, line=None)], app=None)
    assert finding.message.endswith("raised at main.py:7")


def test_a_missing_attribute_lists_near_names_and_applications():
    app = replace(APP, shape="missing", attribute="", names=("application", "settings"), apps=("application",))
    finding = only(app=app, target="shop.main:aplication")
    assert (finding.code, finding.message) == ("LS003", "shop.main has no attribute aplication")
    assert finding.hint == "Did you mean application? ASGI applications seen there: application."
    assert "under a usual name" in only(app=app, target="shop.main").message


@pytest.mark.parametrize(
    ("shape", "type_", "name", "says", "hint"),
    [
        ("none", "NoneType", "NoneType", "shop.main:app is None", "return it"),
        ("other", "int", "int", "of type int", "scope, receive and send"),
        ("wsgi", "flask.app.Flask", "flask.app.Flask", "WSGI application (flask.app.Flask)", "asgiref.wsgi.WsgiToAsgi"),
        ("class", "type", "shop.App", "the class shop.App", "`app = App(...)`"),
    ],
)
def test_what_is_no_asgi_application_is_named(shape, type_, name, says, hint):
    finding = only(app=replace(APP, shape=shape, type=type_, name=name))
    assert finding.code == "LS004"
    assert says in finding.message
    assert hint in finding.hint


def test_a_callable_that_returns_no_coroutine_is_no_application_and_nothing_else():
    finding = only((), ended_in="startup", app=replace(APP, shape="other", returned="list"))
    assert finding.code == "LS004"
    assert "returns list and no coroutine" in finding.message


def test_a_factory_is_recognised_until_it_is_called():
    factory = replace(APP, shape="factory", attribute="create_app")
    finding = only(app=factory, target="shop.main:create_app")
    assert finding.code == "LS005"
    assert "--factory" in finding.hint
    assert "shop.main:create_app()" in finding.hint
    failed = only(app=factory, failures=[failure("resolve")], target="shop.main:create_app()")
    assert (failed.code, failed.phase, failed.line) == ("LS006", "resolve", 7)
    assert "shop.main:create_app() failed: ValueError: bad" in failed.message
    assert codes(app=None, failures=[failure("resolve")]) == ["LS006"]


def test_a_factory_that_wants_an_argument_is_told_so_and_one_without_is_named_where_none_is_found():
    finding = only(app=replace(APP, shape="factory", attribute="create", traits=("callable",)), target="main:create")
    assert (finding.code, "without arguments: give its parameter a default" in finding.hint) == ("LS005", True)
    assert "takes an argument" in finding.message
    absent = replace(APP, shape="missing", attribute="", factories=("health", "create_app"))
    assert "arguments: create_app. " in only(app=absent, target="main").hint
    assert "main:create_app()" in only(app=absent, target="main").hint


@pytest.mark.parametrize("seen", [{"apps": ("api",)}, {"names": ("apps",)}, {"factories": ("health", "migrate")}])
def test_a_function_is_offered_only_where_nothing_better_is_there_and_its_name_says_what_it_makes(seen):
    absent = replace(APP, shape="missing", attribute="app", **{"factories": ("create_app",), **seen})
    assert "()" not in only(app=absent, target="main:app").hint


def test_a_module_with_nearly_the_same_name_is_offered():
    gone = missing("shop.mian", path=None, line=None)
    hint = only(failures=[gone], app=None, target="shop.mian:app", nearby=("shop.main", "shop.mean")).hint
    assert hint.startswith("Did you mean shop.main or shop.mean? Else name the folder that holds it with --app-dir, ")


def test_an_attribute_after_a_dot_is_told_where_it_belongs():
    said = "No module named 'shop.app'; 'shop' is not a package"
    gone = failure("import", "ModuleNotFoundError", said, missing_module="shop.app", path=None, line=None)
    hint = only(failures=[gone], app=None, target="shop.app").hint
    assert hint == "shop is a module and no package: name the attribute after a colon, shop:app."


@pytest.mark.parametrize("name", ["app()", "FastAPI.__call__()"])
def test_an_application_that_is_called_like_a_factory_is_one_already(name):
    said = f"{name} missing 3 required positional arguments: 'scope', 'receive', and 'send'"
    called = failure("resolve", "TypeError", said, path=None, line=None)

    assert "drop --factory" in only(app=None, failures=[called]).hint
    inside = replace(called, path="/srv/shop/main.py", line=7)  # the factory itself calls it so
    assert "drop --factory" not in only(app=None, failures=[inside]).hint


def test_a_missing_attribute_is_no_failed_factory():
    assert codes(app=replace(APP, shape="missing"), failures=[failure("resolve", "AttributeError")]) == ["LS003"]


@pytest.mark.parametrize(
    ("change", "expected", "says"),
    [
        ({"shape": "asgi2"}, "LS007", "ASGI 2"),
        ({"shape": "partial"}, "LS008", "uvicorn 0.54.0 answers"),
        ({"shape": "awaitable", "returns_coroutine": True}, "LS008", "hypercorn 0.18.0 and daphne 4.2.3"),
    ],
)
def test_shapes_that_some_servers_reject_are_warnings(change, expected, says):
    finding = only(GOOD, ended_in="shutdown", app=replace(APP, **change))
    assert (finding.code, finding.severity) == (expected, "warning")
    assert says in finding.message


def test_a_plain_callable_that_raised_at_once_is_not_said_to_return_a_coroutine():
    app = replace(APP, shape="awaitable")
    found = judged(app=app, failures=[failure("startup")], ended_in="startup", startup="unsupported")
    assert [finding.code for finding in found] == ["LS008", "LS101"]
    assert "not async: uvicorn" in found[0].message


@pytest.mark.parametrize("phase", ["boot", "preload", "import", "resolve"])
def test_an_import_that_does_not_end_says_where_it_was(phase):
    finding = only(failures=[timeout(phase, "thread")], app=None, end=Exit(None, 9))
    assert (finding.code, finding.phase, finding.path, finding.line) == ("LS009", phase, USER, 7)
    assert finding.message.endswith("took too long: no end after 30 s, executing open_pool ← main.py:7")


@pytest.mark.parametrize("phase", ["boot", "preload", "import", "resolve"])
def test_a_process_that_ends_during_the_import(phase):
    finding = only(failures=[failure(phase, "SystemExit", "3", kind="exit")], app=None, end=Exit(3, None))
    assert (finding.code, finding.phase) == ("LS010", phase)
    assert finding.message.endswith(": SystemExit: 3")
    killed = failure(phase, "signal", "signal 11", kind="signal", traceback="", path=None)
    finding = only(failures=[killed], app=None, end=Exit(None, 11))
    assert finding.code == "LS010"
    assert finding.message.endswith(": killed by SIGSEGV")
    assert "faulthandler" in finding.hint


# LS011

TYPES, EMAIL = ShadowedFile("types", "/srv/shop/types.py"), ShadowedFile("email", "/srv/shop/email/__init__.py")


def test_each_file_in_the_place_of_which_the_standard_library_is_imported_is_named():
    shadowed = case(GOOD, ended_in="shutdown")
    first, second = rules.apply(replace(shadowed, run=replace(shadowed.run, shadowed=(TYPES, EMAIL))))
    assert (first.code, first.severity, first.path, first.line) == ("LS011", "info", TYPES.path, None)
    assert first.message.startswith("`import types` gives the standard library's module, not this file: ")
    assert first.hint == "Rename types.py if it is to be imported."
    assert second.hint == "Rename email/ if it is to be imported."


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        ("ImportError", "cannot import name 'Order' from 'types' (/usr/lib/python3.12/types.py)"),
        ("AttributeError", "module 'types' has no attribute 'Order'"),
    ],
)
def test_an_import_error_for_want_of_such_a_file_says_what_to_rename(type_, text):
    failing = case(failures=[failure("import", type_, text)], app=None)
    finding, _ = rules.apply(replace(failing, run=replace(failing.run, shadowed=(EMAIL, TYPES))))[:2]
    assert finding.code == "LS002"
    assert finding.hint == "Rename types.py: the standard library's types is imported in its place."


# LS002 after the import


def test_what_the_application_does_to_the_standard_library_is_named_where_the_exception_does_not_say(tmp_path):
    main, other = tmp_path / "main.py", tmp_path / "other.py"
    main.write_text("import asyncio as aio, os\nimport other\naio.Event = None\n")
    other.write_text("import yaml\nyaml.Loader = None\nprint(yaml.Loader)\n")
    imports = tuple(Import(path.stem, 0, 0, 0, None, None, None, user=True, file=str(path)) for path in (other, main))
    broken = failure("runtime", "TypeError", "'NoneType' object is not callable", path=None, line=None)
    judged = case(failures=[broken], app=None)
    (finding,) = rules.apply(replace(judged, run=replace(judged.run, imports=imports)))
    assert (finding.code, finding.severity, finding.path, finding.line) == ("LS002", "error", str(main), 3)
    assert "after `aio.Event = None` at main.py:3: TypeError: 'NoneType' object is not callable" in finding.message


def test_an_event_loop_that_cannot_be_made_is_placed_where_its_exception_came_through():
    finding = only(failures=[failure("runtime", "PermissionError", "socket.__new__")], app=None)
    assert (finding.code, finding.path, finding.line) == ("LS002", USER, 7)
    assert finding.message == "loading the event loop after shop.main failed: PermissionError: socket.__new__"
