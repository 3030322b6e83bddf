"""What the servers would make of a target, told from one run of it, without any of them.

Each module holds one server, the version that its statements were verified with, and the sentences it logs. The
differential test in `tests/servers` holds them against the real ones.
"""

from lifespan_cli.model import Run, ServerOutcome
from lifespan_cli.servers import daphne, granian, gunicorn, hypercorn, uvicorn
from lifespan_cli.servers.reading import read

SERVERS = (uvicorn, hypercorn, granian, gunicorn, daphne)


def outcomes(run: Run, module: str, attribute: str = "", *, factory: bool = False) -> tuple[ServerOutcome, ...]:
    """What each server, in each of its modes, would make of `module:attribute`; with `factory`, of what that returns.

    Empty where the run does not tell: it was interrupted, or ended in what only the tool does.
    """
    life = read(run, module, attribute, factory)
    if life is None:
        return ()
    return tuple(
        ServerOutcome(server.__name__.rpartition(".")[2], mode, server.VERSION, **server.answer(life, mode)._asdict())
        for server in SERVERS
        for mode in server.MODES
    )
