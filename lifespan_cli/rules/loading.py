"""LS011: what the application's folder holds that cannot be imported."""

from collections.abc import Iterable

from lifespan_cli.model import Finding
from lifespan_cli.rules.rule import Case, Place, Rule


def _shadowed(case: Case) -> Iterable[Finding]:
    for file in case.run.shadowed:
        yield STANDARD_LIBRARY_FIRST.finding(
            f"`import {file.module}` gives the standard library's module, not this file: "
            f"servers have loaded {file.module} before they import the application",
            hint=f"Rename {file.name} if it is to be imported.",
            phase="import",
            at=Place(file.path, None),
        )


STANDARD_LIBRARY_FIRST = Rule(
    code="LS011",
    slug="standard-library-first",
    severity="info",
    summary="A file is named like a module of the standard library, which is imported in its place.",
    explanation="""\
The application's folder comes first on the import path, but a server has loaded its own part of the standard
library by then: types, enum, logging, asyncio, random, queue and some 70 others. An import of such a name gives
the module that is loaded already, and the file beside it is never imported.

Run as a script, or by a tool that has loaded less, the same file can take the place of the standard library's
module for every package that needs it. A file inside a package, shop/types.py say, has a name of its own.""",
    source="Python Language Reference, The import system: The module cache",
    bad="""\
# beside a file types.py
import types

types.Order  # AttributeError


async def app(scope, receive, send): ...""",
    good="""\
# beside a file order_types.py
import order_types

order_types.Order


async def app(scope, receive, send): ...""",
    judge=_shadowed,
)
