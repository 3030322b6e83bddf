"""Report files: checked before the run, written after it, each completely or not at all."""

import os
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from lifespan_cli.errors import ToolError, UsageError
from lifespan_cli.model.result import DiagnosedReport
from lifespan_cli.options import Destination
from lifespan_cli.output import Style
from lifespan_cli.output.registry import render
from lifespan_cli.settings import Settings

WIDTH = 100
"""Columns of a text report in a file."""
SUMMARY_BYTES = 1024 * 1024
"""What the summary of one step on GitHub may hold (docs.github.com, "Workflow commands for GitHub Actions")."""


def check(destinations: Iterable[Destination], environ: Mapping[str, str]) -> None:
    """Raise UsageError for a file that could not be written, and for one that two reports are meant for.

    A folder is tried out with an empty file, which is taken away again: no permission tells of a read-only disk.
    """
    seen: dict[Path, Destination] = {}
    for destination in destinations:
        path = _real(destination.path)
        if path in seen:
            both = f"{seen[path]} and {destination}"
            raise UsageError(f"two reports, {both}, are meant for one file; give each a file of its own")
        seen[path] = destination
        if reason := _obstacle(path, _is_summary(destination, environ)):
            raise UsageError(f"the report {destination} cannot be written: {reason}")


def write(
    result: DiagnosedReport, destinations: Iterable[Destination], style: Style, environ: Mapping[str, str]
) -> None:
    """Write the report to all of these files, as `style` asks where it is not about the terminal.

    Raises ToolError, after the others are written, when one of them cannot be.
    """
    style = replace(style, width=WIDTH, color=False, unicode=True)
    errors = []
    for destination in destinations:
        try:
            _write(result, destination, style, environ)
        except OSError as error:
            errors.append(f"the report {destination} cannot be written: {error.strerror}")
    if errors:
        raise ToolError("; ".join(errors))


def annotates(settings: Settings, environ: Mapping[str, str]) -> bool:
    """Whether annotations for GitHub are printed with the report: with text only, as machines read the others."""
    on_github = environ.get("GITHUB_ACTIONS") == "true"
    return on_github and settings.output_format == "text" and not settings.no_annotations


def repository(folder: Path) -> Path:
    """The top of the repository that a folder is in, or the folder itself when it is in none."""
    tops = (folder, *folder.parents)
    return next((top for top in tops if os.path.exists(top / ".git")), folder)  # noqa: PTH110  # no PermissionError


def _is_summary(destination: Destination, environ: Mapping[str, str]) -> bool:
    """It is Markdown for the summary of a step on GitHub, to which every command of the step adds."""
    summary = environ.get("GITHUB_STEP_SUMMARY")
    return destination.format == "markdown" and bool(summary) and _real(Path(summary or "")) == _real(destination.path)


def _real(path: Path) -> Path:
    """The file that a path leads to, whether it is there or not; unlike `resolve` it raises nothing in a circle."""
    return Path(os.path.realpath(path))


def _obstacle(path: Path, appended: bool) -> str:
    """Why the file could not be written, as half a sentence; empty if it can be."""
    try:
        mode = _mode(path)
        if mode is None and not path.parent.is_dir():
            return f"there is no folder {path.parent}"
        if mode is not None and stat.S_ISDIR(mode):
            return "that is a folder"
        if mode is not None and not os.access(path, os.W_OK):
            return "the file that is there may not be written"
        if mode is None or (stat.S_ISREG(mode) and not appended):
            descriptor, temporary = _open_temporary(path)
            os.close(descriptor)
            temporary.unlink()
    except OSError as error:
        return f"{error.strerror} (in {path.parent})"
    return ""


def _mode(path: Path) -> int | None:
    """The mode of the file, None when there is none."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _write(result: DiagnosedReport, destination: Destination, style: Style, environ: Mapping[str, str]) -> None:
    path = _real(destination.path)
    mode = _mode(path)
    if _is_summary(destination, environ):
        before = path.stat().st_size if mode is not None else 0
        _append(path, _rendered(result, destination, replace(style, room=SUMMARY_BYTES - before)), before)
    elif mode is not None and not stat.S_ISREG(mode):
        path.write_bytes(_rendered(result, destination, style))  # a pipe or a device: no file can take its place
    else:
        _replace(path, _rendered(result, destination, style))


def _rendered(result: DiagnosedReport, destination: Destination, style: Style) -> bytes:
    return render(destination.format, result, style).encode()


def _append(path: Path, content: bytes, before: int) -> None:
    """Append to a file of `before` bytes, or leave it as it was."""
    with path.open("ab", buffering=0) as file:
        try:
            while content:
                content = content[file.write(content) :]
        except BaseException:
            file.truncate(before)
            raise


def _replace(path: Path, content: bytes) -> None:
    """Put a file with that content where another may be, whose permissions it takes over."""
    descriptor, temporary = _open_temporary(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with suppress(FileNotFoundError):
                _take_over(path.stat(), descriptor)
            file.write(content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _open_temporary(path: Path) -> tuple[int, Path]:
    """A new file in the folder of that one, with the permissions that any new file gets there."""
    temporary = path.with_name(f".lifespan-check-{os.urandom(8).hex()}")
    return os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), temporary


def _take_over(old: os.stat_result, descriptor: int) -> None:
    """Give a file the mode of the one that it replaces, and its owner if that is allowed."""
    with suppress(PermissionError):
        os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode))
