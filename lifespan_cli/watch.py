"""Check again whenever a file of the targets changes, until Ctrl-C.

watchfiles tells what changes below the folders of the targets, also while a check runs. The few files elsewhere that
count are looked at now and then: an editor puts another file in their place, which a watch on the file would miss.
"""

import linecache
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lifespan_cli import discover
from lifespan_cli.errors import ToolError, UsageError
from lifespan_cli.paths import is_visible_file
from lifespan_cli.streams import complain, tell

if TYPE_CHECKING:
    from lifespan_cli.model.result import DiagnosedReport
    from lifespan_cli.settings import Settings

TICK_MS = 200
"""How often files outside of the folders are looked at."""
IGNORED = frozenset({"__pycache__", "site-packages", "node_modules", "venv"})
"""Folders that hold no source of the targets; nor do those whose name begins with a dot."""
NAMED = 3
"""Changed files that a title names."""


@dataclass(frozen=True, slots=True)
class Tree:
    """What counts: Python files, pyproject.toml and .env files below the folders, and these single files."""

    folders: tuple[Path, ...]
    files: tuple[Path, ...]

    def counts(self, path: Path) -> bool:
        """Whether a change of this file is a reason to check again."""
        if path in self.files:
            return True
        name = path.name
        if not (name == "pyproject.toml" or name == ".env" or name.startswith(".env.") or name.endswith(".py")):
            return False
        if name.startswith(".#"):  # the lock of an Emacs
            return False
        return any(_is_source(path.relative_to(folder)) for folder in self.folders if path.is_relative_to(folder))


@dataclass(frozen=True, slots=True)
class Turn:
    """Why there is another check, and what it is compared with."""

    number: int
    changed: tuple[Path, ...]
    before: "DiagnosedReport"
    before_number: int

    @property
    def notes(self) -> Mapping[str, str]:
        """None: all checks run here."""
        return {}

    def title(self, root: Path) -> str:
        """`check 3: shop/db.py changed`, with paths relative to `root`, and `before` where that is not the last one."""
        names = [str(path.relative_to(root)) if path.is_relative_to(root) else str(path) for path in self.changed]
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        against = f", compared with check {self.before_number}" if self.before_number != self.number - 1 else ""
        return f"check {self.number}: {', '.join(names[:NAMED])}{more} changed{against}"


def validate(settings: "Settings") -> None:
    """Raise UsageError for what has no meaning when one watches."""
    if settings.load is not None:
        raise UsageError("--watch runs again and again, --load runs nothing; leave one of them out")
    if settings.output_format != "text":
        name = settings.output_format
        raise UsageError(f"--watch tells a person what changed; for files there is --report {name}=PATH")


def tree(settings: "Settings", cwd: Path) -> Tree:
    """What the settings make worth watching. Raises UsageError where `discover.places` does."""
    folders: set[Path] = set()
    files: set[Path] = set()
    for place in discover.places(settings, cwd):
        folders.add(place.app_dir)
        if env_file := settings.of_target(place.target).env_file:
            files.add(env_file)
    places = (folder / "pyproject.toml" for folder in (cwd, *cwd.parents))
    configuration = next(filter(is_visible_file, places), None)
    if configuration is not None:
        files.add(configuration)
    inner = {one for one in folders for other in folders if one != other and one.is_relative_to(other)}
    return Tree(tuple(sorted(folders - inner)), tuple(sorted(files)))


def run(
    cwd: Path,
    load: "Callable[[], Settings]",
    check: "Callable[[Settings], DiagnosedReport]",
    show: "Callable[[DiagnosedReport, Settings, Turn | None], None]",
) -> int:
    """Check and show, and again after every change. When Ctrl-C comes: 130 in the middle of a check, else the exit
    code of the last one.

    The settings are loaded anew each time. Raises what the first check does; an error of a later one is told, for the
    next change may mend it.
    """
    settings = load()
    validate(settings)
    watched = tree(settings, cwd)
    changes = _begun(watched)
    last = check(settings)
    before, before_number, number = last, 1, 1
    try:
        show(last, settings, None)
        if not settings.quiet:
            tell(f"watching {', '.join(map(str, watched.folders))}; Ctrl-C ends this")
        while not last.report.interrupted:
            changed = next(change for change in changes if change)
            linecache.checkcache()  # the next report quotes the lines as they are now
            try:
                settings = load()
                if (now := tree(settings, cwd)) != watched:
                    watched, changes = now, _begun(now)
                last = check(settings)
                number += 1
                show(last, settings, Turn(number, changed, before, before_number))
            except ToolError as error:
                complain(str(error))
                continue
            if _came_up(last) or not _came_up(before):
                before, before_number = last, number
    except KeyboardInterrupt:
        pass
    return last.report.exit_code


def _begun(watched: Tree) -> Iterator[tuple[Path, ...]]:
    """The changes from now on."""
    changes = _changes(watched)
    next(changes)
    return changes


def _came_up(result: "DiagnosedReport") -> bool:
    """Whether its times are worth comparing with."""
    return all(run.ended_well() for target in result.report.targets for run in target.runs)


def _changes(watched: Tree) -> Iterator[tuple[Path, ...]]:
    """What has changed since the last time; first, and after every tick without a change, nothing."""
    try:
        import watchfiles
    except ImportError:
        raise UsageError(
            "--watch needs the package watchfiles; install it beside lifespan-check, with pip install watchfiles"
        ) from None
    elsewhere = [file for file in watched.files if not any(file.is_relative_to(folder) for folder in watched.folders)]
    stamps = {file: _stamp(file) for file in elsewhere}
    ticks = watchfiles.watch(
        *watched.folders,
        watch_filter=None,
        step=TICK_MS // 2,
        rust_timeout=TICK_MS,
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )
    try:
        for found in ticks:
            changed = {path for _, name in found if watched.counts(path := Path(name))}
            for file in elsewhere:
                before, stamps[file] = stamps[file], _stamp(file)
                if before != stamps[file]:
                    changed.add(file)
            yield tuple(sorted(changed))
    except (OSError, RuntimeError) as error:  # the kernel's limit on watches, say
        places = ", ".join(map(str, watched.folders))
        raise UsageError(f"--watch: {places} cannot be watched: {error}") from None


def _stamp(file: Path) -> tuple[int, int] | None:
    """What changes with the file; None when it is not there."""
    try:
        state = file.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size


def _is_source(path: Path) -> bool:
    return not any(part in IGNORED or part.startswith(".") for part in path.parts[:-1])
