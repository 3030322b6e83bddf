"""Markup that cannot be broken out of: `Html` is made here only, and every other string becomes text or an attribute.

Strings are first made inert, as on a terminal: control characters and bidi controls are shown, not obeyed. No string of
the application's ever stands in a script or a style sheet.
"""

from collections.abc import Iterable
from html import escape
from typing import NewType

from lifespan_cli.output.escape import LIMIT, inert, inert_lines

Html = NewType("Html", str)
NOTHING = Html("")
_MORE = "\N{HORIZONTAL ELLIPSIS}"


def text(words: str, limit: int | None = LIMIT) -> Html:
    """A string as text on one line."""
    return Html(escape(inert(words, limit=limit)))


def prose(words: str) -> Html:
    """Sentences of ours, in which what stands between two backticks is code."""
    shown = inert(words).split("`")
    if len(shown) % 2 == 0:
        return text(words)
    return joined(element("code", text(part)) if code % 2 else text(part) for code, part in enumerate(shown))


def lines(words: str) -> Html:
    """A text that has several lines on purpose, for an element that keeps them."""
    return Html(escape("\n".join(inert_lines(words))))


def tip(*rows: str) -> Html:
    """A title of several lines; empty ones are left out."""
    return Html(escape("\n".join(inert(row, limit=400) for row in rows if row)))


def element(name: str, *children: Html, **attributes: str | None) -> Html:
    """An element. Underscores in an attribute's name are dashes, the last one is dropped; None leaves it out."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(inert(value, limit=None))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{given}>{''.join(children)}</{name}>")


def joined(parts: Iterable[Html], between: Html = NOTHING) -> Html:
    """The parts one after another."""
    return Html(between.join(parts))


def clipped(words: str, width: int) -> str:
    """At most so many characters, the last of them an ellipsis where there are more."""
    return words if len(words) <= width else words[: width - 1] + _MORE
