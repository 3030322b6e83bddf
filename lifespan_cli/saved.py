"""A report of an earlier run, read from the JSON that it was written as."""

import json
import re
from pathlib import Path
from typing import Any

from lifespan_cli.errors import UsageError
from lifespan_cli.report import SCHEMA_VERSION, Report

_MISSING = re.compile(r"(\S+): \S+ missing \d+ required positional arguments?: '(\w+)'.*")
"""What Python says when a report, or a part of it, is made without one of its values: where, and which."""
_WORDS = ("null", "true", "false", "-")
_LONGEST = 200
"""Characters of a reason."""


def read(path: Path, option: str = "--load") -> Report:
    """The report in that file. `option` is what named the file, for the error's sentence.

    Raises UsageError for a file that cannot be read, is no report, or is one of a later version's.
    """
    named = f"{option}: {str(path)!r}"
    data = _parsed(_content(path, named), named)
    version = data.get("schema_version")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise UsageError(
            f"{named} is a report of a later lifespan-check (its schema_version is {version}, "
            f"the one known here is {SCHEMA_VERSION}); read it with that version"
        )
    if version is not None and type(version) is not int:
        raise _no_report(named, f"its schema_version is {version!r}")
    try:
        return Report.from_dict(data)
    except KeyError as error:
        reason = f"it has no {error.args[0]}"
    except RecursionError:
        reason = "it is nested too deeply"
    except (TypeError, ValueError) as error:
        missing = _MISSING.fullmatch(str(error))
        reason = f"{missing[1]} has no {missing[2]}" if missing else str(error)
    raise _no_report(named, reason)


def _no_report(named: str, reason: str) -> UsageError:
    short = reason if len(reason) <= _LONGEST else f"{reason[:_LONGEST]}..."
    return UsageError(f"{named} is no report of lifespan-check ({short}); write one with --output-format json")


def _content(path: Path, named: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{named} is no UTF-8 text; a report is written with --output-format json") from None
    except OSError as error:
        raise UsageError(f"{named} cannot be read: {error.strerror}") from None


def _is_cut_off(rest: str, complaint: str) -> bool:
    """What the parser stumbled over is nothing but the end: of the text, of a string, or of a word."""
    return complaint.startswith("Unterminated string") or any(word.startswith(rest) for word in _WORDS)


def _parsed(content: str, named: str) -> dict[str, Any]:
    if not content.strip():
        raise UsageError(f"{named} is empty; write a report there with --output-format json")
    try:
        data = json.loads(content)
    except json.JSONDecodeError as error:
        if _is_cut_off(content[error.pos :].rstrip(), error.msg):
            raise UsageError(f"{named} is cut off: the report ends in the middle; write it again") from None
        raise UsageError(
            f"{named} is no JSON (line {error.lineno}: {error.msg}); a report is written with --output-format json"
        ) from None
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets without end
        data = None
    if not isinstance(data, dict):
        raise UsageError(
            f"{named} is no report of lifespan-check, though it is JSON; write one with --output-format json"
        )
    return data
