"""An application finds the same in its process and its event loop under the tool as under a real uvicorn.

`OBSERVATIONS` of self_inspection names what is compared; an application that looks for more notes it itself.
"""

import pytest
from observe import Observed, observe
from self_inspection import DIFFERENT, OBSERVATIONS

pytestmark = pytest.mark.versions

APP = """
import atexit, gc, sys, threading
from self_inspection import note, note_all, of_channel

class Noting:
    def __init__(self, name):
        self.name = name

    def __del__(self, note=note, sys=sys, gc=gc, threading=threading):
        seen = [sys.is_finalizing(), gc.isenabled(), len(gc.callbacks), threading.active_count()]
        note("destroyed", [self.name, *seen])

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
atexit.register(note_all, "exit", app)
note_all("import", app)
"""

MOMENTS = ("import", "startup", "shutdown", "exit")
NAMES = (
    *("scope", "receive", "send", "first message", "second message", "destroyed"),
    *(f"{moment}: {name}" for moment in MOMENTS for name in (*OBSERVATIONS, "application")),
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


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_is_different_is_what_is_known_to_be(observed, moment):
    under_uvicorn, under_tool = observed
    threads = under_uvicorn[f"{moment}: frames of threads"]

    assert {name: under_tool[f"{moment}: {name}"] for name in DIFFERENT} == {
        "frames of threads": ["<server>", "<server>", *threads],
        "faulthandler": True,
        "line buffering": [True, True],
        "leads its process group": True,
    }
    assert len(threads) == 1
