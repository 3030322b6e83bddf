"""Which layer of an application swallowed the lifespan: how deep the call with the scope went.

Told by the events of the layers' code objects; before Python 3.12, which has none, by a profile function.
"""

import sys

from lifespan_cli.probe.frameworks.reading import FunctionKind, MethodKind, cells, code_of, is_class, of_class, stored
from lifespan_cli.probe.wire import text, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

    from lifespan_cli.probe.code_events import CodeEvents
    from lifespan_cli.probe.wire import Wire

MOST_LAYERS = 20
INNER = ("app", "_app", "asgi_app", "application", "_application", "inner", "wrapped", "middleware_stack")
"""Under what a middleware keeps the application that it wraps, and Starlette its own stack."""


class Depth:
    """Watches the layers from the call of the application until it receives something, at the latest until it ends."""

    def __init__(self, wire: "Wire", events: "CodeEvents", application: "Any") -> None:
        self._wire = wire
        self._events = events
        self._layers = layers(application)
        self._codes = [_code(layer) for layer in self._layers]
        self._reached = {0}
        self._profiles = False

    def begin(self) -> None:
        """The application is called next, in this thread."""
        if len(self._layers) < 2:
            return
        if self._events.missing:
            if sys.getprofile() is None:
                self._profiles = True
                sys.setprofile(self._look)
            return
        for code in self._codes:
            if code is not None:
                self._events.watch(code).names.add("self")

    def end(self) -> None:
        """It receives a message, so that nothing swallowed the lifespan, or it has ended."""
        if self._profiles:
            self._profiles = False
            if sys.getprofile() == self._look:
                sys.setprofile(None)

    def tell(self) -> None:
        """Write the layers, outermost first, each with whether the call came to it."""
        if len(self._layers) < 2:
            return
        for index, (layer, code) in enumerate(zip(self._layers, self._codes, strict=True)):
            for activation in () if code is None else self._events.seen(code):
                if activation.bound.get("self") in (id(layer), id(None)):
                    self._reached.add(index)
        rows = [
            _row(layer, code, index in self._reached)
            for index, (layer, code) in enumerate(zip(self._layers, self._codes, strict=True))
        ]
        self._wire.put("Layered", rows=tuple(rows))

    def _look(self, frame: "FrameType", event: str, _argument: "Any") -> None:
        if event == "call" and frame.f_code in self._codes:
            # which a profile function must not clear: the frame takes them back from this copy
            owner = frame.f_locals.get("self")
            for index, layer in enumerate(self._layers):
                if self._codes[index] is frame.f_code and (owner is layer or owner is None):
                    self._reached.add(index)


def layers(application: "Any") -> "list[Any]":
    """The application and those that it wraps, outermost first: middleware, down to the framework's own."""
    found: list[Any] = []
    while application is not None and len(found) < MOST_LAYERS and not any(application is one for one in found):
        found.append(application)
        application = _inner(application)
    return found


def _inner(application: "Any") -> "Any":
    for name in INNER:
        value = stored(application, name)
        if value is not None and not is_class(value) and callable(value):
            return value
    if type(application) is FunctionKind:
        for name, value in cells(application):
            if name in INNER and callable(value):
                return value
    return None


def _code(layer: "Any") -> "CodeType | None":
    """The code that a call of the layer runs first; none of the layer's own is run to find it."""
    if type(layer) is MethodKind:
        return code_of(layer.__func__)
    return code_of(layer if type(layer) is FunctionKind else of_class(type(layer), "__call__"))


def _row(layer: "Any", code: "CodeType | None", reached: bool) -> "tuple[Any, ...]":
    function = layer.__func__ if type(layer) is MethodKind else layer
    name = function.__qualname__ if type(function) is FunctionKind else None
    shown = text(name, 200) if isinstance(name, str) else type_name(type(layer))
    return shown, text(code.co_filename) if code else None, code.co_firstlineno if code else None, reached
