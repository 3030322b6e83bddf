"""What a reader has to know of the conditions of a check, in one line each: what was not measured, and why."""

from lifespan_cli.model import Target


def notes(target: Target) -> list[str]:
    """The lines, each once, however many runs it is true of."""
    off = [entry for run in target.runs for entry in run.not_measured]
    return list(dict.fromkeys(f"not measured: {entry.measurement} ({entry.reason})" for entry in off))
