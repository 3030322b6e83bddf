"""`python -m lifespan_cli`, and the console script `lifespan-check`."""

import os
import sys

from lifespan_cli import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> "NoReturn":
    """Run the command with the arguments of this process, and end it with the command's exit code.

    All is written and every child is gone by then: taking the interpreter down in order would only take time.
    """
    try:
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:  # so early that the door was not yet open
        code = 130
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:  # nobody reads it
            continue
    os._exit(code)


def _run(arguments: list[str]) -> int:
    """The two things that need no command line parsed are done before its parser is imported."""
    from lifespan_cli import streams

    streams.prepare()
    if arguments in (["--version"], ["-V"]):
        streams.write(f"lifespan-check {__version__}\n")
        return 0
    if arguments in (["--help"], ["-h"]):
        from lifespan_cli.usage import help_text

        streams.write(help_text(streams.width(os.environ)))
        return 0
    from lifespan_cli.cli import run

    return run(arguments)


if __name__ == "__main__":
    main()
