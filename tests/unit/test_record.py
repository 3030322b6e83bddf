"""Records are values: equal and hashed by what they hold."""

from dataclasses import replace

import pytest

from lifespan_cli.record import record


@record()
class Point:
    """Two numbers."""

    x: int
    y: int = 0


@record(kw_only=True)
class Named:
    """By name only."""

    name: str


def test_equal_values_are_one_in_a_set():
    assert Point(1) == Point(1, 0)
    assert {Point(1), Point(1, 0), replace(Point(1), y=2)} == {Point(1), Point(1, 2)}
    assert Point(1) != (1, 0)


def test_there_is_no_room_for_another_attribute():
    with pytest.raises(AttributeError):
        Point(1).z = 3


def test_fields_by_name_only():
    assert Named(name="a") == Named(name="a")
    with pytest.raises(TypeError):
        Named("a")
