"""The real servers against what the tool says of them: one test for each application of the corpus and each server.

`PYTHONPATH=tests python tests/servers/test_differential.py` writes TABLE.md anew.
"""

import os
import re
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import pytest
from conftest import call
from real_servers import Seen, watch
from server_corpus import CORPUS, HERE, App

from lifespan_cli.model import ServerOutcome
from lifespan_cli.servers import SERVERS

TABLE = HERE / "TABLE.md"
MODES = [(server.__name__.rpartition(".")[2], mode) for server in SERVERS for mode in server.MODES]
HANG_S, PATIENCE_S = 6, 90
"""How long a server is watched that is expected to hang; any other, until it answers or ends."""
TROUBLE = re.compile(r"\b(ERROR|WARNING|CRITICAL)\b")
CELLS = {"starts": "starts", "starts-without-lifespan": "without", "hangs": "hangs", "error-500": "500"}
Told = Mapping[tuple[str, str], ServerOutcome]
DEPENDS = {
    # what such a message lets the application do next, only a server shows that accepts it
    ("unknown_message", "gunicorn"),
    ("answers_as_to_a_request", "gunicorn"),
    ("mends_its_message", "gunicorn"),
    ("message_type_is_bytes", "gunicorn"),
    ("shutdown_first", "gunicorn"),
    ("shutdown_first", "hypercorn"),
    ("async_function()", "daphne"),
    *(("message_is_a_mapping", name) for name in ("uvicorn", "hypercorn", "granian", "gunicorn")),
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


def pairs(depending: bool) -> list[object]:
    """The applications with their servers. Those of one application stay in one worker, which asks the tool once."""
    return [
        pytest.param(app, (server, mode), id=f"{app.name}-{server}-{mode}", marks=pytest.mark.xdist_group(app.name))
        for app in CORPUS
        for server, mode in MODES
        if ((app.name, server) in DEPENDS) == depending
    ]


_told: dict[str, Told] = {}


def tell(app: App) -> Told:
    """What the tool says of the application, for each server and mode. It is run once."""
    if app.name not in _told:
        words = ("--output-format=json", "--timeout=2s", "--hold=300ms", "--fail-on=never")
        outcomes = call((app.target, *words), app.cwd, app.environ).target.servers
        _told[app.name] = {(outcome.server, outcome.mode): outcome for outcome in outcomes}
    return _told[app.name]


@pytest.fixture
def outcome(app: App, pair: tuple[str, str]) -> ServerOutcome:
    """What the tool says that this server does with this application."""
    return tell(app)[pair]


@pytest.fixture
def seen(app: App, pair: tuple[str, str], outcome: ServerOutcome, tmp_path: Path) -> Seen:
    """What the server really does."""
    return watch(*pair, app, tmp_path, HANG_S if outcome.outcome == "hangs" else PATIENCE_S, outcome.says)


@pytest.mark.parametrize(("app", "pair"), pairs(depending=False))
def test_the_server_does_what_was_told(pair: tuple[str, str], outcome: ServerOutcome, seen: Seen):
    assert (seen.outcome, seen.exit_code) == (outcome.outcome, outcome.exit_code), (outcome, seen.log)
    if outcome.outcome != "hangs":
        assert outcome.says in seen.log, outcome
    if outcome.outcome.startswith("starts") and not outcome.says and pair[0] != "daphne":
        assert not TROUBLE.search(seen.log), outcome


@pytest.mark.parametrize(("app", "pair"), pairs(depending=True))
def test_one_run_does_not_tell_what_the_server_does(outcome: ServerOutcome):
    assert outcome.outcome == "depends"


@pytest.mark.parametrize(
    "app", [pytest.param(app, id=app.name, marks=pytest.mark.xdist_group(app.name)) for app in CORPUS]
)
def test_the_table_shows_what_was_told(app: App):
    assert row(app) in TABLE.read_text(encoding="utf-8").splitlines()


def test_the_table_has_a_row_for_every_application_and_no_other():
    written = TABLE.read_text(encoding="utf-8")

    assert written.startswith(HEAD + "\n")
    assert written.count("\n") == HEAD.count("\n") + 1 + len(CORPUS)


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.__name__.rpartition(".")[2])
def test_the_version_here_is_of_the_minor_that_the_statements_were_verified_with(server):
    minor = server.VERSION.rpartition(".")[0]

    assert version(server.__name__.rpartition(".")[2]).startswith(f"{minor}.")


def row(app: App) -> str:
    """One line of the table."""
    cells = [cell(tell(app)[pair]) for pair in MODES]
    name = f"[{app.name}]({os.path.relpath(app.file, HERE)})" if app.file.exists() else app.name
    return f"| {' | '.join([name, *cells])} |"


def cell(outcome: ServerOutcome) -> str:
    """`exit 3` for a server that refuses, else one word."""
    if outcome.outcome == "refuses":
        return f"exit {outcome.exit_code}"
    return CELLS.get(outcome.outcome, "depends") + ("*" if outcome.outcome == "starts" and outcome.says else "")


def heading() -> str:
    """What stands above the rows."""
    names = [f"{name} {version_of[name]}" + (f" `--lifespan {mode}`" if mode == "on" else "") for name, mode in MODES]
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


if __name__ == "__main__":
    TABLE.write_text("\n".join([HEAD, *map(row, CORPUS)]) + "\n", encoding="utf-8")
