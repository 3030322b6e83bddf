"""An application that puts its own function in the place of `__import__` sees no import of the tool's."""

import pytest
from observe import Observed, observe

pytestmark = pytest.mark.versions

INNER = "asked_for_in_the_lifespan"
APP = """
import builtins, sys
from self_inspection import note

original, seen = builtins.__import__, []


def watch(name, globals=None, locals=None, fromlist=(), level=0):
    importer = (globals or {}).get("__name__", "")
    seen.append((importer, name))
    return original(name, globals, locals, fromlist, level)


class Finder:
    def find_spec(self, name, path=None, target=None):
        seen.append(("finder", name))


builtins.__import__ = watch
sys.meta_path.insert(0, Finder())
import colorsys


async def app(scope, receive, send):
    import asked_for_in_the_lifespan
    note("is still there", [builtins.__import__ is watch, type(sys.meta_path[0]).__name__])
    note("in startup", list(seen))
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    note("in shutdown", seen)
    await send({"type": "lifespan.shutdown.complete"})
"""


@pytest.fixture(scope="module")
def observed(tmp_path_factory) -> tuple[Observed, Observed]:
    return observe(tmp_path_factory.mktemp("imports"), APP, **{INNER: ""})


def test_only_the_applications_own_imports_come_to_its_function_and_its_finder(observed):
    under_uvicorn, under_tool = observed

    assert (under_uvicorn.exit_code, under_tool.exit_code) == (0, 0), (under_uvicorn.output, under_tool.output)
    assert under_tool["is still there"] == under_uvicorn["is still there"] == [True, "Finder"]
    of_importlib = ["importlib._bootstrap_external", "_io"]  # to read the file
    own = [["app", "colorsys"], ["finder", "colorsys"], of_importlib]
    own += [["app", INNER], ["finder", INNER], of_importlib]
    assert under_tool["in startup"] == under_tool["in shutdown"] == own
    assert [one for one in under_uvicorn["in startup"] if INNER in one or "colorsys" in one] == own[:2] + own[3:5]
