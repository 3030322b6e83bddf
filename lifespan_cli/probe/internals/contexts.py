"""contextlib's class of what `@asynccontextmanager` makes."""

from lifespan_cli.probe.internals import MISSING, Internal
from lifespan_cli.probe.loading.modules import attributes
from lifespan_cli.probe.loading.server_imports import standard_if_loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Any


async def _sample() -> "AsyncIterator[None]":
    yield


def _test_manager() -> str:
    """It keeps the generator, which has not begun, under a name of its own, and is entered by a Python function."""
    contextlib = standard_if_loaded("contextlib")
    manager = contextlib._AsyncGeneratorContextManager(_sample, (), {})
    generator, enter = generator_of(manager), type(manager).__aenter__
    return "" if generator.ag_code is _sample.__code__ and enter.__code__ else MISSING


def generator_of(manager: object) -> "Any":
    """The generator of a context manager that a function of contextlib's made; None of any other object."""
    return attributes(manager).get("gen")


MANAGER = Internal(
    "contextlib._AsyncGeneratorContextManager",
    "entering and leaving context managers",
    test=_test_manager,
    owner=lambda: standard_if_loaded("contextlib"),
)
"""Every `async with` of such a function runs its `__aenter__`, before the generator's first step."""
