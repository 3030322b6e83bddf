"""Strings of the application as data: what a terminal or a CI runner would obey, or hide, or turn round, is escaped."""

import re
import unicodedata

# control characters, format characters (bidi controls, zero width), lone surrogates, line and paragraph separators,
# and what this Python's Unicode does not know
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Cn"})
# A runner obeys what it reads in a log. `::error …::` counts at the beginning of a line, which folding may make of any
# place, and only with a command's own name after it, so that std::vector stays; `##[error]` counts anywhere
# (GitHub's actions/runner, ActionCommand.cs), as do `##vso[` (Azure Pipelines) and `##teamcity[`.
_COMMAND = re.compile(
    r":(?=:(?:add-mask|add-matcher|add-path|debug|echo|endgroup|error|group|internal-set-repo-path|notice"
    r"|remove-matcher|save-state|set-env|set-output|stop-commands|warning)(?: |::))"
    r"|#(?=#[a-z]*\[)",
    re.IGNORECASE,
)
LIMIT = 2000
"""Characters of one string that a reader is shown, unless everything is asked for."""


def inert(text: str, *, unicode: bool = True, limit: int | None = LIMIT) -> str:
    r"""The text on one line, with `\x1b`, `\n`, `\u202e` and their like written out; cut after `limit` characters.

    Without `unicode` everything beyond ASCII is written out as well.
    """
    shown, rest = (text, 0) if limit is None else (text[:limit], len(text) - limit)
    line = "".join(character if _safe(character, unicode) else _escape(character) for character in shown)
    line = _COMMAND.sub(lambda found: f"\\x{ord(found[0]):02x}", line)
    return f"{line} [{rest} more characters]" if rest > 0 else line


def inert_lines(text: str, *, unicode: bool = True, limit: int | None = LIMIT) -> list[str]:
    """The lines of a text that has several on purpose, each inert; tabs become spaces."""
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    return [inert(line.expandtabs(4), unicode=unicode, limit=limit) for line in lines]


def _safe(character: str, unicode: bool) -> bool:
    if character.isascii():
        return " " <= character < "\x7f"
    return unicode and unicodedata.category(character) not in _UNSAFE


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
