"""The process's open files and sockets, as Linux shows them; elsewhere nothing is known.

What it calls is bound here, before an application may replace it by a guard that forbids blocking calls.
"""

from os import dup, listdir, readlink

from lifespan_cli.probe.loading.server_imports import standard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FOLDER = "/proc/self/fd"
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
    socket = standard("socket")
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
