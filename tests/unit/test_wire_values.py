"""What an application's objects and exceptions become on the wire: bounded plain values that tell no lies."""

from pathlib import Path
from typing import Any

import pytest

from lifespan_cli.model.events import parse
from lifespan_cli.probe.wire import describe_exception, text, type_name


class Liar(str):
    __slots__ = ()

    def __str__(self) -> str:
        return Liar("'), ('Bye', {}")

    __repr__ = __str__


class Silent:
    def __str__(self) -> str:
        raise ZeroDivisionError


class Nameless(type):
    @property
    def __module__(cls) -> str:
        raise ZeroDivisionError


def test_text_is_bounded_and_exact():
    assert (type(text(Liar("honest"))), text(Liar("honest"))) == (str, "honest")
    assert text(Silent()) == f"<str() of {__name__}.Silent raised ZeroDivisionError>"
    assert text("ab" * 10, 4) == "abab… (20 characters)"
    assert text("abab", 4) == "abab"


def test_a_type_is_named_with_its_module_where_it_has_one():
    assert type_name(int) == "int"
    assert type_name(Path) == f"{Path.__module__}.Path"
    assert type_name(Nameless("X", (), {})) == "<a type without a name>"


def raised(act: Any) -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011  # whatever it is
        act()
    return caught.value


def test_an_exception_is_told_with_its_stack_its_notes_and_where_it_came_from():
    def act() -> None:
        try:
            {}["key"]
        except KeyError as error:
            new = OSError("no route")
            new.add_note("is the cable in?")
            raise new from error

    tree = describe_exception(raised(act))

    assert (tree["type"], tree["message"], tree["notes"]) == ("OSError", "no route", ["is the cable in?"])
    assert tree["calls"][-1] == ("act", __file__, act.__code__.co_firstlineno + 6)
    assert (tree["cause"]["type"], tree["cause"]["message"]) == ("KeyError", "'key'")
    assert "context" not in tree
    assert parse(ascii(("Raised", {"phase": "startup", "exception": tree})).encode()).exception == tree


def test_what_was_hidden_from_none_is_not_told():
    def act() -> None:
        try:
            {}["key"]
        except KeyError:
            raise OSError from None

    assert set(describe_exception(raised(act))) == {"type", "message", "calls"}


def test_a_missing_module_and_a_syntax_error_are_told_by_their_own_words():
    assert describe_exception(raised(lambda: __import__("nowhere.at.all")))["missing"] == "nowhere"
    tree = describe_exception(raised(lambda: compile("x = 1\ndef (", "site.py", "exec")))
    assert tree["syntax"] == ("site.py", 2, "def (\n")


def test_a_group_is_told_with_its_members_each_once():
    twice = ValueError("twice")
    tree = describe_exception(ExceptionGroup("all", [ExceptionGroup("two", [twice, twice]), KeyError("k")]))

    inner, other = tree["members"]
    assert [member["message"] for member in inner["members"]] == ["twice"]
    assert other["type"] == "KeyError"


def test_a_chain_without_an_end_is_cut():
    first = error = ValueError("0")
    for number in range(1, 100):
        error.__cause__ = ValueError(str(number))
        error = error.__cause__
    error.__cause__ = first

    tree, count = describe_exception(first), 1
    while "cause" in tree:
        tree, count = tree["cause"], count + 1
    assert count == 20


def test_of_a_deep_stack_both_ends_are_told():
    def fall(depth: int) -> None:
        if not depth:
            raise RecursionError
        fall(depth - 1)

    calls = describe_exception(raised(lambda: fall(400)))["calls"]

    assert len(calls) == 101
    assert calls[50] == ("… 303 more calls", "<left out>", 0)
    assert calls[0][0] == "raised"
    assert calls[-1][0] == "fall"
