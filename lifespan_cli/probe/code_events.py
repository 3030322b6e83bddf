"""Which code objects ran, how often, when and by whom: `sys.monitoring`'s events on those code objects (PEP 669).

Nothing of the application is replaced, and code that is not watched costs nothing. Before Python 3.12 there are no such
events, and none when other tools use every tool id: `CodeEvents.missing` says so.

A coroutine or generator starts with its first step, not with the call that makes it, and is suspended and resumed
between: all that belongs to one frame is one activation. Events come from all threads of the interpreter.
"""

import sys

from lifespan_cli.probe.clock import monotonic_ns
from lifespan_cli.probe.internals.awaiting import local
from lifespan_cli.probe.internals.interpreter import frame_above

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from types import CodeType, FrameType
    from typing import Any

TOOL_IDS = (4, 3, 5, 2, 0, 1)
"""In the order in which they are tried: those first that no kind of tool claims (3 and 4), a coverage tool's last."""
TOOL_NAME = "lifespan-check"
MOST_ACTIVATIONS = 1000
"""A code object that runs more often is a helper; it is not watched any longer."""
GENERATOR, ASYNC_GENERATOR = 0x20, 0x200  # flags of a code object, as in inspect's table

_monitoring: "Any" = getattr(sys, "monitoring", None)


class Activation:
    """One run of a code object. Times are readings of the monotonic clock (ns), 0 for what has not happened."""

    __slots__ = ("bound", "caller", "ended_ns", "ready_ns", "resumed_ns", "started_ns")

    def __init__(self, at_ns: int, caller: str, bound: "dict[str, int]") -> None:
        self.started_ns = at_ns
        self.ready_ns = 0
        """A generator yielded for the first time: the body of the `async with` begins."""
        self.resumed_ns = 0
        """It was resumed after that: the body has ended."""
        self.ended_ns = 0
        """It returned, or an exception left it."""
        self.caller = caller
        """The name of the module that called it, or made its first step."""
        self.bound = bound
        """The identities of those arguments and closed-over variables whose names were asked for."""


class Watched:
    """A code object and the activations that were seen of it, oldest first."""

    __slots__ = ("activations", "code", "names", "on_return", "on_start", "owner", "records", "spans", "yields")

    def __init__(self, code: "CodeType", records: bool = True) -> None:
        self.code = code
        self.records = records
        """Its activations are kept; else it is only told when it starts and returns, however often."""
        self.activations: list[Activation] = []
        self.yields = code.co_flags & (GENERATOR | ASYNC_GENERATOR)
        self.names: set[str] = set()
        """Of arguments and closed-over variables, that are to be noted of each activation."""
        self.owner = 0
        """The identity of the class whose objects run it when they are entered, where there is one."""
        self.spans = False
        """`CodeEvents.on_span` is told of it."""
        self.on_start: Callable[[FrameType], None] | None = None
        """Called with the frame that begins."""
        self.on_return: Callable[[Any], None] | None = None
        """Called with what it returned."""


