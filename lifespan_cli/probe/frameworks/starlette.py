"""Starlette and what is built on it: FastAPI, FastMCP's applications, NiceGUI.

A router keeps `lifespan_context`, `on_startup` and `on_shutdown` (Starlette before 1.0, and FastAPI's own to this day),
and mounts applications as routes. Sources: starlette 0.27 to 1.3 `routing.py`, fastapi 0.93 to 0.165 `routing.py`.
"""

from lifespan_cli.probe.frameworks.base import Adapter, Registration
from lifespan_cli.probe.frameworks.reading import (
    FunctionKind,
    MethodKind,
    bases,
    cells,
    elements,
    is_class,
    is_partial,
    named,
    stored,
)
from lifespan_cli.probe.loading.modules import attributes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

ROUTER = ("starlette.routing", "Router")
MERGED = {"original_context", "nested_context"}
"""FastAPI's `include_router` merges two lifespans into a function that holds both."""
DEFAULT = "_DefaultLifespan"
"""The lifespan of a router that was given none: it runs the handlers of the router that it keeps."""
MOUNTS = {"Mount", "Host"}
FUNCTIONS = (FunctionKind, MethodKind, type(None))
MOST_MERGED = 100
DEEPEST = 10


class Starlette(Adapter):
    """Applications and routers."""

    name = "Starlette"
    classes = (("starlette.applications", "Starlette"), ROUTER)
    keeps_on_event = True

    def registered(self, application: "Any") -> "Iterator[Registration]":
        """Of a router; an application has one."""
        if not _is(application, ROUTER):
            return
        running = []
        for context in _leaves(stored(application, "lifespan_context"), [MOST_MERGED]):
            if named(type(context))[1] == DEFAULT:
                running.append(stored(context, "_router"))
            elif context is not None:
                yield Registration("lifespan", context)
        ignored = not any(application is router for router in running)
        for router in (application, *(router for router in running if router is not application)):
            for event in ("startup", "shutdown"):
                for _, handler in elements(stored(router, f"on_{event}")):
                    yield Registration(event, handler, ignored and router is application)

    def inner(self, application: "Any") -> "Iterator[tuple[str, Any]]":
        """The router and the middleware of an application; what is mounted in a router."""
        if _is(application, ROUTER):
            yield from _mounted(stored(application, "routes"), DEEPEST)
            return
        yield "", stored(application, "router")
        yield "", stored(application, "middleware_stack")
        for _, middleware in elements(stored(application, "user_middleware")):
            for name in ("args", "kwargs", "options"):
                for _, value in elements(stored(middleware, name)):
                    yield "", value


def _mounted(routes: object, deepest: int) -> "Iterator[tuple[str, Any]]":
    mounts: dict[int, bool] = {}
    """Whether routes of a class mount what they hold, by its identity: an application has few, and many routes."""
    for _, route in elements(routes):
        held, kind = attributes(route), type(route)
        if id(kind) not in mounts:
            mounts[id(kind)] = any(named(one)[1] in MOUNTS for one in bases(kind))
        included, endpoint, path = (held.get(name) for name in ("original_router", "endpoint", "path"))
        where = path if type(path) is str else ""
        if included is not None and deepest:  # FastAPI 0.165 keeps included routers apart
            yield from _mounted(stored(included, "routes"), deepest - 1)
        elif mounts[id(kind)]:
            host = held.get("host")
            yield where or (host if type(host) is str else "") or "/", held.get("app")
        elif type(endpoint) not in FUNCTIONS and not is_class(endpoint) and not is_partial(endpoint):
            yield where, endpoint


def _leaves(context: object, left: "list[int]") -> "Iterator[Any]":
    """The lifespans that a merged one is made of."""
    left[0] -= 1
    function = stored(context, "__wrapped__")
    held = dict(cells(function)) if type(function) is FunctionKind else {}
    if left[0] > 0 and set(held) >= MERGED:
        for name in sorted(MERGED, reverse=True):
            yield from _leaves(held[name], left)
    else:
        yield context


def _is(value: object, name: "tuple[str, str]") -> bool:
    return any(named(kind) == name for kind in bases(type(value)))
