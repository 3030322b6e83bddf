"""Which layer of an application swallowed the lifespan: it is called once more, and watched how deep the call goes.

Only for one that returned without a word: since it did nothing the first time, it does nothing the second.
"""

import sys

import anyio

from lifespan_cli.probe.frameworks.registered import layers
from lifespan_cli.probe.wire import text, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

PATIENCE_S = 0.2


async def tell_depth(wire: "Any", application: "Any") -> None:
    """Write the layers, outermost first, each with whether the call came to it."""
    chain = layers(application)
    if len(chain) < 2:
        return
    codes = [_code(layer) for layer in chain]
    reached = {0}

    def look(frame: "FrameType", event: str, _argument: "Any") -> None:
        if event == "call" and frame.f_code in codes:
            owner = frame.f_locals.get("self")
            for index, layer in enumerate(chain):
                if codes[index] is frame.f_code and (owner is layer or owner is None):
                    reached.add(index)

    async def receive() -> "dict[str, str]":
        return {"type": "lifespan.startup"}

    async def send(_message: "Any") -> None:
        raise RuntimeError("the application changed its mind")

    scope: dict[str, Any] = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    sys.setprofile(look)
    try:
        with anyio.move_on_after(PATIENCE_S):
            await application(scope, receive, send)
    except Exception:  # only how deep it went is asked
        pass
    finally:
        sys.setprofile(None)
    rows = [_row(layer, code, index in reached) for index, (layer, code) in enumerate(zip(chain, codes, strict=True))]
    wire.put("Layered", rows=tuple(rows))


def _code(layer: "Any") -> "CodeType | None":
    function = layer if hasattr(layer, "__code__") else getattr(type(layer), "__call__", None)  # noqa: B004  # the function
    code: CodeType | None = getattr(function, "__code__", None)
    return code


def _row(layer: "Any", code: "CodeType | None", reached: bool) -> "tuple[Any, ...]":
    name = getattr(layer, "__qualname__", None)
    shown = text(name, 200) if isinstance(name, str) else type_name(type(layer))
    return shown, text(code.co_filename) if code else None, code.co_firstlineno if code else None, reached
