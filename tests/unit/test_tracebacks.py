"""Tracebacks, by value: whose code a line is, which line a failure points at, and how an exception is shown."""

import os
from pathlib import Path

import pytest

from lifespan_cli.analysis.tracebacks import UserCode, calls_of, deepest_line, format_exception
from lifespan_cli.model import Call

STDLIB = "/usr/lib/"
SITE = "/usr/lib/python3.11/site-packages/"
VENV = "/srv/shop/.venv/lib/python3.11/site-packages/"
OURS = "/opt/tool/lifespan_cli/probe/"
MAIN = "/srv/shop/main.py"
USER = UserCode((STDLIB, SITE, VENV), (OURS,), MAIN)
STARLETTE = ("lifespan", f"{VENV}starlette/routing.py", 693)
CONTEXTLIB = ("__aenter__", f"{STDLIB}python3.11/contextlib.py", 210)
LIFESPAN = ("lifespan", MAIN, 8)
CONNECT = ("connect", "/srv/shop/db.py", 41)
PROBE = ("_live", f"{OURS}driving.py", 135)
IMPORT_MODULE = ("import_module", f"{STDLIB}python3.11/importlib/__init__.py", 126)
IMPORTLIB = ("_call_with_frames_removed", "<frozen importlib._bootstrap>", 241)


def tree(*calls, kind="OSError", message="no route", **more):
    return {"type": kind, "message": message, "calls": list(calls), **more}


# whose code it is


@pytest.mark.parametrize(
    ("calls", "left"),
    [
        ([], []),
        ([PROBE], []),
        ([PROBE, IMPORT_MODULE, IMPORTLIB, LIFESPAN], [IMPORTLIB, LIFESPAN]),
        ([PROBE, PROBE, LIFESPAN, IMPORT_MODULE, CONNECT], [LIFESPAN, IMPORT_MODULE, CONNECT]),
        ([IMPORT_MODULE, LIFESPAN], [IMPORT_MODULE, LIFESPAN]),
    ],
)
def test_the_import_of_the_target_is_ours_and_any_other_the_applications(calls, left):
    assert USER.without_ours([Call(*call) for call in calls]) == [Call(*call) for call in left]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (MAIN, True),
        ("/srv/shop/db.py", True),
        ("/home/me/other/library.py", True),
        (f"{VENV}starlette/routing.py", False),
        (f"{STDLIB}python3.11/asyncio/runners.py", False),
        (f"{OURS}driving.py", False),
        ("<string>", False),
        ("<frozen importlib._bootstrap>", False),
        ("uvloop/loop.pyx", False),
    ],
)
def test_the_users_code_is_what_is_of_no_library(path, expected):
    assert USER.is_user(path) is expected


@pytest.mark.parametrize(
    ("target", "path", "expected"),
    [
        (f"{VENV}shop/main.py", f"{VENV}shop/main.py", True),
        (f"{VENV}shop/main.py", f"{VENV}shop/deep/er/db.py", True),
        (f"{VENV}shop/main.py", f"{VENV}shopping/main.py", False),
        (f"{VENV}shop/main.py", f"{VENV}starlette/routing.py", False),
        (f"{VENV}shop/main.py", "/srv/shop/scripts.py", True),
        (f"{VENV}shop.py", f"{VENV}shop.py", True),
        (f"{VENV}shop.py", f"{VENV}six.py", False),
        # site-packages lies inside of the standard library's folder, where there is no virtual environment
        (f"{SITE}shop/main.py", f"{SITE}shop/db.py", True),
        (f"{SITE}shop/main.py", f"{SITE}starlette/routing.py", False),
        (f"{SITE}shop/main.py", f"{STDLIB}python3.11/contextlib.py", False),
        (None, f"{VENV}shop/main.py", False),
    ],
)
def test_of_an_installed_target_its_own_package_is_the_users(target, path, expected):
    assert UserCode((STDLIB, SITE, VENV), (OURS,), target).is_user(path) is expected


def test_a_relative_path_is_one_of_the_current_folder():
    assert USER.absolute("app/main.py") == os.path.abspath("app/main.py")  # noqa: PTH100
    assert USER.absolute("<string>") == "<string>"
    assert USER.absolute("") == ""


def test_the_deepest_call_of_the_users_is_named():
    calls = [Call(*call) for call in (STARLETTE, LIFESPAN, CONNECT, CONTEXTLIB)]
    assert USER.deepest(calls) == ("/srv/shop/db.py", 41)
    assert USER.deepest(calls[:2]) == (MAIN, 8)
    assert USER.deepest(calls[:1]) == USER.deepest([]) == (None, None)


# the line that a failure points at


def test_a_failure_points_at_the_users_deepest_line():
    assert deepest_line(tree(PROBE, STARLETTE, LIFESPAN, CONNECT, CONTEXTLIB), USER) == ("/srv/shop/db.py", 41)


def test_no_line_of_the_users_is_no_line():
    assert deepest_line(tree(PROBE, STARLETTE), USER) == (None, None)
    assert deepest_line(tree(), USER) == (None, None)


