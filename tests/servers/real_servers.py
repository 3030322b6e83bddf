"""The real servers, started on loopback: what each makes of an application, seen from outside.

Every server is a process group of its own, which is killed when it was seen. Its port stays bound by us, without
listening, as long as the server lives, so that no other process gets it in between.
"""

import os
import signal
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from server_corpus import App

HOST = "127.0.0.1"
STARTUP_TIMEOUT_S = 3
"""How long hypercorn is told to wait for a startup; its own 60 s would make a long test."""
POLL_S = 0.05
SETTLE_S = 0.2
"""How long the log of a server that serves is read on, when nothing is expected in it."""
SENTENCE_S = 10
"""How long a sentence that is expected in the log of a server that serves may take."""


@dataclass(frozen=True)
class Seen:
    """What a server did: the first answer, or the exit code where it ended instead."""

    status: int | None
    body: str
    exit_code: int | None
    log: str

    @property
    def outcome(self) -> str:
        """In the words of `report.ServerOutcome`."""
        if self.status == 200:
            return "starts" if self.body == "up" else "starts-without-lifespan"
        if self.status is not None:
            return f"error-{self.status}"
        return "hangs" if self.exit_code is None else "refuses"


def command(server: str, mode: str, app: App, port: int, folder: Path) -> list[str]:
    """The words that start a server with this application."""
    program, path = str(Path(sysconfig.get_path("scripts"), server)), app.target.removesuffix("()")
    factory = ["--factory"] if app.factory else []
    if server == "uvicorn":
        return [program, path, f"--host={HOST}", f"--port={port}", f"--lifespan={mode}", "--no-use-colors", *factory]
    if server == "hypercorn":
        config = folder / "hypercorn.toml"
        config.write_text(f"startup_timeout = {STARTUP_TIMEOUT_S}\n")
        return [program, f"--config={config}", f"--bind={HOST}:{port}", app.target]
    if server == "granian":
        return [program, "--interface=asgi", f"--host={HOST}", f"--port={port}", *factory, path]
    if server == "gunicorn":
        return [program, "--worker-class=asgi", f"--bind={HOST}:{port}", "--no-control-socket", app.target]
    return [program, f"--bind={HOST}", f"--port={port}", path]


def watch(server: str, mode: str, app: App, folder: Path, patience_s: float, says: str) -> Seen:
    """Start the server and wait for its first answer or its end, at most until patience is at its end.

    The log of one that serves is read until it holds the sentence that is expected of it.
    """
    with _port() as port, (folder / "log").open("w+b") as log:
        process = subprocess.Popen(
            command(server, mode, app, port, folder),
            cwd=app.cwd,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1", **app.environ},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status, body = _first_answer(process, port, time.monotonic() + patience_s)
            exit_code = process.poll() if status is None else None
            if status is not None:
                _settle(log, says)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return Seen(status, body, exit_code, _read(log))


@contextmanager
def _port() -> Iterator[int]:
    """A free port which only sockets with SO_REUSEADDR can take: every server sets it, for its restarts."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((HOST, 0))
        yield held.getsockname()[1]


def _first_answer(process: subprocess.Popen[bytes], port: int, deadline_s: float) -> tuple[int | None, str]:
    while time.monotonic() < deadline_s and process.poll() is None:
        with suppress(OSError, ValueError):
            return _ask(process, port, deadline_s)
        time.sleep(POLL_S)
    return None, ""


def _ask(process: subprocess.Popen[bytes], port: int, deadline_s: float) -> tuple[int, str]:
    """Status and body of GET /. Raises OSError or ValueError while nobody answers."""
    with socket.create_connection((HOST, port), timeout=1) as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        connection.settimeout(POLL_S)
        answer = b""
        while time.monotonic() < deadline_s and process.poll() is None:
            with suppress(TimeoutError):
                chunk = connection.recv(65536)
                answer += chunk
                if not chunk:
                    break
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split(b" ")[1] if head else b""), body.decode()


def _settle(log: IO[bytes], says: str) -> None:
    until_s = time.monotonic() + (SENTENCE_S if says else SETTLE_S)
    while time.monotonic() < until_s and not (says and says in _read(log)):
        time.sleep(POLL_S)


def _read(log: IO[bytes]) -> str:
    log.seek(0)
    return log.read().decode(errors="replace")