class CodeEvents:
    """Watches code objects from `begin` to `end`."""

    def __init__(self) -> None:
        self._watched: dict[int, Watched] = {}  # by identity: a code object's hash is that of all it holds
        self._live: dict[int, tuple[Watched, Activation]] = {}
        """The activations that have not ended, by the identity of their frame, which stays as long as they do."""
        self._tool: int | None = None
        self._local = 0
        self._async_yield: type | None = None
        self.missing = "it has not begun"
        """Why there are no events; empty while there are."""
        self.on_span: Callable[[Watched, Activation, str], None] = lambda _watched, _activation, _kind: None
        """Told when entering or leaving a generator ended; the last argument is "enter" or "exit"."""

    def begin(self) -> None:
        """Take a tool id. Not from within a running event loop: it would take note of the generator of the self-test.

        `missing` says afterwards why that did not work, if so.
        """
        monitoring = _monitoring
        if monitoring is None:
            self.missing = f"Python {sys.version_info[0]}.{sys.version_info[1]} has no events of code objects"
            return
        free = [tool for tool in TOOL_IDS if monitoring.get_tool(tool) is None]
        if not free:
            self.missing = "every tool id of sys.monitoring is in use"
            return
        self._tool = free[0]
        monitoring.use_tool_id(self._tool, TOOL_NAME)
        self.missing = ""
        if not self._works(monitoring):
            self.missing = self.missing or "sys.monitoring does not report what is expected of it"
        if self.missing:
            self.end()

    def end_recording(self) -> None:
        """Keep no more activations. Code of which none are kept is watched on."""
        tool = self._tool
        if tool is None or _monitoring.get_tool(tool) != TOOL_NAME:
            return
        for watched in self._watched.values():
            if watched.records:
                _monitoring.set_local_events(tool, watched.code, 0)
        _monitoring.set_events(tool, 0)
        self._live.clear()

    def end(self) -> None:
        """Give the tool id back; what was seen is kept."""
        tool, self._tool = self._tool, None
        monitoring = _monitoring
        if tool is None or monitoring is None or monitoring.get_tool(tool) != TOOL_NAME:
            return
        for watched in self._watched.values():
            monitoring.set_local_events(tool, watched.code, 0)
        monitoring.set_events(tool, 0)
        for event in self._callbacks(monitoring.events):
            monitoring.register_callback(tool, event, None)
        monitoring.free_tool_id(tool)
        self._live.clear()

    def watch(self, code: "CodeType", records: bool = True) -> Watched:
        """Note what that code does from now on."""
        watched = self._watched.get(id(code))
        if watched is None:
            watched = self._watched[id(code)] = Watched(code, records)
            if self._tool is not None:
                events = _monitoring.events
                local = self._local if records else events.PY_START | events.PY_RETURN
                _monitoring.set_local_events(self._tool, code, local)
        return watched

    def seen(self, code: "CodeType") -> "list[Activation]":
        """The activations of that code; none of one that is not watched."""
        watched = self._watched.get(id(code))
        return watched.activations if watched else []

    def _callbacks(self, events: "Any") -> "dict[int, Any]":
        return {
            events.PY_START: self._started,
            events.PY_RESUME: self._resumed,
            events.PY_THROW: self._resumed,
            events.PY_YIELD: self._yielded,
            events.PY_RETURN: self._returned,
            events.PY_UNWIND: self._unwound,
        }

    def _works(self, monitoring: "Any") -> bool:
        """Register the callbacks, and see that a generator of ours is reported as it is to be."""
        events = monitoring.events
        for event, callback in self._callbacks(events).items():
            monitoring.register_callback(self._tool, event, callback)
        self._local = events.PY_START | events.PY_RESUME | events.PY_YIELD | events.PY_RETURN
        exceptional = events.PY_THROW | events.PY_UNWIND
        try:
            monitoring.set_local_events(self._tool, _sample.__code__, self._local | exceptional)
            self._local |= exceptional
        except ValueError:  # before 3.15 these two are reported of all code or of none
            monitoring.set_events(self._tool, exceptional)
        watched = self.watch(_sample.__code__)
        generator = _sample()
        for step in (generator.__anext__(), generator.athrow(KeyError("sample"))):
            try:
                step.send(None)
            except (StopIteration, KeyError):
                pass
        del self._watched[id(watched.code)]
        monitoring.set_local_events(self._tool, watched.code, 0)
        times = [(one.started_ns, one.ready_ns, one.resumed_ns, one.ended_ns) for one in watched.activations]
        return len(times) == 1 and all(times[0])

    def _started(self, code: "CodeType", _offset: int) -> None:
        watched = self._watched.get(id(code))
        if watched is None:
            return
        frame = frame_above(1)
        if frame is None:
            self.missing = "an audit hook forbids sys._getframe"
            return
        if watched.on_start is not None:
            watched.on_start(frame)
        if not watched.records:
            return
        if len(watched.activations) >= MOST_ACTIVATIONS:
            _monitoring.set_local_events(self._tool or 0, code, 0)
            return
        at_ns, caller = monotonic_ns(), frame.f_back
        bound = {name: id(local(frame, name)) for name in watched.names}
        activation = Activation(at_ns, _module(caller) if caller else "", bound)
        watched.activations.append(activation)
        self._live[id(frame)] = watched, activation

    def _yielded(self, code: "CodeType", _offset: int, value: object) -> None:
        """An async generator yields to its user, or to the event loop while it awaits: only the former is wrapped."""
        watched, activation = self._live.get(id(frame_above(1)), (None, None))
        if watched is None or activation is None or activation.ready_ns or not watched.yields:
            return
        if watched.yields & ASYNC_GENERATOR:
            if code is _sample.__code__:
                self._async_yield = type(value)
            if type(value) is not self._async_yield:
                return
        activation.ready_ns = monotonic_ns()
        if watched.spans:
            self.on_span(watched, activation, "enter")

    def _resumed(self, _code: "CodeType", _offset: int, _error: object = None) -> None:
        _, activation = self._live.get(id(frame_above(1)), (None, None))
        if activation is not None and activation.ready_ns and not activation.resumed_ns:
            activation.resumed_ns = monotonic_ns()

    def _returned(self, code: "CodeType", _offset: int, value: object) -> None:
        watched = self._watched.get(id(code))
        if watched is None:
            return
        if watched.records:
            self._ended(frame_above(1))
        if watched.on_return is not None:
            watched.on_return(value)

    def _unwound(self, code: "CodeType", _offset: int, _error: object) -> None:
        if id(code) in self._watched:
            self._ended(frame_above(1))

    def _ended(self, frame: "FrameType | None") -> None:
        watched, activation = self._live.pop(id(frame), (None, None))
        if watched is not None and activation is not None:
            activation.ended_ns = monotonic_ns()
            if watched.spans:
                self.on_span(watched, activation, "exit" if activation.ready_ns else "enter")


async def _sample() -> "AsyncGenerator[None, None]":
    yield


def _module(frame: "FrameType") -> str:
    name = frame.f_globals.get("__name__")
    return name if type(name) is str else ""
