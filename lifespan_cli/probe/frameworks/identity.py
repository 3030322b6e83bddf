"""Which framework the target is made with: told by its type, by what it passes requests on to, or by what is imported.

The tool depends on none.
"""

import os
import sys

from lifespan_cli.probe.frameworks.reachable import applications
from lifespan_cli.probe.frameworks.reading import bases, named
from lifespan_cli.probe.frameworks.registry import ADAPTERS
from lifespan_cli.probe.loading.modules import attributes, file_of
from lifespan_cli.probe.wire import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

# A framework built on another comes before it.
FRAMEWORKS = {
    "fastapi": "FastAPI",
    "litestar": "Litestar",
    "quart": "Quart",
    "sanic": "Sanic",
    "falcon": "Falcon",
    "blacksheep": "BlackSheep",
    "channels": "Channels",
    "django": "Django",
    "emmett55": "Emmett55",
    "connexion": "Connexion",
    "starlette": "Starlette",
}
COMPANIONS = ("anyio", "asgiref", "fastapi", "pydantic", "starlette", "trio", "uvloop")


def identify(application: "Any") -> "tuple[tuple[str, str] | None, dict[str, str]]":
    """The framework's name and version, and the versions of the packages that a report names."""
    root = next(filter(None, _roots(application)), "")
    packages = {name: version(name) for name in sorted({*COMPANIONS, *FRAMEWORKS}) if name in sys.modules}
    return (FRAMEWORKS[root], packages[root]) if root else None, {
        name: found for name, found in packages.items() if found
    }


def framework_of(application: object) -> str:
    """The name of the framework that the object's class belongs to, or inherits from; empty where it is none."""
    return FRAMEWORKS.get(_root(application), "")


def _root(application: object) -> str:
    roots = (named(kind)[0].partition(".")[0] for kind in bases(type(application)))
    return next((root for root in roots if root in FRAMEWORKS and root in sys.modules), "")


def _roots(application: object) -> "Iterator[str]":
    """The framework's package as the target's class tells it, what it passes on to, or, of what is no object of a
    class of somebody's own, what is imported."""
    yield _root(application)
    for found in applications(application, ADAPTERS):
        yield _root(found.value)
    if named(type(application))[0] in ("builtins", "functools"):
        yield from (name for name in FRAMEWORKS if name in sys.modules)


def version(package: str) -> str:
    """The version that an imported package says of itself, else that of its metadata folder; empty when unknown."""
    module = sys.modules[package]
    stated = attributes(module).get("__version__")
    if issubclass(type(stated), str):
        return text(stated, 100)
    path = file_of(module)
    if path is None:
        return ""
    try:
        entries = os.listdir(os.path.dirname(os.path.dirname(path)))
    except OSError:
        return ""
    prefix, suffix = package + "-", ".dist-info"
    found = (entry for entry in entries if entry.lower().startswith(prefix) and entry.endswith(suffix))
    return next((entry[len(prefix) : -len(suffix)] for entry in found), "")
