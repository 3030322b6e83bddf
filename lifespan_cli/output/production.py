"""What servers do with a target that does not start, in one line: what surprises alone."""

from lifespan_cli.model import ServerOutcome, Target


def in_production(target: Target) -> str:
    """`uvicorn and granian wait forever; hypercorn exits with code 0`; empty where all of them just do not start.

    Of a server with several modes the default counts. daphne, which runs no lifespan, is no surprise.
    """
    servers: dict[str, list[str]] = {}
    seen: set[str] = set()
    for outcome in target.servers:
        if outcome.server in seen or outcome.server == "daphne":
            continue
        seen.add(outcome.server)
        if surprising := _surprising(outcome):
            servers.setdefault(surprising, []).append(outcome.server)
    return "; ".join(f"{_and(names)}: {what}" for what, names in servers.items())


def _surprising(outcome: ServerOutcome) -> str:
    """What it does other than not starting; empty where it does just that, or starts."""
    if outcome.outcome == "starts":
        return ""
    if outcome.outcome == "refuses":
        told = outcome.statement.replace(": exit code 0", ", and exits with code 0")
        return told if outcome.exit_code == 0 else ""
    return outcome.statement


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
