"""What stands at a path that a user named, told alike by every Python.

`Path.is_file` and its like raise before Python 3.14 for a name that is too long or a folder that may not be entered;
from then on they answer False.
"""

import errno
import stat
from pathlib import Path

_NOTHING_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


def exists(path: Path) -> bool:
    """Something stands there. Raises OSError where the file system does not tell."""
    return _mode(path) is not None


def is_file(path: Path) -> bool:
    """A regular file, or a link to one. Raises OSError where the file system does not tell."""
    return stat.S_ISREG(_mode(path) or 0)


def is_dir(path: Path) -> bool:
    """A folder, or a link to one. Raises OSError where the file system does not tell."""
    return stat.S_ISDIR(_mode(path) or 0)


def is_visible_file(path: Path) -> bool:
    """A regular file, or a link to one, that the file system tells of. Raises nothing."""
    try:
        return is_file(path)
    except OSError:
        return False


def is_visible_dir(path: Path) -> bool:
    """A folder, or a link to one, that the file system tells of. Raises nothing."""
    try:
        return is_dir(path)
    except OSError:
        return False


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except OSError as error:
        if error.errno in _NOTHING_THERE:
            return None
        raise
    except ValueError:  # a null character
        return None
