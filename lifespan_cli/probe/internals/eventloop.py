"""What tells the steps of asyncio's event loop apart, and which frames are the loops' own."""

from lifespan_cli.probe.internals import Internal
from lifespan_cli.probe.internals.awaiting import Way
from lifespan_cli.probe.loading.server_imports import standard_if_loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_STEPS = "exactly when a step of the event loop begins"
_LOOPS = (
    "/asyncio/base_events.py",
    "/asyncio/events.py",
    "/asyncio/runners.py",
    "/asyncio/unix_events.py",
    "/selectors.py",
)
_ANYIO = ("/anyio/_backends/_asyncio.py", "/anyio/_backends/_trio.py", "/anyio/_core/_tasks.py")
_WRAPPERS = ("run", "wrapper", "_run_wrapped_task", "_run_coro")

ITERATION = Way(
    "asyncio.BaseEventLoop._run_once's end_time",
    _STEPS,
    ("BaseEventLoop._run_once", "/asyncio/base_events.py"),
    ("end_time",),
)
"""One iteration of asyncio's loop, and the loop's time when it began."""


def _test_ready() -> str:
    """Without a loop: making one opens descriptors."""
    names = standard_if_loaded("asyncio").BaseEventLoop.__init__.__code__.co_names
    return "" if "_ready" in names else "does not exist"


READY = Internal("asyncio.BaseEventLoop._ready", _STEPS, test=_test_ready)


def ready_handles(loop: "Any") -> "Sequence[Any] | None":
    """The handles that asyncio's loop is to run; None of a loop of another kind, such as uvloop's."""
    if not issubclass(type(loop), standard_if_loaded("asyncio").BaseEventLoop) or not READY.works():
        return None
    ready: Sequence[Any] = loop._ready
    return ready


def runs_tasks(name: str, path: str) -> bool:
    """A function of this name in this file runs tasks and callbacks for an event loop, and is not one of them."""
    if path.endswith(_LOOPS) or "/trio/_core/" in path:
        return True
    if path.endswith("/_core/_eventloop.py") and "anyio" in path:
        return True
    return path.endswith(_ANYIO) and name in _WRAPPERS
