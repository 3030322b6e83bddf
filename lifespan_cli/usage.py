"""The text of --help, from the table of options. It is written without typer, which takes five times as long."""

import textwrap
from dataclasses import fields

from lifespan_cli.options import SECOND_NS, Option
from lifespan_cli.settings import FORMATS, OPTIONS, PANELS, Settings, spelled

_INTRODUCTION = "Start an ASGI application without a server, time every phase and judge its lifespan."
ABOUT = (
    ("--explain", "", "CODE", "Explain a rule: the reason, the fix, a bad and a good example."),
    ("--list-rules", "", "", "List all rules."),
    ("--show-config", "", "", "Show the settings that are in force, and where each comes from."),
    ("--completion", "", "SHELL", "Print a script for bash, zsh or fish that completes options and their values."),
    ("--version", "-V", "", "Show the version."),
    ("--help", "-h", "", "Show this."),
)
"""The options that are no settings: flag, short flag, metavar (empty: it takes no value), help."""
_CLOSING = (
    "Durations are written 1.5 or 1.5s, 300ms, 2m. Every option but those of the last panel may also be set as an "
    "environment variable (LIFESPAN_CHECK_TIMEOUT) or in pyproject.toml (timeout in [tool.lifespan-check]); the "
    "command line comes first, then the environment, then the file.",
    "Exit codes: 0 passed; 1 a finding at or above --fail-on; 2 the command line or the configuration is wrong; "
    "3 lifespan-check itself broke; 130 interrupted.",
)
_INDENT = 2
_COLUMN = 34
_TOGETHER = "\N{NO-BREAK SPACE}"


def help_text(columns: int) -> str:
    """The whole help for a terminal of so many columns."""
    width = min(max(columns, 60), 100)
    lines = ["Usage: lifespan-check [OPTIONS] [TARGET]...", "", *textwrap.wrap(_INTRODUCTION, width)]
    for panel in PANELS:
        lines += ["", f"{panel}:"]
        for field, option in OPTIONS.items():
            if option.panel == panel:
                lines += _row(_flag(field, option), option.help + _default(field), width)
    lines += ["", "Formats:"]
    for name, text in FORMATS.items():
        lines += _row(name, text, width)
    lines += ["", "About:"]
    for flag, short, metavar, text in ABOUT:
        lines += _row(_spelled(flag, short, metavar), text, width)
    for paragraph in _CLOSING:
        lines += ["", *textwrap.wrap(paragraph, width)]
    return "\n".join(lines) + "\n"


def _row(left: str, text: str, width: int) -> list[str]:
    """One option: what to write on the left, what it does on the right, below where the left is too long."""
    right = [line.replace(_TOGETHER, " ") for line in textwrap.wrap(text, width - _COLUMN, break_on_hyphens=False)]
    left = " " * _INDENT + left
    if len(left) > _COLUMN - 2:
        return [left, *(" " * _COLUMN + line for line in right)]
    return [f"{left:{_COLUMN}}{right[0]}", *(" " * _COLUMN + line for line in right[1:])]


def _flag(field: str, option: Option) -> str:
    if field == "targets":
        return f"[{option.kind.metavar}]..."
    return _spelled(f"--{spelled(field)}", option.short, option.kind.metavar)


def _spelled(flag: str, short: str, metavar: str) -> str:
    before = f"{short}, " if short else ""
    return f"{before}{flag} {metavar}".rstrip()


def _default(field: str) -> str:
    value = next(item.default for item in fields(Settings) if item.name == field)
    if isinstance(value, str):
        return f" [default:{_TOGETHER}{value}]"
    if isinstance(value, int) and not isinstance(value, bool):
        default = f"{value // SECOND_NS}s" if field.endswith("_ns") else f"{value}"
        return f" [default:{_TOGETHER}{default}]"
    return ""
