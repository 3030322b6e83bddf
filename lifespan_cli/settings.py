"""What may be asked for, as one value that nobody changes.

The annotated fields of `Settings` are the one table of options: flags, names of variables, keys of the table, readers
and help all come from it, so that a new option is a new field. `configuration` fills it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from lifespan_cli.options import (
    SECOND_NS,
    Destination,
    Option,
    choice,
    count,
    destinations,
    duration,
    names,
    path,
    program,
    request_paths,
    share,
    size,
    switch,
    texts,
)

PANELS = ("Target", "Running", "Verdict", "Output")
PREFIX = "LIFESPAN_CHECK_"
LEAST_BLOCKING_NS = 5_000_000
"""A thread that computes is seen by others only when it has had the interpreter to itself for so long."""
TABLE = "lifespan-check"
GIVEN = ("TARGET", "--", PREFIX)
"""How the source of a value begins that was given for this one call."""

Backend = Literal["asyncio", "uvloop", "trio"]
LifespanMode = Literal["auto", "on"]
FailOn = Literal["error", "warning", "never"]
Color = Literal["auto", "always", "never"]
FORMATS: Mapping[str, str] = {
    "text": "for people",
    "concise": "one finding a line: path:line: severity code message",
    "json": "the whole report; its contract is report.schema.json",
    "junit": "JUnit XML, a test case for each rule",
    "github": "annotations of GitHub Actions",
    "gitlab": "a Code Quality report of GitLab",
    "sarif": "SARIF 2.1.0, for code scanning",
    "markdown": "for a summary or a comment",
    "html": "one page, with a flame chart",
    "speedscope": "profiles for speedscope.app",
    "chrometrace": "a trace for ui.perfetto.dev and chrome://tracing",
}
"""The formats of a report, each with the line that --help has on it; `output.registry` renders them."""


@dataclass(frozen=True, slots=True, kw_only=True)
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
    timeout_ns: Annotated[int, Option(duration(), "Running", "The longest that any one phase may take.")] = (
        60 * SECOND_NS
    )
    import_timeout_ns: Annotated[
        int | None, Option(duration(), "Running", "The same for the import, including the factory's call.")
    ] = None
    startup_timeout_ns: Annotated[int | None, Option(duration(), "Running", "The same for the startup.")] = None
    shutdown_timeout_ns: Annotated[int | None, Option(duration(), "Running", "The same for the shutdown.")] = None
    exit_timeout_ns: Annotated[
        int, Option(duration(), "Running", "The longest that the process may take to end after its shutdown.")
    ] = 10 * SECOND_NS
    hold_ns: Annotated[
        int, Option(duration(zero=True), "Running", "Stay up for so long between startup and shutdown.")
    ] = 0
    request: Annotated[
        tuple[str, ...],
        Option(
            request_paths(),
            "Running",
            "Between startup and shutdown, GET this path of the application, without a server; may be repeated.",
        ),
    ] = ()
    restart: Annotated[
        bool, Option(switch(), "Running", "Start and stop it a second time in the same process, as test suites do.")
    ] = False
    runs: Annotated[
        int, Option(count(), "Running", "Start so many times, each in a fresh process; the median one is shown.")
    ] = 1
    warmup: Annotated[
        int, Option(count(least=0), "Running", "Start so many times before, uncounted, to fill caches.")
    ] = 0
    watch: Annotated[
        bool,
        Option(
            switch(),
            "Running",
            "Check again whenever a file of the targets changes, and tell what became faster or slower. Ctrl-C ends "
            "this, with the last check's exit code. Needs the package watchfiles.",
        ),
    ] = False
    jobs: Annotated[int, Option(count(), "Running", "Check so many targets at once; times are then less exact.")] = 1
    lifespan: Annotated[
        LifespanMode,
        Option(
            choice(*get_args(LifespanMode)),
            "Verdict",
            "auto: an application may have no lifespan; on: it must have one.",
        ),
    ] = "auto"
    max_import_ns: Annotated[
        int | None, Option(duration(), "Verdict", "The budget of the import, wall time; of several runs the median.")
    ] = None
    max_startup_ns: Annotated[int | None, Option(duration(), "Verdict", "The same for the startup.")] = None
    max_shutdown_ns: Annotated[int | None, Option(duration(), "Verdict", "The same for the shutdown.")] = None
    max_total_ns: Annotated[
        int | None, Option(duration(), "Verdict", "The same for import, factory, startup and shutdown together.")
    ] = None
    max_cpu_ns: Annotated[
        int | None, Option(duration(), "Verdict", "The CPU time of import, factory and startup; flakes less than time.")
    ] = None
    max_memory_bytes: Annotated[
        int | None, Option(size(), "Verdict", "The memory that import, factory and startup add: 200MB, say.")
    ] = None
    max_modules: Annotated[
        int | None, Option(count(), "Verdict", "The number of modules that are loaded until startup is complete.")
    ] = None
    forbid_import: Annotated[
        tuple[str, ...],
        Option(names("MODULE"), "Verdict", "MODULE must not be loaded until startup is complete; may be repeated."),
    ] = ()
    max_blocking_ns: Annotated[
        int | None,
        Option(
            duration(least_ns=LEAST_BLOCKING_NS),
            "Verdict",
            "The longest that the event loop may be blocked without a pause: more is an error. Without this, 100ms "
            "is a warning.",
        ),
    ] = None
    baseline: Annotated[
        Path | None,
        Option(
            path("FILE"),
            "Verdict",
            "Compare with an earlier JSON report: what became slower is an error. With --load: show what changed "
            "between the two reports.",
        ),
    ] = None
    save_baseline: Annotated[
        Path | None, Option(path("FILE"), "Verdict", "Write this run's JSON report to FILE, for --baseline.")
    ] = None
    max_regression: Annotated[
        float | None,
        Option(
            share(),
            "Verdict",
            "The share by which a phase may become slower than the baseline's: 30%. Without this, 25%; with three runs "
            "or more on each side 20%, with five 15%, and more where the runs scatter. 50ms, with three runs 20ms, are "
            "never too much. With --load and --baseline, what became slower counts only where this is given.",
        ),
    ] = None
    baseline_any: Annotated[
        bool,
        Option(switch(), "Verdict", "Compare also with a baseline of another machine, interpreter or event loop."),
    ] = False
    select: Annotated[
        tuple[str, ...],
        Option(names("CODE"), "Verdict", "Apply only these rules (LS104, or LS1 for all that begin so)."),
    ] = ()
    ignore: Annotated[tuple[str, ...], Option(names("CODE"), "Verdict", "Do not apply these rules.")] = ()
    fail_on: Annotated[
        FailOn, Option(choice(*get_args(FailOn)), "Verdict", "The least severe finding that makes the check fail.")
    ] = "error"
    output_format: Annotated[
        str,
        Option(choice(*FORMATS, metavar="FORMAT"), "Output", "The format of the report on stdout, one of those below."),
    ] = "text"
    report: Annotated[
        tuple[Destination, ...],
        Option(
            destinations(*FORMATS),
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
    servers: Annotated[
        bool,
        Option(
            switch(),
            "Output",
            "Show what uvicorn, hypercorn, granian, gunicorn and daphne make of the application; without this, where "
            "one of them does not just start it.",
        ),
    ] = False
    color: Annotated[
        Color, Option(choice(*get_args(Color)), "Output", "auto: on a terminal, unless NO_COLOR is set.")
    ] = "auto"
    quiet: Annotated[bool, Option(switch(), "Output", "Show only the findings and the verdict.", short="-q")] = False
    verbose: Annotated[bool, Option(switch(), "Output", "Show every row, tree and server.", short="-v")] = False

    sources: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Where the value of each option that was given came from."""
    per_target: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """What [tool.lifespan-check.targets."..."] sets for one target alone."""
    targets_from: Path | None = None
    """The pyproject.toml that named the targets, which are then relative to its folder."""

    def of_target(self, target: str) -> Self:
        """The settings for one target: its own table comes after the command line and the environment only."""
        own = self.per_target.get(target, {})
        file = f'[tool.{TABLE}.targets."{target}"]'
        mine = {name: value for name, value in own.items() if not self.sources.get(name, file).startswith(GIVEN)}
        return replace(self, **mine, sources={**self.sources, **dict.fromkeys(mine, file)})  # type: ignore[arg-type]  # read by kind

    def limit_ns(self, phase: str) -> int:
        """The longest that the phase of that name may take."""
        specific = {
            "preload": self.import_timeout_ns,
            "import": self.import_timeout_ns,
            "resolve": self.import_timeout_ns,
            "startup": self.startup_timeout_ns,
            "hold": self.hold_ns + self.timeout_ns,
            "shutdown": self.shutdown_timeout_ns,
            "exit": min(self.exit_timeout_ns, self.timeout_ns),
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
    return field.removesuffix("_ns").removesuffix("_bytes").replace("_", "-")


def variable(field: str) -> str:
    """The option's environment variable."""
    return PREFIX + spelled(field).replace("-", "_").upper()
