"""Everyday situations, each shown at 80 × 24: the verdict, the cause and the fix stand on the last screen."""

import sys
from pathlib import Path

import pytest
from conftest import call
from msgspec import Struct

SCREEN = 23
"""Lines of a terminal of 24, less the prompt."""


class Situation(Struct, frozen=True, kw_only=True):
    """An application, the command, and what must be seen."""

    name: str
    main: str
    """The application's file."""
    file: str = "main.py"
    words: tuple[str, ...] = ("main:app",)
    cause: tuple[str, ...]
    fix: tuple[str, ...] = ("fix: ",)


SITUATIONS = (
    Situation(
        name="a variable is missing",
        main="""\
import os
DSN = os.environ['SHOP_DSN']

async def app(scope, receive, send):
    await receive()
    pass
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        cause=("SHOP_DSN", "main.py:2"),
        fix=("--env-file",),
    ),
    Situation(
        name="the database is retried for ever",
        main="""\
import asyncio


async def connect():
    raise ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 5999)")


async def wait_for_database():
    while True:
        try:
            return await connect()
        except OSError:
            print("database not ready")
            await asyncio.sleep(0.05)

async def app(scope, receive, send):
    await receive()
    await wait_for_database()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        words=("main:app", "--startup-timeout", "1"),
        cause=("main.py:14", "timed out"),
        fix=("--startup-timeout",),
    ),
    Situation(
        name="an event is never set",
        main="""\
import asyncio

async def app(scope, receive, send):
    await receive()
    await asyncio.Event().wait()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        words=("main:app", "--startup-timeout", "1"),
        cause=("main.py:5", "timed out"),
        fix=("--startup-timeout",),
    ),
    Situation(
        name="a call never returns",
        main="""\
import time

async def app(scope, receive, send):
    await receive()
    time.sleep(60)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        words=("main:app", "--startup-timeout", "1"),
        cause=("main.py:5", "timed out"),
        fix=("blocked",),
    ),
    Situation(
        name="the log is long",
        main="""\
import asyncio

async def app(scope, receive, send):
    await receive()
    for n in range(3000): print('line', n)
    await asyncio.sleep(60)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        words=("main:app", "--startup-timeout", "1"),
        cause=("main.py:6", "timed out"),
        fix=("--startup-timeout",),
    ),
    Situation(
        name="a src layout",
        main="""\
async def app(scope, receive, send):
    await receive()
    pass
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        file="src/main.py",
        cause=("main",),
        fix=("--app-dir",),
    ),
    Situation(
        name="the module is misspelt",
        main="""\
async def app(scope, receive, send):
    await receive()
    pass
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        words=("mian:app",),
        cause=("mian",),
        fix=("main",),
    ),
    Situation(
        name="the attribute is misspelt",
        main="""\
async def app(scope, receive, send):
    await receive()
    pass
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        words=("main:application",),
        cause=("application", "main.py"),
        fix=("app",),
    ),
    Situation(
        name="a factory is not called",
        main="""\
def create_app():
    async def app(scope, receive, send): ...
    return app
""",
        words=("main:create_app",),
        cause=("create_app",),
        fix=("--factory",),
    ),
    Situation(
        name="the syntax is wrong",
        main="""\
def broken(:
    pass
""",
        cause=("main.py:1", "SyntaxError"),
        fix=("syntax",),
    ),
    Situation(
        name="a package is not installed",
        main="""\
import stripe_client_that_is_missing

async def app(scope, receive, send):
    await receive()
    pass
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        cause=("stripe_client_that_is_missing", "main.py:1"),
        fix=("nstall",),
    ),
    Situation(
        name="a name is not defined",
        main="""\
app = make()

async def app(scope, receive, send):
    await receive()
    pass
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        cause=("NameError", "main.py:1"),
        fix=("main.py:1",),
    ),
    Situation(
        name="the connection is refused",
        main="""\
import asyncio

async def app(scope, receive, send):
    await receive()
    await asyncio.open_connection('127.0.0.1', 9)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        cause=("ConnectionRefusedError", "main.py:5"),
    ),
    Situation(
        name="an exception has a cause",
        main="""\
def load():
    try:
        {}["key"]
    except KeyError as error:
        raise RuntimeError("no settings") from error

async def app(scope, receive, send):
    await receive()
    load()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        cause=("RuntimeError: no settings", "main.py:5", "KeyError: 'key', at main.py:3"),
    ),
    Situation(
        name="a task of a group fails",
        main="""\
import asyncio


async def load():
    raise ValueError("bad row")


async def start():
    await asyncio.gather(load())

async def app(scope, receive, send):
    await receive()
    await start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        cause=("ValueError: bad row", "main.py:5"),
    ),
    Situation(
        name="startup reports its failure",
        main="""\
async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "migrations are pending"})
""",
        cause=("migrations are pending",),
    ),
    Situation(
        name="startup calls sys.exit",
        main="""\
import sys

