"""The door: the command line becomes `Settings`, a report becomes text and an exit code. Only this room knows typer.

What is not needed to understand the command line is imported after that, so that a wrong one is answered at once.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperOption

from lifespan_cli import __version__
from lifespan_cli.configuration import load
from lifespan_cli.errors import ToolError, UsageError
from lifespan_cli.options import Destination, Option
from lifespan_cli.settings import OPTIONS, Settings, spelled
from lifespan_cli.streams import complain, is_colored, is_terminal, is_unicode, tell, width, write
from lifespan_cli.usage import ABOUT, help_text

if TYPE_CHECKING:
    from lifespan_cli.model import Report
    from lifespan_cli.model.result import DiagnosedReport
    from lifespan_cli.output import Style
    from lifespan_cli.saved_reports import Pair
    from lifespan_cli.watch import Turn

INTERRUPTED = 130
_HINT = "Try 'lifespan-check --help'."
_TYPERS_USAGE_ERROR: Any = typer.BadParameter.__base__  # the base of all of typer's complaints about a command line


def run(arguments: Sequence[str]) -> int:
    """The whole command, from its arguments to its exit code. Raises nothing: an error is a sentence on stderr."""
    try:
        return _obey(_parse(arguments))
    except _TYPERS_USAGE_ERROR as error:
        complain(_sentence(error), _HINT)
        return UsageError.exit_code
    except ToolError as error:
        complain(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the last resort: a bug of ours is told as one, in one sentence
        return _broken(error)


def _obey(given: Mapping[str, Any]) -> int:
    """Do the one thing that is asked for."""
    if given["help"]:
        write(help_text(width(os.environ)))
    elif given["version"]:
        write(f"lifespan-check {__version__}\n")
    elif given["list_rules"] or given["explain"] is not None:
        from lifespan_cli import rules

        write(rules.listing() if given["list_rules"] else rules.explain(rules.find(given["explain"])))
    elif given["completion"] is not None:
        from lifespan_cli import completion

        write(completion.script(given["completion"]))
    else:
        return _check(given)
    return 0


def _check(given: Mapping[str, object]) -> int:
    flags = {field: given[field] for field in OPTIONS}
    cwd = _current_directory()
    settings = load(flags, os.environ, cwd)
    if given["show_config"]:
        from lifespan_cli.toml import config_text

        write(config_text(settings))
        return 0
    if settings.watch:
        from lifespan_cli import watch

        return watch.run(cwd, lambda: load(flags, os.environ, cwd), _result, partial(_deliver, cwd))
    from lifespan_cli import saved_reports

    if saved_reports.compares(settings):
        _refuse_formats(settings)
        _check_files(settings)
        pair = saved_reports.compare(settings)
        _deliver(cwd, pair.after, settings, pair)
        return pair.after.report.exit_code
    result = _result(settings, last=True)
    _deliver(cwd, result, settings)
    return result.report.exit_code


def _refuse_formats(settings: Settings) -> None:
    """Raise UsageError where a comparison of two saved reports is asked for in a format that has none."""
    if settings.output_format != "text":
        name = settings.output_format
        raise UsageError(f"two saved reports are compared as text, not as {name}; leave out --baseline, or {name}")
    if settings.report and settings.sources["report"].startswith("--"):
        raise UsageError(
            f"two saved reports are compared on stdout only; leave out --baseline, or --report {settings.report[0]}"
        )


def _result(settings: Settings, *, last: bool = False) -> "DiagnosedReport":
    _check_files(settings)
    from lifespan_cli import pipeline

    return pipeline.run(settings, live=_is_live(settings, os.environ), last=last)


def _check_files(settings: Settings) -> None:
    if _files(settings):
        from lifespan_cli.output import files

        files.check(_files(settings), os.environ)


def _deliver(cwd: Path, result: "DiagnosedReport", settings: Settings, compared: "Turn | Pair | None" = None) -> None:
    """The report to stdout and to every file that is asked for; the files also when stdout cannot be written.

    Of one that is compared with an earlier one stdout gets what has changed.
    """
    from lifespan_cli import rules
    from lifespan_cli.output import Style, files

    style = Style(
        width=width(os.environ),
        color=is_colored(settings.color, os.environ),
        unicode=is_unicode("━│╸←→·…µ×±✓✗–"),
        links=is_terminal(sys.stdout, os.environ) and is_colored(settings.color, os.environ),
        verbose=settings.verbose,
        quiet=settings.quiet,
        servers=settings.servers,
        root=str(cwd),
        repository=str(files.repository(cwd)),
        rules=rules.RULES,
    )
    report = result.report
    for error in report.errors if settings.output_format not in ("text", "concise") or compared else ():
        complain(error)
    try:
        write(
            _text(result, settings, style)
            if compared is None
            else _compared(result, compared, cwd, style, again=settings.watch)
        )
    finally:
        reason = _no_baseline(report, settings) if settings.save_baseline else ""
        if reason:
            tell(f"--save-baseline: {settings.save_baseline} is not written: {reason}")
        files.write(result, settings.report if reason else _files(settings), style, os.environ)


def _text(result: "DiagnosedReport", settings: Settings, style: "Style") -> str:
    from lifespan_cli.output import files
    from lifespan_cli.output.registry import render

    formats = [settings.output_format, *(["github"] if files.annotates(settings, os.environ) else [])]
    return "".join(render(name, result, style) for name in formats)


def _compared(result: "DiagnosedReport", compared: "Turn | Pair", cwd: Path, style: "Style", *, again: bool) -> str:
    from lifespan_cli.analysis.baseline import moved
    from lifespan_cli.output.text import comparison

    shown = comparison.render(compared.before, result, moved, style, compared.title(cwd), compared.notes)
    return f"\n{shown}" if again else shown


def _files(settings: Settings) -> tuple[Destination, ...]:
    """Every file that is to be written: the reports, and the baseline, which is one of them."""
    baseline = settings.save_baseline
    return (*settings.report, *([Destination("json", baseline)] if baseline else []))


def _no_baseline(report: "Report", settings: Settings) -> str:
    """Why the report is not one to compare later ones with, as half a sentence; empty when it is."""
    if report.interrupted:
        return "this report is not complete"
    for target in report.targets:
        if not target.came_up:
            return f"{target.target} did not come up"
        slower = any(finding.code == "LS202" and finding.severity == "error" for finding in target.findings)
        if slower and settings.save_baseline == settings.baseline:
            return f"{target.target} became slower than it"
    return "a target was not checked" if report.errors else ""


def _current_directory() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        raise UsageError(f"the current directory cannot be used: {error.strerror}; change to one that exists") from None


def _is_live(settings: Settings, environ: Mapping[str, str]) -> bool:
    """Whether someone looks at stderr, and nothing else is written there."""
    in_ci = environ.get("CI", "") not in ("", "0", "false")
    return is_terminal(sys.stderr, environ) and not in_ci and not settings.quiet and not settings.show_output


def _parse(arguments: Sequence[str]) -> Mapping[str, Any]:
    """The arguments by name, as text; None for what is not given. Raises typer's usage errors."""
    parameters: list[Any] = [*(_parameter(field, option) for field, option in OPTIONS.items()), *_about()]
    command = TyperCommand("lifespan-check", params=parameters, add_help_option=False, rich_markup_mode=None)
    with command.make_context("lifespan-check", list(arguments)) as context:
        return {name: None if value == () else value for name, value in context.params.items()}


