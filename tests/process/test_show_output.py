"""`--show-output`: the application's own words on stderr, line by line, whatever pieces they come in."""

import subprocess
import sys
from pathlib import Path

from lifespan_cli.model.events import Exited, Wrote
from lifespan_cli.output.application_output import LONGEST_LINE, Output

CHATTY = """\
import sys, time

print("one")
time.sleep(0.1)
print("two\\ttabs")
for part in ("é".encode()[:1], "é".encode()[1:] + b"\\n", b"::err", b"or ::forged\\n", b"no newline"):
    sys.stdout.buffer.write(part)
    sys.stdout.flush()
    time.sleep(0.1)


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""


def shown(*pieces: str, ended: bool = True) -> str:
    written: list[str] = []
    output = Output(written.append)
    for piece in pieces:
        output.see(Wrote(piece))
    if ended:
        output.see(Exited(0, 0, None, killed=False))
    return "".join(written)


def test_pieces_stay_the_lines_that_they_were():
    assert shown("one\n", "two\n\n", "th", "ree\r\nfo", "ur") == "one\ntwo\n\nthree\nfour\n"


def test_a_whole_line_does_not_wait_for_the_next():
    assert shown("one\ntwo", ended=False) == "one\n"


def test_a_command_in_two_pieces_is_inert():
    assert shown("::err", "or ::forged\n", "#", "#[error]forged\n") == "\\x3a:error ::forged\n\\x23#[error]forged\n"


def test_a_line_without_end_is_broken_and_not_kept():
    text = "x" * (LONGEST_LINE + 1)
    assert shown(text, ended=False) == text + "\n"


def test_the_command_shows_every_line(tmp_path: Path):
    (tmp_path / "chatty.py").write_text(CHATTY, encoding="utf-8")
    command = [sys.executable, "-m", "lifespan_cli", "chatty.py", "--show-output", "--quiet"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=60)
    assert done.stderr == "one\ntwo tabs\né\n\\x3a:error ::forged\nno newline\n"
