"""The real servers against what the tool says of them, for every application of the corpus.

Both are run for the pairs that were collected, a few at a time. `SERVERS=sample` takes every sixth application, for a
second interpreter; `WRITE_TABLE=1` writes TABLE.md anew.
"""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

import pytest
from conftest import COMMAND
from corpus import CORPUS, HERE, App
from real_servers import Seen, watch

from lifespan_cli.report import Report, ServerOutcome
from lifespan_cli.servers import SERVERS

TABLE = HERE / "TABLE.md"
PAIRS = [(server.__name__.rpartition(".")[2], mode) for server in SERVERS for mode in server.MODES]
APPS = CORPUS[:: 6 if os.environ.get("SERVERS") == "sample" else 1]
AT_ONCE, WAITING_AT_ONCE = 4, 12
HANG_S, PATIENCE_S = 6, 90
"""How long a server is watched that is expected to hang; any other, until it answers or ends."""
TROUBLE = re.compile(r"\b(ERROR|WARNING|CRITICAL)\b")
CELLS = {"starts": "starts", "starts-without-lifespan": "without", "hangs": "hangs", "error-500": "500"}
Key = tuple[str, str, str]
Told = Mapping[Key, ServerOutcome]


def tell(app: App) -> tuple[ServerOutcome, ...]:
    """What the tool says of the application, by its own command."""
    words = ["--output-format=json", "--timeout=2s", "--hold=300ms", "--fail-on=never"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("LIFESPAN_CHECK_", "PYTHON"))}
    done = subprocess.run(
        [COMMAND, app.target, *words], cwd=app.cwd, env={**environ, **app.environ}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return Report.from_dict(json.loads(done.stdout)).targets[0].servers


def is_waited_for(outcome: ServerOutcome) -> bool:
    """It takes its time, and no more of the processor."""
    return outcome.outcome in ("hangs", "depends") or "30 s" in outcome.statement


@pytest.fixture(scope="session")
def told() -> Told:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = pool.map(tell, APPS)
        return {
            (app.name, outcome.server, outcome.mode): outcome
            for app, outcomes in zip(APPS, answers, strict=True)
            for outcome in outcomes
        }


@pytest.fixture(scope="session")
def seen(request, told: Told, tmp_path_factory) -> Mapping[Key, Seen]:
    """What was seen of every pair whose test is about to be run."""
    calls = [item.callspec.params for item in request.session.items if getattr(item, "callspec", None)]
    pairs = [(call["app"], call["pair"]) for call in calls if call.keys() == {"app", "pair"}]
    folder = tmp_path_factory.mktemp("servers")

    def look(app: App, pair: tuple[str, str]) -> Seen:
        place = folder / "-".join((app.name, *pair))
        place.mkdir()
        expected = told[app.name, *pair]
        return watch(*pair, app, place, HANG_S if expected.outcome == "hangs" else PATIENCE_S, expected.says)

    with ThreadPoolExecutor(AT_ONCE) as busy, ThreadPoolExecutor(WAITING_AT_ONCE) as waiting:
        futures = {
            (app.name, *pair): (waiting if is_waited_for(told[app.name, *pair]) else busy).submit(look, app, pair)
            for app, pair in pairs
        }
        return {key: future.result() for key, future in futures.items()}


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_the_server_does_what_was_told(app: App, pair: tuple[str, str], told: Told, seen):
    outcome, real = told[app.name, *pair], seen[app.name, *pair]

    if outcome.outcome == "depends":
        assert (app.name, pair[0]) in DEPENDS
        return
    assert (real.outcome, real.exit_code) == (outcome.outcome, outcome.exit_code), (outcome, real.log)
    if outcome.outcome != "hangs":
        assert outcome.says in real.log, outcome
    if outcome.outcome.startswith("starts") and not outcome.says and pair[0] != "daphne":
        assert not TROUBLE.search(real.log), outcome


DEPENDS = {
    # what such a message lets the application do next, only a server shows that accepts it
    ("unknown_message", "gunicorn"),
    ("answers_as_to_a_request", "gunicorn"),
    ("mends_its_message", "gunicorn"),
    ("message_type_is_bytes", "gunicorn"),
    ("shutdown_first", "gunicorn"),
    ("shutdown_first", "hypercorn"),
    ("async_function()", "daphne"),
    *(("message_is_a_mapping", server.__name__.rpartition(".")[2]) for server in SERVERS),
    # what it ends depends on the event loop
    ("exits_in_startup", "gunicorn"),
    ("exits_well_in_startup", "gunicorn"),
    ("fails_and_exits_in_startup", "gunicorn"),
    ("exits_in_a_task", "gunicorn"),
    ("exits_in_a_callback", "gunicorn"),
    ("interrupts_startup", "gunicorn"),
    # what uvicorn gets when it calls it, nobody else has called for
    ("factory", "uvicorn"),
    ("factory_with_a_default", "uvicorn"),
    ("class_of_an_app", "uvicorn"),
}
"""The pairs of which one run cannot tell, and the tool says so."""


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.__name__.rpartition(".")[2])
def test_the_version_here_is_of_the_minor_that_the_statements_were_verified_with(server):
    minor = server.VERSION.rpartition(".")[0]

    assert version(server.__name__.rpartition(".")[2]).startswith(f"{minor}.")


def test_the_table_shows_what_the_servers_do(told: Told):
    rows = [row(app, told) for app in APPS]
    if os.environ.get("WRITE_TABLE"):
        TABLE.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    written = TABLE.read_text(encoding="utf-8")

    assert written.startswith(HEAD + "\n")
    assert [line for line in written.removeprefix(HEAD + "\n").splitlines() if line in rows] == rows
    assert written.count("\n") == HEAD.count("\n") + 1 + len(CORPUS)


def row(app: App, told: Told) -> str:
    """One line of the table."""
    cells = [cell(told[app.name, server, mode]) for server, mode in PAIRS]
    name = f"[{app.name}]({os.path.relpath(app.file, HERE)})" if app.file.exists() else app.name
    return f"| {' | '.join([name, *cells])} |"


def cell(outcome: ServerOutcome) -> str:
    """`exit 3` for a server that refuses, else one word."""
    if outcome.outcome == "refuses":
        return f"exit {outcome.exit_code}"
    return CELLS.get(outcome.outcome, "depends") + ("*" if outcome.outcome == "starts" and outcome.says else "")


def heading() -> str:
    """What stands above the rows."""
    names = [f"{name} {version_of[name]}" + (f" `--lifespan {mode}`" if mode == "on" else "") for name, mode in PAIRS]
    return f"""# What real servers make of the applications of the tests

Written by `test_differential.py`, which starts every server with every application and compares. Servers are started
with their defaults, gunicorn with its own worker class `asgi`, an application with `()` as a factory.

starts: it serves, after the application's startup · starts\\*: so it does, and logs an error of the lifespan ·
without: it serves without the application's startup · 500: it answers every request so · exit: it ends with this
exit code, and 0 passes for success · hangs: it neither serves nor ends, or starts its worker again and again ·
depends: one run of the application does not tell

| application | {" | ".join(names)} |
|---{"|---" * len(names)}|"""


version_of = {server.__name__.rpartition(".")[2]: server.VERSION for server in SERVERS}
HEAD = heading()
