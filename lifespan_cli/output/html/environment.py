"""The templates of the page, in which every string is data: made inert as on a terminal, then escaped for HTML."""

import json
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from lifespan_cli.output.escape import inert, inert_lines
from lifespan_cli.output.units import duration, growth

_ISO = re.compile(r"(?P<date>\d{4}-\d\d-\d\d)T(?P<time>\d\d:\d\d):\d\dZ")
_TIP_LIMIT = 400
"""Characters of one row of a tooltip."""


def asset(name: str) -> str:
    """The text of a file of this folder. It is ASCII."""
    return files(__package__).joinpath(name).read_text("ascii")


def trusted(name: str) -> Markup:
    """The text of a file of this folder that is put into the page as it is."""
    return Markup(asset(name))  # noqa: S704  # a file of ours


@cache
def environment() -> Environment:
    """Autoescape for every template, whatever its name; a name that a template does not get is an error."""
    made = Environment(
        loader=FunctionLoader(asset),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "duration": duration,
        "growth": growth,
        "json": _json,
        "lines": _lines,
        "moment": _moment,
        "quoted": _quoted,
        "tip": _tip,
    }
    return made


def _finalized(value: Any) -> Any:
    """What stands for the value of every expression of a template, before it is escaped."""
    return inert(value) if type(value) is str else value


def _lines(words: str) -> Markup:
    """A text that has several lines on purpose, for an element that keeps them."""
    return escape("\n".join(inert_lines(words)))


def _moment(iso: str) -> str:
    """`2026-11-28 12:49 UTC` for `2026-11-28T12:49:05Z`; anything else as it is."""
    found = _ISO.fullmatch(iso)
    return f"{found['date']} {found['time']} UTC" if found else iso


def _tip(rows: Iterable[str]) -> Markup:
    """A title of several lines; empty ones are left out."""
    return escape("\n".join(inert(row, limit=_TIP_LIMIT) for row in rows if row))


def _quoted(words: str) -> list[tuple[bool, str]]:
    """Sentences of ours in parts: whether each is code, which stands between two backticks, and its text."""
    parts = inert(words).split("`")
    if len(parts) % 2 == 0:
        return [(False, words)]
    return [(bool(index % 2), part) for index, part in enumerate(parts) if part]


def _json(value: Any) -> Markup:
    """JSON for a data block: ASCII, and without a character that could end the block or begin a comment."""
    text = json.dumps(value, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704  # holds no character that HTML gives a meaning