@pytest.mark.parametrize("key", ["cause", "context"])
def test_where_only_what_it_came_from_passed_the_users_code_that_is_named(key):
    inner = tree(LIFESPAN, CONNECT, kind="KeyError")
    assert deepest_line(tree(STARLETTE, **{key: inner}), USER) == ("/srv/shop/db.py", 41)
    assert deepest_line(tree(LIFESPAN, **{key: inner}), USER) == (MAIN, 8)
    assert deepest_line(tree(STARLETTE, **{key: tree(CONTEXTLIB)}), USER) == (None, None)


def test_of_a_group_the_first_member_with_a_line_of_the_users_is_named():
    group = tree(LIFESPAN, CONTEXTLIB, kind="ExceptionGroup", members=[tree(STARLETTE), tree(CONNECT)])
    assert deepest_line(group, USER) == ("/srv/shop/db.py", 41)
    nested = tree(LIFESPAN, kind="ExceptionGroup", members=[group])
    assert deepest_line(nested, USER) == ("/srv/shop/db.py", 41)
    foreign = tree(LIFESPAN, kind="ExceptionGroup", members=[tree(STARLETTE)])
    assert deepest_line(foreign, USER) == (MAIN, 8)


def test_of_a_syntax_error_its_own_line_is_named():
    error = tree(LIFESPAN, kind="SyntaxError", syntax=("/srv/shop/db.py", 3, "def (\n"))
    assert deepest_line(error, USER) == ("/srv/shop/db.py", 3)


# how it is shown


def test_frames_of_the_tool_and_of_the_import_system_are_cut():
    frames = (PROBE, IMPORTLIB, STARLETTE, IMPORTLIB, LIFESPAN, ("exec", "<string>", 1))
    assert calls_of(tree(*frames), USER) == [Call(*STARLETTE), Call(*LIFESPAN), Call("exec", "<string>", 1)]


def test_an_exception_is_shown_as_python_shows_it(tmp_path: Path):
    file = tmp_path / "main.py"
    file.write_text("def connect():\n    raise OSError('no route')\n", "utf-8")

    shown = format_exception(tree(PROBE, ("connect", str(file), 2), notes=["is the cable in?"]), USER)

    assert shown == (
        "Traceback (most recent call last):\n"
        f'  File "{file}", line 2, in connect\n'
        "    raise OSError('no route')\n"
        "OSError: no route\n"
        "is the cable in?"
    )


def test_an_exception_without_a_message_or_a_stack_is_its_type():
    assert format_exception(tree(PROBE, kind="AssertionError", message=""), USER) == "AssertionError"


def test_what_it_came_from_is_shown_first():
    error = tree(LIFESPAN, cause=tree(kind="KeyError", message="'a'", context=tree(kind="IndexError", message="b")))
    assert format_exception(error, USER).splitlines() == [
        "IndexError: b",
        "",
        "During handling of the above exception, another exception occurred:",
        "",
        "KeyError: 'a'",
        "",
        "The above exception was the direct cause of the following exception:",
        "",
        "Traceback (most recent call last):",
        f'  File "{MAIN}", line 8, in lifespan',
        "OSError: no route",
    ]


def test_a_group_is_shown_with_every_member():
    inner = tree(kind="ExceptionGroup", message="inner (1 sub-exception)", members=[tree(CONNECT)])
    members = [tree(kind="KeyError"), inner]
    group = tree(LIFESPAN, kind="ExceptionGroup", message="both (2 sub-exceptions)", members=members)
    assert format_exception(group, USER).splitlines() == [
        "Traceback (most recent call last):",
        f'  File "{MAIN}", line 8, in lifespan',
        "ExceptionGroup: both (2 sub-exceptions)",
        "  +-- 1 of 2",
        "  | KeyError: no route",
        "  +-- 2 of 2",
        "  | ExceptionGroup: inner (1 sub-exception)",
        "  |   +-- 1 of 1",
        "  |   | Traceback (most recent call last):",
        '  |   |   File "/srv/shop/db.py", line 41, in connect',
        "  |   | OSError: no route",
    ]


def test_a_syntax_error_is_shown_with_its_line():
    error = tree(
        LIFESPAN,
        kind="SyntaxError",
        message="invalid syntax (db.py, line 3)",
        syntax=("/srv/shop/db.py", 3, "    def (\n"),
    )
    assert format_exception(error, USER).splitlines() == [
        "Traceback (most recent call last):",
        f'  File "{MAIN}", line 8, in lifespan',
        '  File "/srv/shop/db.py", line 3',
        "    def (",
        "SyntaxError: invalid syntax (db.py, line 3)",
    ]


def test_a_source_that_is_gone_or_no_text_leaves_its_line_out(tmp_path: Path):
    (tmp_path / "binary.py").write_bytes(b"\xff\xfe\x00" * 9)
    gone, binary = ("f", str(tmp_path / "gone.py"), 1), ("g", str(tmp_path / "binary.py"), 1)
    assert format_exception(tree(gone, binary), USER).splitlines() == [
        "Traceback (most recent call last):",
        f'  File "{gone[1]}", line 1, in f',
        f'  File "{binary[1]}", line 1, in g',
        "OSError: no route",
    ]
