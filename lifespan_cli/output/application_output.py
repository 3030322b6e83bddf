"""The application's own output, shown live: `--show-output`."""

from collections.abc import Callable

from lifespan_cli.model.events import Event, Exited, Wrote
from lifespan_cli.output.escape import inert_lines

LONGEST_LINE = 10_000
"""Characters after which a line that does not end is broken."""


class Output:
    """Shows what the application writes, inert, a line as soon as it is whole.

    A line is made inert as a whole: in two halves, a command to a CI runner would be none, and one again on the log.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._rest = ""

    def see(self, event: Event) -> None:
        """Show an event, if it is output; with the end of the process what is left of it."""
        if isinstance(event, Wrote):
            whole, newline, self._rest = (self._rest + event.text).rpartition("\n")
            self._show(whole + newline)
            if len(self._rest) > LONGEST_LINE:
                self._show_rest()
        elif isinstance(event, Exited):
            self._show_rest()

    def _show_rest(self) -> None:
        self._show(self._rest)
        self._rest = ""

    def _show(self, text: str) -> None:
        if text:
            self._write("".join(f"{line}\n" for line in inert_lines(text, limit=None)))
