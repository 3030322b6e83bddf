"""Whoever looks at the frames below the application's module finds those that uvicorn leaves there."""

import pytest
from observe import Observed, observe

pytestmark = pytest.mark.versions

APP = """
import inspect, sys, traceback, warnings
from self_inspection import SERVERS, note, stack

warnings.filterwarnings("always")
for level in (1, 2):
    with warnings.catch_warnings(record=True) as shown:
        warnings.warn("who imports this", stacklevel=level)
    note(f"warning of level {level}", [(one.filename, one.lineno) for one in shown])
warnings.warn("shown to the user", stacklevel=2)


def below():
    frame = sys._getframe(1)
    while frame and frame.f_globals["__name__"].partition(".")[0] not in SERVERS:
        code = frame.f_code
        yield code.co_filename, getattr(code, "co_qualname", code.co_name), frame.f_lineno, frame.f_globals["__name__"]
        frame = frame.f_back


note("frames", list(below()))
note("stack", stack())
note("inspect", [(one.filename, one.lineno, one.function, one.code_context) for one in inspect.stack()[:8]])
note("module of the importer", [name for _, _, _, name in below()][-1])
note("traceback", traceback.format_list(traceback.extract_stack()[-8:]))
import inner


async def app(scope, receive, send):
    await receive()
    note("stack in the lifespan", stack())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""

INNER = """
import warnings
from self_inspection import note, stack

with warnings.catch_warnings(record=True) as shown:
    warnings.warn("who imports this", stacklevel=2)
note("warning of an inner module", [(one.filename, one.lineno) for one in shown])
note("stack of an inner module", stack())
"""


@pytest.fixture(scope="module")
def observed(tmp_path_factory) -> tuple[Observed, Observed]:
    return observe(tmp_path_factory.mktemp("frames"), APP, inner=INNER)


def test_every_frame_is_what_it_is_under_uvicorn(observed):
    under_uvicorn, under_tool = observed

    assert (under_uvicorn.exit_code, under_tool.exit_code) == (0, 0), (under_uvicorn.output, under_tool.output)
    assert under_tool.notes == under_uvicorn.notes


def test_a_warning_of_the_targets_importer_names_importlib_as_under_uvicorn(observed):
    _, under_tool = observed

    ((file, line),) = under_tool["warning of level 2"]
    assert file.endswith("importlib/__init__.py")
    assert line > 50
    assert under_tool["module of the importer"] == "importlib"
    assert f"{file}:{line}: UserWarning: shown to the user" in under_tool.output
    assert under_tool["warning of an inner module"][0][0].endswith("/app.py")
