"""The text of --help, from the table of options. It is written without typer, which takes five times as long."""

import textwrap
from dataclasses import fields

from lifespan_cli.options import SECOND_NS, Option
from lifespan_cli.settings import OPTIONS, PANELS, Settings, spelled

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
    lines += ["", "About:"]
    for flag, short, metavar, text in ABOUT:
        lines += _row(_spelled(flag, short, metavar), text, width)
    for paragraph in _CLOSING:
        lines += ["", *textwrap.wrap(paragraph, width)]
    return "\n".join(lines) + "\n"


def config_text(settings: Settings) -> str:
    """What is in force, one option a line as in the file, with where each value comes from."""
    rows = [
        (spelled(name), written(name, getattr(settings, name)), settings.sources.get(name, "default"))
        for name in OPTIONS
    ]
    lines = _config_lines(rows)
    for target in settings.per_target:
        own = settings.of_target(target)
        changed = [name for name in settings.per_target[target] if own.sources.get(name) != settings.sources.get(name)]
        mine = [(spelled(name), written(name, getattr(own, name)), own.sources[name]) for name in changed]
        lines += ["", f"for {target}", *_config_lines(mine)]
    return "\n".join(lines) + "\n"


def _config_lines(rows: list[tuple[str, str, str]]) -> list[str]:
    names = max((len(name) for name, _, _ in rows), default=0)
    values = min(40, max((len(value) for _, value, _ in rows), default=0))
    return [
        f"{name:{names}} = {value:{values}}  # {source}" if value else f"# {name} is not set"
        for name, value, source in rows
    ]


def written(field: str, value: object) -> str:
    """A value as it is written in the file, TOML; empty where there is none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(written("", item) for item in value) + "]"
    if field.endswith("_ns") and isinstance(value, int):
        return f'"{value / SECOND_NS:g}s"'
    if isinstance(value, int | float):
        return f"{value}"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


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
        return f" [default:{_TOGETHER}{value // SECOND_NS}s]"
    return ""
