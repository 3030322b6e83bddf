"""What is asked for: flags > LIFESPAN_CHECK_* variables > [tool.lifespan-check] > defaults, as one frozen value.

The annotated fields of `Settings` are the one table of options: flags, names of variables, keys of the table, readers
and help all come from it, so that a new option is a new field.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from lifespan_cli.errors import UsageError
from lifespan_cli.options import (
    SECOND_NS,
    Destination,
    Option,
    choice,
    destinations,
    duration,
    names,
    path,
    program,
    switch,
    texts,
)

PANELS = ("Target", "Running", "Verdict", "Output")
PREFIX = "LIFESPAN_CHECK_"
TABLE = "lifespan-check"
EXIT_LIMIT_NS = 10 * SECOND_NS
"""The longest that a process may take to end after its shutdown, where `--timeout` does not make it shorter."""

Backend = Literal["asyncio", "uvloop", "trio"]
LifespanMode = Literal["auto", "on"]
FailOn = Literal["error", "warning", "never"]
OutputFormat = Literal["text", "json", "junit", "github", "gitlab", "sarif", "markdown", "html", "speedscope"]
Color = Literal["auto", "always", "never"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that may be asked for. Paths are absolute, times are nanoseconds."""

    targets: Annotated[
        tuple[str, ...],
        Option(
            texts("TARGET"),
            "Target",
            "module:attribute, module, path/to/file.py, path/to/file.py:attribute or module:factory(); "
            "left out, it is looked for in pyproject.toml and in main.py, app.py and the like.",
        ),
    ] = ()
    app_dir: Annotated[
        Path | None, Option(path("DIR"), "Target", "Look for the module in DIR instead of the current directory.")
    ] = None
    factory: Annotated[
        bool, Option(switch(), "Target", "The target is a factory: call it without arguments to get the application.")
    ] = False
    python: Annotated[
        str | None,
        Option(
            program("PATH"),
            "Target",
            "Run the target with this interpreter, or that of this virtual environment. Otherwise the active virtual "
            "environment's, else that of .venv beside the target, else lifespan-check's own.",
        ),
    ] = None
    env_file: Annotated[
        Path | None,
        Option(path("FILE"), "Target", "Set the variables of this .env file, except those that are set already."),
    ] = None
    preload: Annotated[
        tuple[str, ...],
        Option(
            names("MODULE"),
            "Target",
            "Import MODULE before the target, so that its cost is not the target's; may be repeated.",
        ),
    ] = ()
    backend: Annotated[Backend, Option(choice(*get_args(Backend)), "Running", "The event loop to run on.")] = "asyncio"
    timeout_ns: Annotated[
        int, Option(duration(), "Running", "The longest that any one phase may take (exit: 10s at most).")
    ] = 60 * SECOND_NS
    import_timeout_ns: Annotated[
        int | None, Option(duration(), "Running", "The same for the import, including the factory's call.")
    ] = None
    startup_timeout_ns: Annotated[int | None, Option(duration(), "Running", "The same for the startup.")] = None
    shutdown_timeout_ns: Annotated[int | None, Option(duration(), "Running", "The same for the shutdown.")] = None
    hold_ns: Annotated[
        int, Option(duration(zero=True), "Running", "Stay up for so long between startup and shutdown.")
    ] = 0
    lifespan: Annotated[
        LifespanMode,
        Option(
            choice(*get_args(LifespanMode)),
            "Verdict",
            "auto: an application may have no lifespan; on: it must have one.",
        ),
    ] = "auto"
    max_blocking_ns: Annotated[
        int | None,
        Option(
            duration(),
            "Verdict",
            "The longest that one call may hold up the event loop: more is an error. Without this, 100ms is a warning.",
        ),
    ] = None
    select: Annotated[
        tuple[str, ...],
        Option(names("CODE"), "Verdict", "Apply only these rules (LS104, or LS1 for all that begin so)."),
    ] = ()
    ignore: Annotated[tuple[str, ...], Option(names("CODE"), "Verdict", "Do not apply these rules.")] = ()
    fail_on: Annotated[
        FailOn, Option(choice(*get_args(FailOn)), "Verdict", "The least severe finding that makes the check fail.")
    ] = "error"
    output_format: Annotated[
        OutputFormat,
        Option(
            choice(*get_args(OutputFormat), metavar="FORMAT"),
            "Output",
            f"The format of the report on stdout: {', '.join(get_args(OutputFormat))}.",
        ),
    ] = "text"
    report: Annotated[
        tuple[Destination, ...],
        Option(
            destinations(*get_args(OutputFormat)),
            "Output",
            "Write the report to the file PATH too; may be repeated. markdown=$GITHUB_STEP_SUMMARY adds to that file.",
        ),
    ] = ()
    no_annotations: Annotated[
        bool,
        Option(
            switch(),
            "Output",
            "Do not add annotations for GitHub to the text, as is done when GITHUB_ACTIONS is true.",
        ),
    ] = False
    load: Annotated[
        Path | None,
        Option(path("FILE"), "Output", "Run nothing: show the report that --output-format json wrote to FILE."),
    ] = None
    show_output: Annotated[
        bool, Option(switch(), "Output", "Show on stderr, live, what the application writes.", short="-s")
    ] = False
    color: Annotated[
        Color, Option(choice(*get_args(Color)), "Output", "auto: on a terminal, unless NO_COLOR is set.")
    ] = "auto"
    quiet: Annotated[bool, Option(switch(), "Output", "Show only the findings and the verdict.", short="-q")] = False
    verbose: Annotated[bool, Option(switch(), "Output", "Shorten nothing.", short="-v")] = False

    targets_from: Path | None = None
    """The pyproject.toml that named the targets, which are then relative to its folder."""

    def limit_ns(self, phase: str) -> int:
        """The longest that the phase of that name may take."""
        specific = {
            "preload": self.import_timeout_ns,
            "import": self.import_timeout_ns,
            "resolve": self.import_timeout_ns,
            "startup": self.startup_timeout_ns,
            "hold": self.hold_ns + self.timeout_ns,
            "shutdown": self.shutdown_timeout_ns,
            "exit": min(EXIT_LIMIT_NS, self.timeout_ns),
        }
        limit_ns = specific.get(phase)
        return self.timeout_ns if limit_ns is None else limit_ns


