"""--show-config: the settings as a table for pyproject.toml that asks for the same, each with where it comes from."""

from collections.abc import Iterator

from lifespan_cli.options import SECOND_NS
from lifespan_cli.settings import OPTIONS, TABLE, Settings, spelled

_WIDEST = 40
"""Columns for a value, so that one long list does not push all comments away."""
Row = tuple[str, str, str]
"""An option's name, its value in TOML (empty: it has none), and where that comes from."""


def config_text(settings: Settings) -> str:
    """What is in force: a table, and one more for each target where any of them has settings of its own."""
    rows = [_row(name, settings) for name in OPTIONS]
    tables: list[tuple[str, list[Row]]] = []
    if any(settings.per_target.get(target) for target in settings.targets):
        tables = [(target, list(_own(target, settings))) for target in settings.targets]
        rows = [row for row in rows if row[0] != "targets"]
    lines = [f"[tool.{TABLE}]"]
    if tables:
        lines.append(f"# the targets are those of the tables below  # {_inert(settings.sources['targets'])}")
    lines += _lines(rows)
    for target, own in tables:
        lines += ["", f"[tool.{TABLE}.targets.{written('', target)}]", *_lines(own)]
    return "\n".join(lines) + "\n"


def _own(target: str, settings: Settings) -> Iterator[Row]:
    """What is in force for one target alone."""
    own = settings.of_target(target)
    for name in OPTIONS:
        if own.sources.get(name) != settings.sources.get(name):
            yield _row(name, own)


def _row(name: str, settings: Settings) -> Row:
    return spelled(name), written(name, getattr(settings, name)), settings.sources.get(name, "default")


def _lines(rows: list[Row]) -> Iterator[str]:
    names = max((len(name) for name, value, _ in rows if value), default=0)
    values = min(_WIDEST, max((len(value) for _, value, _ in rows), default=0))
    for name, value, source in rows:
        yield f"{name:{names}} = {value:{values}}  # {_inert(source)}" if value else f"# {name} is not set"


def written(field: str, value: object) -> str:
    """A value of that option, written in TOML; empty where there is none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(written('', item) for item in value)}]"
    if isinstance(value, int):
        if field.endswith("_bytes"):
            return f'"{value}B"'
        return f'"{_exact(value)}s"' if field.endswith("_ns") else f"{value}"
    if isinstance(value, float):
        return _short(f"{value:.10f}") if value <= 1 else f'"{_short(f"{100 * value:.8f}")}%"'
    return f'"{_escaped(str(value))}"'


def _exact(ns: int) -> str:
    return _short(f"{ns // SECOND_NS}.{ns % SECOND_NS:09d}")


def _short(number: str) -> str:
    return number.rstrip("0").rstrip(".")


def _escaped(text: str) -> str:
    """The content of a basic string (toml.io, "String")."""
    return _inert(text.replace("\\", "\\\\").replace('"', '\\"'))


def _inert(text: str) -> str:
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    number = ord(character)
    if 0xD800 <= number <= 0xDFFF:  # a byte that is no text; TOML has none
        return f"\\\\u{number:04x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
