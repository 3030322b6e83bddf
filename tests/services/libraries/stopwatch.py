"""How long a call of a library's really took, by the line that made it, for those who hold a report against it.

Each call adds a line to the file that the environment variable `STOPWATCH` names, if any: the place, and nanoseconds.
"""

import os
import sys
import time


class Measured:
    """Around what a function does; the place is the caller's line, `shop/db.py:11`, unless a name is given."""

    def __init__(self, name=None):
        caller = sys._getframe(2)
        self.name = name or f"{'/'.join(caller.f_code.co_filename.split('/')[-2:])}:{caller.f_lineno}"

    def __enter__(self):
        self.at_ns = time.monotonic_ns()

    def __exit__(self, *error):
        took_ns = time.monotonic_ns() - self.at_ns
        path = os.environ.get("STOPWATCH")
        if path:
            with open(path, "a") as file:  # noqa: PTH123  # pathlib would be one more import of the service
                file.write(f"{self.name} {took_ns}\n")
