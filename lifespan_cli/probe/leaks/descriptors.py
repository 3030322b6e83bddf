"""The process's open files and sockets and its children, as Linux tells them; elsewhere nothing is known.

What it calls is bound here, before an application may replace it by a guard that forbids blocking calls.
"""

from os import O_RDONLY, close, dup, getpid, listdir, readlink
from os import open as _open
from os import read as _read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FOLDER = "/proc/self/fd"
LONGEST_BYTES = 4096
UNINTERESTING = ("/dev/", "/proc/", "/sys/", "/memfd:")


def open_descriptors() -> "dict[int, str]":
    """Every descriptor of a regular file or a socket, with what it is: a path, or `socket:[inode]`."""
    found = {}
    try:
        names = listdir(FOLDER)
    except OSError:
        return {}
    for name in names:
        try:
            target = readlink(f"{FOLDER}/{name}")
        except OSError:  # the folder's own, which is closed again
            continue
        if target.startswith("socket:") or (target.startswith("/") and not target.startswith(UNINTERESTING)):
            found[int(name)] = target
    return found


def peer_of(descriptor: int, inode: str) -> "tuple[str, bool]":
    """What a socket is: its two ends, and whether another process, or nobody yet, is at the other one.

    A pair of sockets within the process is the event loop's way to wake itself, or that of a library.
    """
    import socket

    try:
        with socket.socket(fileno=dup(descriptor)) as one:
            if one.family == socket.AF_UNIX:
                name = one.getpeername() if _connected(one) else one.getsockname()
                return f"unix socket {name!r}" if name else "unix socket pair", bool(name)
            if one.family not in (socket.AF_INET, socket.AF_INET6):
                return f"socket {inode}", False
            if _connected(one):
                return f"socket {_address(one.getsockname())} → {_address(one.getpeername())}", True
            return f"socket bound to {_address(one.getsockname())}", one.getsockname()[1] != 0
    except OSError:
        return f"socket {inode}", False


def _connected(one: "Any") -> bool:
    try:
        one.getpeername()
    except OSError:
        return False
    return True


def _address(name: "tuple[object, ...]") -> str:
    return f"{name[0]}:{name[1]}"


def child_processes() -> "dict[int, str]":
    """The process's children that still run, with their command lines."""
    found: dict[int, str] = {}
    own = str(getpid())
    try:
        names = listdir("/proc")
    except OSError:
        return {}
    for name in names:
        if not name.isdigit():
            continue
        try:
            state, parent = _content(f"/proc/{name}/stat").rpartition(")")[2].split()[:2]
            if parent != own or state == "Z":
                continue
            found[int(name)] = _content(f"/proc/{name}/cmdline").replace("\0", " ").strip()
        except (OSError, ValueError):  # it ended meanwhile
            continue
    return found


def _content(path: str) -> str:
    """The first bytes of a file of the system's."""
    descriptor = _open(path, O_RDONLY)
    try:
        return _read(descriptor, LONGEST_BYTES).decode("utf-8", "replace")
    finally:
        close(descriptor)
