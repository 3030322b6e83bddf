"""The settings of one call: flags > LIFESPAN_CHECK_* variables > [tool.lifespan-check] > defaults."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lifespan_cli.errors import UsageError
from lifespan_cli.settings import OPTIONS, PREFIX, TABLE, Settings, spelled, variable

NOT_OF_A_TARGET = frozenset(
    {"targets", "jobs", "load", "report", "no_annotations", "output_format", "color", "quiet", "verbose"}
    | {"baseline", "save_baseline", "servers", "show_output", "watch"}
)
"""What concerns the whole call."""


def load(flags: Mapping[str, object], environ: Mapping[str, str], cwd: Path) -> Settings:
    """The settings of one call. `flags` are by field or option name; one that was not given is None or missing.

    Raises UsageError for a value that cannot be read, naming where it came from and what is accepted there.
    """
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    found = tool_table(cwd, TABLE)
    if found:
        file, table = found
        place = f"[tool.{TABLE}] of {shown(file, cwd)}"
        table, values["per_target"] = _apart(table, place, file.parent)
        values.update(_from_table(table, place, file.parent))
        if values["per_target"]:
            values["targets"] = tuple(values["per_target"])
        sources = dict.fromkeys(values.keys() & OPTIONS.keys(), place)
        values["targets_from"] = file if "targets" in values else None
    for field, given, source in [*_from_environment(environ, cwd), *_from_flags(flags, cwd)]:
        values[field], sources[field] = given, source
        if field == "targets":
            values["targets_from"] = None
    settings = Settings(**values, sources=sources)
    if settings.quiet and settings.verbose:
        raise UsageError("quiet and verbose exclude each other; take one of them away")
    return settings


def _from_flags(flags: Mapping[str, object], cwd: Path) -> Iterator[tuple[str, object, str]]:
    for name, raw in flags.items():
        if raw is not None:
            field = name if name in OPTIONS else _field(name, "the call")
            where = "TARGET" if field == "targets" else f"--{spelled(field)}"
            yield field, _read(field, raw, cwd, where), where


def _from_environment(environ: Mapping[str, str], cwd: Path) -> Iterator[tuple[str, object, str]]:
    for field, option in OPTIONS.items():
        name = variable(field)
        if text := environ.get(name, "").strip():
            try:
                raw = option.kind.from_text(text)
            except ValueError as error:
                raise UsageError(f"{name}: {error}") from None
            yield field, _read(field, raw, cwd, name), name
    _refuse_misspelled(environ)


def _refuse_misspelled(environ: Mapping[str, str]) -> None:
    """A variable that is nearly an option's is meant to be; any other may be of somebody else's making."""
    known = {variable(field).removeprefix(PREFIX) for field in OPTIONS}
    for name in sorted(environ):
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in known:
            from difflib import get_close_matches  # needed for this sentence only

            for near in get_close_matches(name.removeprefix(PREFIX), known, n=1, cutoff=0.8):
                raise UsageError(f"no option reads the variable {name}; the nearest is {PREFIX}{near}")


def _apart(
    table: Mapping[str, object], place: str, base: Path
) -> tuple[Mapping[str, object], Mapping[str, Mapping[str, object]]]:
    """The table without its tables of single targets, and those."""
    targets = table.get("targets")
    if not isinstance(targets, Mapping):
        return table, {}
    own: dict[str, Mapping[str, object]] = {}
    for target, settings in targets.items():
        where = f"targets.{target!r} in {place}"
        if not isinstance(settings, Mapping):
            raise UsageError(f'{where} is no table; write its settings under [tool.{TABLE}.targets."{target}"]')
        own[target] = _from_table(settings, where, base)
        if wrong := own[target].keys() & NOT_OF_A_TARGET:
            raise UsageError(f"{where}: {spelled(min(wrong))} is for all targets; write it under [tool.{TABLE}]")
    return {key: value for key, value in table.items() if key != "targets"}, own


def _from_table(table: Mapping[str, object], place: str, base: Path) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, raw in table.items():
        field = _field(key, place)
        if field in values:
            raise UsageError(f"{place} has {spelled(field)} twice, once with a dash and once with an underscore")
        values[field] = _read(field, raw, base, f"{key} in {place}")
    return values


def _field(name: str, where: str) -> str:
    """The field of the option of that name, written with dashes or underscores."""
    known = {spelled(field): field for field in OPTIONS}
    field = known.get(name.replace("_", "-"))
    if field is not None:
        return field
    from difflib import get_close_matches  # needed for this sentence only

    near = get_close_matches(name.replace("_", "-").lower(), known, n=1)
    nearest = f"the nearest known one is {near[0]}" if near else f"the known ones are {', '.join(known)}"
    raise UsageError(f"{where} has an unknown key {name!r}; {nearest}")


def _read(field: str, raw: object, base: Path, where: str) -> object:
    try:
        return OPTIONS[field].kind.read(raw, base)
    except ValueError as error:
        raise UsageError(f"{where}: {error}") from None


def tool_table(cwd: Path, name: str) -> tuple[Path, Mapping[str, object]] | None:
    """The nearest pyproject.toml, in `cwd` or above, with its table [tool.`name`]; None where it has none.

    Raises UsageError when that file cannot be read, or is no TOML although it mentions the name.
    """
    files = (folder / "pyproject.toml" for folder in (cwd, *cwd.parents))
    file = next((file for file in files if os.path.isfile(file)), None)  # noqa: PTH113  # no PermissionError
    if file is None:
        return None
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{shown(file, cwd)} cannot be read: {error.strerror}") from None
    if name.encode() not in content:
        return None  # without the import of a TOML parser
    import tomllib

    try:
        document = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{shown(file, cwd)} is no valid TOML: {error}") from None
    tools = document.get("tool", {})
    table = tools.get(name) if isinstance(tools, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise UsageError(f"{shown(file, cwd)}: tool.{name} is no table; write its keys under [tool.{name}]")
    return file, table


def shown(place: Path | str, cwd: Path) -> str:
    """A path as it is shown: relative to the current directory where it lies below it."""
    place = Path(place)
    return str(place.relative_to(cwd)) if place.is_relative_to(cwd) else str(place)
