"""The block of the text report that says how servers handle a target: shown on demand."""

import pytest
from msgspec.structs import replace
from rendering import render
from reports import PASSED, PASSED_TARGET
from test_servers import UP, failure, run

from lifespan_cli.model import ServerOutcome
from lifespan_cli.output import Style
from lifespan_cli.servers import outcomes

STARTING = outcomes(run(), "shop.main")
CRASHING = outcomes(run([UP], failure("startup")), "shop.main")
EVERYTHING = """\
in production
  uvicorn 0.54.0 by default     starts
  uvicorn 0.54.0 --lifespan on  starts
  hypercorn 0.18.0              starts
  granian 2.8.7                 starts
  gunicorn 27.0.1               starts
  daphne 4.2.3                  never runs a lifespan: it serves without your startup, and without
                                state

"""


def text(made: tuple[ServerOutcome, ...], **style) -> str:
    report = replace(PASSED, targets=(replace(PASSED_TARGET, servers=made),))
    return render("text", report, Style(width=100, **style))


@pytest.mark.parametrize("servers", [(), STARTING])
def test_nothing_is_shown_of_servers_that_all_start_it(servers):
    assert "in production" not in text(servers)
    assert "in production" not in text(CRASHING, quiet=True)


def test_all_are_shown_when_asked():
    assert EVERYTHING in text(STARTING, servers=True)
    assert EVERYTHING.split("daphne")[0] in text(STARTING, verbose=True)


def test_the_sentence_that_a_server_logs_is_shown_when_asked():
    assert "    logs: ASGI 'lifespan' protocol appears unsupported.\n" in text(CRASHING, servers=True)
    assert "logs:" not in text(CRASHING)


def test_what_the_application_says_is_inert():
    hostile = ServerOutcome("uvicorn", "auto", "0.54.0", "refuses", "\x1b[31m[bold]\r\nno", 3, "shows the message")

    shown = text((hostile,), servers=True)
    assert "\x1b" not in shown
    assert "[bold]" in shown
    assert "logs: " in shown
