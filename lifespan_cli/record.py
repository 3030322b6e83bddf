"""Records: dataclasses that nobody changes, which the type checker sees to.

`frozen=True` would have the interpreter see to it as well, and doubles what a class costs to make. The events and the
report are some fifty classes, made anew in every run before the first line can be written.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import TypeVar, dataclass_transform

Made = TypeVar("Made")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(*, kw_only: bool = False) -> Callable[[type[Made]], type[Made]]:
    """Make a class a dataclass with slots, equal and hashed by value, whose attributes are only to be read."""

    def make(made: type[Made]) -> type[Made]:
        made.__hash__ = _hash  # type: ignore[assignment]  # dataclass() keeps one that is there
        return dataclass(slots=True, kw_only=kw_only)(made)

    return make


def _hash(one: object) -> int:
    return hash(tuple(getattr(one, item.name) for item in fields(one)))  # type: ignore[arg-type]  # a dataclass
