"""Text for Markdown as GitHub and GitLab read it. Strings of the application go into code, where nothing is obeyed:
no markup and no HTML, and no @mention, #reference, emoji or link either, which no backslash would prevent.
"""

import re

from lifespan_cli.output.escape import inert

_PUNCTUATION = re.compile(r"[\\*_\[\]<>#&|~]")


def prose(text: str) -> str:
    """Words of our own, shown as they are but for what is between two backticks: that is code."""
    parts = text.split("`")
    return "`".join(part if index % 2 else _PUNCTUATION.sub(r"\\\g<0>", part) for index, part in enumerate(parts))


def code(text: str, *, unicode: bool = True) -> str:
    """A string of the application, inert and on one line, as a code span; empty for an empty one."""
    line = inert(text, unicode=unicode)
    if not line.strip():
        return ""
    ticks = _fence(line, 1)
    pad = " " if line[0] in "` " or line[-1] in "` " else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def cell(text: str, *, unicode: bool = True) -> str:
    """The same in a table, whose columns end at any bar, in code too."""
    return code(text.replace("|", r"\x7c"), unicode=unicode)


def block(text: str, language: str = "text") -> str:
    """Lines that are inert already, as a block of code."""
    fence = _fence(text, 3)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}\n"


def _fence(text: str, least: int) -> str:
    """More backticks than the text has anywhere in a row."""
    return "`" * max([least, *(len(run) + 1 for run in re.findall("`+", text))])
