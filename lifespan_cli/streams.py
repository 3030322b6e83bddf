"""The command's own three streams: what may go wrong with them never shows as a traceback."""

import os
import sys
from collections.abc import Mapping

from lifespan_cli.errors import ToolError

TYPE_CHECKING = False
if TYPE_CHECKING:  # the import of typing is half of what --version takes
    from typing import TextIO


def prepare() -> None:
    """Make the standard descriptors and streams safe to use.

    A descriptor that the caller closed (`>&-`) is opened on the null device, so that no pipe of ours takes its number
    and becomes a standard stream of the application. A character that the streams' encoding lacks is written escaped.
    """
    for descriptor in (0, 1, 2):
        if not _is_open(descriptor):
            # gets the lowest free number, which is the missing one
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)  # a closed stream is None, a test's may be anything
        if reconfigure:
            reconfigure(errors="backslashreplace")


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def write(text: str) -> None:
    """Write to stdout. A reader that has gone away, or a stdout that is closed, is nobody's fault and silent.

    Raises ToolError when it cannot be written for another reason: a full disk, say.
    """
    if sys.stdout is None:
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _discard(sys.stdout)
    except OSError as error:
        _discard(sys.stdout)
        raise ToolError(f"stdout cannot be written: {error.strerror}") from None


def complain(sentence: str, hint: str = "") -> None:
    """Write an error to stderr, as one line whatever names it quotes, and a second one with the hint."""
    to_stderr(f"lifespan-check: error: {_one_line(sentence)}\n" + (f"{hint}\n" if hint else ""))


def tell(sentence: str) -> None:
    """Write a line about what goes on to stderr, whatever names it quotes."""
    to_stderr(f"lifespan-check: {_one_line(sentence)}\n")


def _one_line(sentence: str) -> str:
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in sentence)


def to_stderr(text: str) -> None:
    """Write to stderr. That nobody reads it, or that it is closed, is no reason to stop."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        _discard(sys.stderr)


def _discard(stream: "TextIO") -> None:
    """Send what is still buffered nowhere: the interpreter flushes it at its end, and would complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def width(environ: Mapping[str, str]) -> int:
    """The columns that a report on stdout has: COLUMNS, else the terminal's, else 100."""
    columns = environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and int(columns[:6]):
        return int(columns[:6])
    try:
        return os.get_terminal_size(1).columns or 100
    except OSError:
        return 100


def is_terminal(stream: "TextIO | None", environ: Mapping[str, str]) -> bool:
    """Whether the stream is a terminal that understands more than text."""
    return stream is not None and stream.isatty() and environ.get("TERM") != "dumb"


def is_colored(choice: str, environ: Mapping[str, str]) -> bool:
    """Whether stdout gets colours: `--color`, else NO_COLOR, else FORCE_COLOR, else a terminal does."""
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if forced := environ.get("FORCE_COLOR"):
        return forced not in ("0", "false")
    return is_terminal(sys.stdout, environ)


def is_unicode(characters: str) -> bool:
    """Whether stdout can write these characters."""
    try:
        characters.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
