"""The process's open files and sockets and its children, as Linux tells them; elsewhere nothing is known."""

import os
from os import listdir, readlink

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
    import socket

    try:
        with socket.socket(fileno=os.dup(descriptor)) as one:
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


def _connected(one: "object") -> bool:
    try:
        one.getpeername()  # type: ignore[attr-defined]
    except OSError:
        return False
    return True


def _address(name: "tuple[object, ...]") -> str:
    return f"{name[0]}:{name[1]}"


def child_processes() -> "dict[int, str]":
    """The process's children that still run, with their command lines."""
    found: dict[int, str] = {}
    own = str(os.getpid())
    try:
        names = listdir("/proc")
    except OSError:
        return {}
    for name in names:
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                state, parent = file.read().rpartition(")")[2].split()[:2]
            if parent != own or state == "Z":
                continue
            with open(f"/proc/{name}/cmdline", encoding="utf-8", errors="replace") as file:
                found[int(name)] = file.read().replace("\0", " ").strip()
        except (OSError, ValueError):  # it ended meanwhile
            continue
    return found