OPTIONS: Mapping[str, Option] = {
    item.name: item.type.__metadata__[0]  # `Annotated`, whose annotations are not postponed in this file
    for item in fields(Settings)
    if hasattr(item.type, "__metadata__")
}
"""Every option by the name of its field, in the order of the help."""


def spelled(field: str) -> str:
    """The option's name in a flag (after `--`) and in the table: `import_timeout_ns` is import-timeout."""
    return field.removesuffix("_ns").replace("_", "-")


def variable(field: str) -> str:
    """The option's environment variable."""
    return PREFIX + spelled(field).replace("-", "_").upper()


def load(flags: Mapping[str, object], environ: Mapping[str, str], cwd: Path) -> Settings:
    """The settings of one call. `flags` are by field or option name; one that was not given is None or missing.

    Raises UsageError for a value that cannot be read, naming where it came from and what is accepted there.
    """
    values: dict[str, Any] = {}
    found = tool_table(cwd, TABLE)
    if found:
        values.update(_from_table(*found, cwd))
    if found and "targets" in values:
        values["targets_from"] = found[0]
    for field, given in [*_from_environment(environ, cwd), *_from_flags(flags, cwd)]:
        values[field] = given
        if field == "targets":
            values["targets_from"] = None
    settings = Settings(**values)
    if settings.quiet and settings.verbose:
        raise UsageError("quiet and verbose exclude each other; take one of them away")
    return settings


def _from_flags(flags: Mapping[str, object], cwd: Path) -> Iterator[tuple[str, object]]:
    for name, raw in flags.items():
        if raw is not None:
            field = name if name in OPTIONS else _field(name, "the call")
            where = "TARGET" if field == "targets" else f"--{spelled(field)}"
            yield field, _read(field, raw, cwd, where)


def _from_environment(environ: Mapping[str, str], cwd: Path) -> Iterator[tuple[str, object]]:
    for field, option in OPTIONS.items():
        name = variable(field)
        if text := environ.get(name, "").strip():
            try:
                raw = option.kind.from_text(text)
            except ValueError as error:
                raise UsageError(f"{name}: {error}") from None
            yield field, _read(field, raw, cwd, name)


def _from_table(file: Path, table: Mapping[str, object], cwd: Path) -> Mapping[str, object]:
    place = f"[tool.{TABLE}] of {shown(file, cwd)}"
    values: dict[str, object] = {}
    for key, raw in table.items():
        field = _field(key, place)
        if field in values:
            raise UsageError(f"{place} has {spelled(field)} twice, once with a dash and once with an underscore")
        values[field] = _read(field, raw, file.parent, f"{key} in {place}")
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
    # os.path.isfile: False, and no PermissionError, in a folder that may not be entered
    files = (folder / "pyproject.toml" for folder in (cwd, *cwd.parents))
    file = next((file for file in files if os.path.isfile(file)), None)  # noqa: PTH113
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
