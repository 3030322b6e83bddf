"""How long entering and leaving each `@asynccontextmanager` takes, from events of the code of its generator.

Which generators those are is seen where contextlib enters them.
"""

from lifespan_cli.probe.frameworks.callables import runnable_context
from lifespan_cli.probe.internals.awaiting import local
from lifespan_cli.probe.internals.contexts import MANAGER
from lifespan_cli.probe.loading.server_imports import standard_if_loaded
from lifespan_cli.probe.wire import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from lifespan_cli.probe.code_events import Activation, CodeEvents, Watched
    from lifespan_cli.probe.wire import Wire

MOST_SPANS = 500


class Spans:
    """Writes one event for each entering and leaving."""

    def __init__(self, wire: "Wire", events: "CodeEvents") -> None:
        self._wire = wire
        self._events = events
        self._count = 0
        events.on_span = self._write
        if not events.missing and standard_if_loaded("contextlib") is not None and MANAGER.works():
            entering = events.watch(MANAGER.get().__aenter__.__code__)
            entering.records, entering.on_start = False, self._enters

    def _enters(self, frame: "FrameType") -> None:
        """contextlib enters a generator that has not begun: from now on its code is watched."""
        code = runnable_context(local(frame, "self")).code
        if code is not None:
            self._events.watch(code).spans = True

    def _write(self, watched: "Watched", activation: "Activation", kind: str) -> None:
        if self._count >= MOST_SPANS:
            return
        self._count += 1
        code, enters = watched.code, kind == "enter"
        at_ns = activation.started_ns if enters else activation.resumed_ns or activation.ended_ns
        until_ns = (activation.ready_ns if enters else 0) or activation.ended_ns
        self._wire.put(
            "Spanned",
            kind=kind,
            name=text(getattr(code, "co_qualname", code.co_name)),
            path=text(code.co_filename),
            line=code.co_firstlineno,
            phase=self._wire.phase,
            at_ns=at_ns,
            wall_ns=until_ns - at_ns,
        )
