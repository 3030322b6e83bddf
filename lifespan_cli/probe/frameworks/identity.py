"""Which framework the target is made with: told by its type, else by what is imported. The tool depends on none."""

import os
import sys

from lifespan_cli.probe.frameworks.reading import bases, named
from lifespan_cli.probe.loading.modules import attributes, file_of
from lifespan_cli.probe.wire import text

TYPE_CHECKING = False
if TYPE_CHECKING:
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
    roots = [named(kind)[0].partition(".")[0] for kind in bases(type(application))]
    root = next((name for name in (*roots, *FRAMEWORKS) if name in FRAMEWORKS and name in sys.modules), None)
    packages = {name: version(name) for name in sorted({*COMPANIONS, *FRAMEWORKS}) if name in sys.modules}
    return (FRAMEWORKS[root], packages[root]) if root else None, {
        name: found for name, found in packages.items() if found
    }


def framework_of(application: object) -> str:
    """The name of the framework that the object's class belongs to, or inherits from; empty where it is none."""
    roots = (named(kind)[0].partition(".")[0] for kind in bases(type(application)))
    return next((FRAMEWORKS[root] for root in roots if root in FRAMEWORKS), "")


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
