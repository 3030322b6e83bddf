"""What a reader has to know of the conditions of a check: the Python, and in one line each what was not measured."""

import re

from lifespan_cli.model import Environment, Target
from lifespan_cli.model.not_measured import said
from lifespan_cli.probe import internals

_VERSION = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})\b")


def python_of(environment: Environment) -> str:
    """`3.15.2`, or `3.15.2 free-threaded`."""
    return f"{environment.python}{' free-threaded' if environment.free_threaded else ''}"


def notes(target: Target) -> list[str]:
    """The lines, each once, however many runs it is true of.

    Which handlers ran is no question where the application did not come up.
    """
    environment = target.environment
    off = [
        entry
        for run in target.runs
        for entry in run.not_measured
        if target.came_up or entry.measurement != internals.REGISTERED
    ]
    lines = [said(entry) for entry in off]
    if _is_newer(environment.python, environment.newest_tested):
        tested = f"{environment.newest_tested}, the newest that lifespan-check is tested with"
        lines.insert(0, f"Python {environment.python} is newer than {tested}")
    return list(dict.fromkeys(lines))


def _is_newer(python: str, tested: str) -> bool:
    """By the first two numbers of each; not where one is not known."""
    found = [_VERSION.match(version) for version in (python, tested)]
    versions = [(int(match[1]), int(match[2])) for match in found if match]
    return len(versions) == 2 and versions[0] > versions[1]