async def app(scope, receive, send):
    await receive()
    sys.exit(1)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        cause=("SystemExit", "main.py:5"),
    ),
    Situation(
        name="startup ends the process",
        main="""\
import os

async def app(scope, receive, send):
    await receive()
    os._exit(3)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        cause=("os._exit",),
    ),
    Situation(
        name="the lifespan does not yield",
        main="""\
from contextlib import asynccontextmanager
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app):
    if False:
        yield


app = FastAPI(lifespan=lifespan)
""",
        cause=("didn't yield",),
    ),
    Situation(
        name="shutdown hangs",
        main="""\
import asyncio

async def app(scope, receive, send):
    await receive()
    pass
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await asyncio.Event().wait()
    await send({"type": "lifespan.shutdown.complete"})
""",
        words=("main:app", "--shutdown-timeout", "1"),
        cause=("main.py:8", "timed out"),
        fix=("--shutdown-timeout",),
    ),
    Situation(
        name="shutdown fails",
        main="""\
async def app(scope, receive, send):
    await receive()
    pass
    await send({"type": "lifespan.startup.complete"})
    await receive()
    raise RuntimeError('no connection')
    await send({"type": "lifespan.shutdown.complete"})
""",
        cause=("RuntimeError", "no connection", "main.py:6"),
    ),
    Situation(
        name="a middleware drops the lifespan",
        main="""\
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
""",
        cause=("startup",),
    ),
    Situation(
        name="a message has the wrong type",
        main="""\
async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.completed"})
""",
        cause=("lifespan.startup.completed",),
        fix=("lifespan.startup.complete",),
    ),
    Situation(
        name="an ASGI 2 application",
        main="""\
def app(scope):
    async def instance(receive, send): ...
    return instance
""",
        cause=("main.py:1",),
    ),
    Situation(
        name="no ASGI application",
        main="""\
app = {'not': 'an application'}
""",
        cause=("app", "dict"),
    ),
    Situation(
        name="the import takes too long",
        main="""\
import time
time.sleep(60)

async def app(scope, receive, send):
    await receive()
    pass
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        words=("main:app", "--import-timeout", "1"),
        cause=("main.py:2", "timed out"),
        fix=("--import-timeout",),
    ),
    Situation(
        name="the import exits",
        main="""\
import sys
sys.exit('no licence')

async def app(scope, receive, send):
    await receive()
    pass
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        cause=("main.py:2", "no licence"),
    ),
    Situation(
        name="the start is over its budget",
        main="""\
import asyncio

async def app(scope, receive, send):
    await receive()
    await asyncio.sleep(0.3)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        words=("main:app", "--max-startup", "100ms"),
        cause=("main.py:5", "100 ms"),
        fix=("--max-startup",),
    ),
    Situation(
        name="the event loop is blocked",
        main="""\
import time

async def app(scope, receive, send):
    await receive()
    time.sleep(0.3)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        words=("main:app", "--max-blocking", "100ms"),
        cause=("main.py:5", "time.sleep(0.3)"),
    ),
    Situation(
        name="a module is forbidden",
        main="""\
import decimal

async def app(scope, receive, send):
    await receive()
    pass
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        words=("main:app", "--forbid-import", "decimal"),
        cause=("decimal", "main.py:1"),
    ),
    Situation(
        name="a thread keeps the process",
        main="""\
import threading, time

async def app(scope, receive, send):
    await receive()
    threading.Thread(target=time.sleep, args=(60,), name='metrics').start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    pass
    await send({"type": "lifespan.shutdown.complete"})
""",
        words=("main:app", "--exit-timeout", "1"),
        cause=("metrics",),
    ),
    Situation(
        name="handlers are ignored",
        main="""\
from contextlib import asynccontextmanager
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app):
    yield


app = FastAPI(lifespan=lifespan)


@app.on_event('startup')
def warm():
    pass
""",
        cause=("warm",),
    ),
    Situation(
        name="a mounted lifespan never runs",
        main="""\
from contextlib import asynccontextmanager
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app):
    yield


inner = FastAPI(lifespan=lifespan)


app = FastAPI()
app.mount('/inner', inner)
""",
        cause=("lifespan", "/inner"),
    ),
)
LESSER = {"handlers are ignored", "a mounted lifespan never runs"} if sys.version_info < (3, 12) else set()
"""What Python 3.11 does not let us see for certain is a warning there, and does not fail the check."""


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.name)
def test_the_cause_and_the_fix_stand_on_the_last_screen(situation: Situation, tmp_path: Path):
    file = tmp_path / situation.file
    file.parent.mkdir(exist_ok=True)
    file.write_text(situation.main)
    outcome = call(situation.words, tmp_path, {"COLUMNS": "80", "LINES": "24"})
    lines = outcome.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    screen = " ".join(" ".join(lines[-SCREEN:]).split())
    assert [word for word in (*situation.cause, *situation.fix) if word not in screen] == []
    verdicts = [line.split()[0] for line in lines if line.startswith(("FAILED ", "PASSED "))]
    assert verdicts == ["PASSED" if situation.name in LESSER else "FAILED"]
    assert outcome.exit_code == (situation.name not in LESSER)
