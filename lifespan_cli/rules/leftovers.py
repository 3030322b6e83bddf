"""What is still there after shutdown, as the rules on hygiene look at it."""

from collections.abc import Iterable, Iterator

from lifespan_cli.model import Failure, Leftover
from lifespan_cli.rules.rule import Case

NOT_A_DAEMON = "not a daemon"


def left(case: Case, *kinds: str) -> Iterator[Leftover]:
    """What is left of these kinds by an application that was up, and came down or crashed while it was.

    One that never was up had no chance to clean up; of one that did not come down that is told, not what follows.
    """
    ended = [failure for failure in case.run.failures if not _leaves_leaks(case, failure)]
    failed = case.transcript.shutdown is not None and not case.transcript.stopped
    if case.transcript.started and not ended and not failed:
        yield from (item for item in case.run.leftovers if item.kind in kinds)


def _leaves_leaks(case: Case, failure: Failure) -> bool:
    """What is left after this failure is told all the same: that of a lifespan that crashed while it was up, too."""
    crashed_while_up = failure.phase in ("startup", "hold") and failure.kind == "exception" and not failure.from_probe
    return failure.phase in ("exit", "restart") or (crashed_while_up and case.transcript.started)


def is_not_a_daemon(item: Leftover) -> bool:
    """It is a thread that the interpreter waits for at its end."""
    return item.kind == "thread" and item.detail.startswith(NOT_A_DAEMON)


def grouped(items: Iterable[Leftover]) -> Iterator[tuple[Leftover, int]]:
    """One of each place with the number that were made there: a pool of forty threads is one finding."""
    groups: dict[tuple[object, ...], list[Leftover]] = {}
    for item in items:
        key = (item.kind, item.path, item.line) if item.path else (item.kind, item.name, item.detail)
        groups.setdefault(key, []).append(item)
    for group in groups.values():
        yield group[0], len(group)


def more(count: int) -> str:
    """How a sentence ends about the first of so many."""
    return f" (and {count - 1} more from the same line)" if count > 1 else ""
