"""The application's own output, shown live: `--show-output`."""

from typing import TextIO

from lifespan_cli.events import Event, Wrote
from lifespan_cli.renderers.inert import inert_lines


class Output:
    """Writes what the application writes, inert, as soon as it comes."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def see(self, event: Event) -> None:
        """Show an event, if it is output."""
        if isinstance(event, Wrote):
            self._file.write("\n".join(inert_lines(event.text, limit=None)))
            self._file.flush()
