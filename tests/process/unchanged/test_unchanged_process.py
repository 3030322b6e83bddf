"""An application finds the same in its process and its event loop under the tool as under a real uvicorn.

`OBSERVATIONS` of self_inspection names what is compared; an application that looks for more notes it itself.
"""

import pytest
from observe import Observed, observe

pytestmark = pytest.mark.versions

APP = """
import atexit
from self_inspection import note, note_all, of_channel

class Noting:
    def __init__(self, name):
        self.name = name

    def __del__(self, note=note):
        note("destroyed", self.name)

async def app(scope, receive, send):
    note("scope", scope)
    note("receive", of_channel(receive))
    note("send", of_channel(send))
    note("first message", await receive())
    note_all("startup", app)
    await send({"type": "lifespan.startup.complete"})
    note("second message", await receive())
    note_all("shutdown", app)
    await send({"type": "lifespan.shutdown.complete"})

held_by_the_module = Noting("object of the module")
atexit.register(note, "atexit", "handler ran")
note_all("import", app)
"""

AT_EVERY_MOMENT = ("threads", "flags", "garbage collection", "limits", "path", "application", "signal handlers")
AT_IMPORT = (*AT_EVERY_MOMENT, "tasks", "loop", "monitoring", "warnings", "hooks")
IN_THE_LOOP = (*AT_EVERY_MOMENT, "tasks", "stack")
NAMES = (
    *("scope", "receive", "send", "first message", "second message", "atexit", "destroyed"),
    *(f"import: {name}" for name in AT_IMPORT),
    *(f"{moment}: {name}" for moment in ("startup", "shutdown") for name in IN_THE_LOOP),
)


@pytest.fixture(scope="module")
def observed(tmp_path_factory) -> tuple[Observed, Observed]:
    under_uvicorn, under_tool = observe(tmp_path_factory.mktemp("observed"), APP)
    assert (under_uvicorn.exit_code, under_tool.exit_code) == (0, 0), (under_uvicorn.output, under_tool.output)
    return under_uvicorn, under_tool


@pytest.mark.parametrize("name", NAMES)
def test_the_application_sees_what_it_sees_under_uvicorn(observed, name):
    under_uvicorn, under_tool = observed

    assert under_tool[name] == under_uvicorn[name]
