"""Which layer of an application swallowed the lifespan: it is called once more, and watched how deep the call goes.

Only for one that returned without a word: since it did nothing the first time, it does nothing the second.
"""

import sys

from lifespan_cli.probe.frameworks.reading import FunctionKind, cells, is_class, stored
from lifespan_cli.probe.wire import text, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

    from lifespan_cli.probe.lifespan.backends import Loop, Steps, Task
    from lifespan_cli.probe.wire import Wire

PATIENCE_S = 0.2
MOST_LAYERS = 20
INNER = ("app", "_app", "asgi_app", "application", "_application", "inner", "wrapped", "middleware_stack")
"""Under what a middleware keeps the application that it wraps, and Starlette its own stack."""


class Depth:
    """Calls the application once more, and writes how deep that goes."""

    def __init__(self, wire: "Wire", application: "Any") -> None:
        self._wire = wire
        self._application = application
        self._layers = layers(application)
        self._codes = [_code(layer) for layer in self._layers]
        self._reached = {0}

    def find(self, loop: "Loop") -> "Steps":
        """Write the layers, outermost first, each with whether the call came to it."""
        if len(self._layers) < 2:
            return
        attempt = loop.start(self._call)
        yield from _until_done(attempt, loop)
        if not attempt.done:
            attempt.cancel()
            yield from _until_done(attempt, loop)
        rows = [
            _row(layer, code, index in self._reached)
            for index, (layer, code) in enumerate(zip(self._layers, self._codes, strict=True))
        ]
        self._wire.put("Layered", rows=tuple(rows))

    async def _call(self) -> None:
        scope: dict[str, Any] = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        sys.setprofile(self._look)
        try:
            await self._application(scope, _receive, _send)
        except Exception:  # only how deep it went is asked
            pass
        finally:
            sys.setprofile(None)

    def _look(self, frame: "FrameType", event: str, _argument: "Any") -> None:
        if event == "call" and frame.f_code in self._codes:
            owner = frame.f_locals.get("self")
            for index, layer in enumerate(self._layers):
                if self._codes[index] is frame.f_code and (owner is layer or owner is None):
                    self._reached.add(index)


def _until_done(task: "Task", loop: "Loop") -> "Steps":
    until_s = loop.now_s() + PATIENCE_S
    while not task.done and (left_s := until_s - loop.now_s()) > 0:
        yield left_s


async def _receive() -> "dict[str, str]":
    return {"type": "lifespan.startup"}


async def _send(_message: "Any") -> None:
    raise RuntimeError("the application changed its mind")


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
    function = layer if hasattr(layer, "__code__") else getattr(type(layer), "__call__", None)  # noqa: B004  # the function
    code: CodeType | None = getattr(function, "__code__", None)
    return code


def _row(layer: "Any", code: "CodeType | None", reached: bool) -> "tuple[Any, ...]":
    name = getattr(layer, "__qualname__", None)
    shown = text(name, 200) if isinstance(name, str) else type_name(type(layer))
    return shown, text(code.co_filename) if code else None, code.co_firstlineno if code else None, reached