def _parameter(field: str, option: Option) -> TyperArgument | TyperOption:
    if field == "targets":
        return TyperArgument(param_decls=[field], nargs=-1)
    flags = [f"--{spelled(field)}", *([option.short] if option.short else [])]
    if not option.kind.metavar:
        return TyperOption(param_decls=[field, *flags], is_flag=True, default=None)
    return TyperOption(param_decls=[field, *flags], multiple=option.kind.repeatable, default=None)


def _about() -> list[TyperOption]:
    return [
        TyperOption(
            param_decls=[flag.removeprefix("--").replace("-", "_"), flag, *([short] if short else [])],
            is_flag=not metavar,
            default=None,
        )
        for flag, short, metavar, _ in ABOUT
    ]


def _sentence(error: Any) -> str:
    """What typer says, in the form of our own sentences and the same in every version of it."""
    if hasattr(error, "possibilities"):  # it is about an option that does not exist
        near = sorted(error.possibilities or ())
        return f"there is no option {error.option_name}" + (f"; the nearest are {', '.join(near)}" if near else "")
    message = str(error.format_message())
    return message[:1].lower() + message[1:].rstrip(".")


def _broken(error: Exception) -> int:
    if os.environ.get("LIFESPAN_CHECK_DEBUG"):
        import traceback

        traceback.print_exception(error)
    cause: BaseException = error
    while isinstance(cause, BaseExceptionGroup):
        cause = cause.exceptions[0]
    reason = " ".join(f"{type(cause).__name__}: {cause}".split())
    complain(
        f"lifespan-check itself broke ({reason[:500]}); "
        "please report it with what it prints when LIFESPAN_CHECK_DEBUG=1 is set"
    )
    return ToolError.exit_code
