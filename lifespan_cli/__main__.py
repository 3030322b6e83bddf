"""`python -m lifespan_cli`, and the console script `lifespan-check`."""

import os
import sys

from lifespan_cli import __version__


def main() -> int:
    """Run the command with the arguments of this process; returns its exit code."""
    try:
        return _run(sys.argv[1:])
    except KeyboardInterrupt:  # so early that the door was not yet open
        return 130


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
    sys.exit(main())
