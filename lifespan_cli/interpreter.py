"""Which Python runs the target, and why that one. Nothing is started here."""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from lifespan_cli.errors import UsageError
from lifespan_cli.paths import exists, is_dir, is_file

_WAY_OUT = "give --python an interpreter or a virtual environment"


def choose(
    asked: str | None, environ: Mapping[str, str], folders: Sequence[Path], source: str = "--python"
) -> tuple[str, str]:
    """The interpreter's path and the reason for it: the one asked for, else the active environment's, else that of
    `.venv` in the first of `folders` that has one, else our own. `source` is where it was asked for.

    Raises UsageError when the one that was meant is not there or cannot be run.
    """
    try:
        return (_asked(asked, environ, source), source) if asked is not None else _choice(environ, folders)
    except OSError as error:  # a folder that may not be entered, a name that is too long
        raise UsageError(f"the interpreter {error.filename!r} cannot be used: {error.strerror}; {_WAY_OUT}") from None


def _choice(environ: Mapping[str, str], folders: Sequence[Path]) -> tuple[str, str]:
    if active := environ.get("VIRTUAL_ENV"):
        return _inside(Path(active), "VIRTUAL_ENV"), "the active virtual environment"
    conda = environ.get("CONDA_PREFIX")
    is_base = environ.get("CONDA_DEFAULT_ENV") in ("base", "root")  # active in every shell, so it says little
    if conda and not is_base:
        return _inside(Path(conda), "CONDA_PREFIX"), "the active conda environment"
    for folder in folders:
        if is_file(folder / ".venv" / "pyvenv.cfg"):
            return _inside(folder / ".venv", "the .venv beside the target"), ".venv beside the target"
    if conda:
        return _inside(Path(conda), "CONDA_PREFIX"), "the active conda environment"
    return sys.executable, "lifespan-check's own"


def _asked(asked: str, environ: Mapping[str, str], source: str) -> str:
    if os.sep not in asked:
        found = shutil.which(asked, path=environ.get("PATH", os.defpath))
        if found is None:
            raise UsageError(f"{source}: no program {asked!r} is on PATH; {_WAY_OUT} that exists")
        return str(Path(found).absolute())
    path = Path(asked)
    if is_dir(path):
        return _inside(path, source)
    _runnable(path, f"{source}: {asked!r}")
    return asked


def _inside(folder: Path, where: str) -> str:
    """The interpreter of a virtual environment."""
    python = folder / "bin" / "python"
    if not is_dir(folder):
        raise UsageError(f"{where}: there is no folder {str(folder)!r}; {_WAY_OUT} that exists")
    if not os.path.lexists(python):
        raise UsageError(f"{where}: the folder {str(folder)!r} has no bin/python; {_WAY_OUT}")
    _runnable(python, f"{where}: {str(python)!r}")
    return str(python.absolute())


def _runnable(path: Path, which: str) -> None:
    if not exists(path):
        reason = "is a link that leads nowhere" if path.is_symlink() else "does not exist"
    elif not is_file(path) or not os.access(path, os.X_OK):
        reason = "is no program that can be run"
    else:
        return
    raise UsageError(f"{which} {reason}; {_WAY_OUT} that works")
