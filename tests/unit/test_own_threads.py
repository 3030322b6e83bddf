"""The tool's own threads: what is written of them in a dump is left out, and `threading` forgets them."""

import _thread
import gc
import threading

import pytest

from lifespan_cli.analysis.own_threads import without_own_threads
from lifespan_cli.analysis.tracebacks import UserCode
from lifespan_cli.probe.own_threads import end_round, rounds

CODE = UserCode(("/usr/lib/python3.11/",), ("/opt/probe/",), "/srv/main.py")
DUMP = """\
starting
Fatal Python error: Segmentation fault

Thread 0x00007f35 (most recent call first):
  File "/opt/probe/sampler/sampler.py", line 120 in _loop

Thread 0x00007f36 [worker] (most recent call first):
  File "/usr/lib/python3.11/threading.py", line 324 in wait
  File "/srv/main.py", line 4 in work

Current thread 0x00007f37 (most recent call first):
  File "/srv/main.py", line 9 in app
  File "/opt/probe/main.py", line 80 in run

Thread 0x00007f38 (most recent call first):
  File "/opt/probe/control.py", line 60 in _listen
done"""


def test_a_dump_of_all_threads_is_shown_without_those_of_the_tool():
    shown = without_own_threads(DUMP.splitlines(), CODE)
    headings = [line for line in shown if "most recent call first" in line]
    assert [heading.partition(" (")[0] for heading in headings] == [
        "Thread 0x00007f36 [worker]",
        "Current thread 0x00007f37",
    ]
    assert "/opt/probe/control.py" not in "".join(shown)
    assert shown[:3] == ("starting", "Fatal Python error: Segmentation fault", "")
    assert shown[-1] == "done"


@pytest.mark.parametrize("lines", [(), ("",), ("Thread 0x1 (most recent call first):", "  <no Python frame>")])
def test_other_output_is_left_as_it_is(lines):
    assert without_own_threads(lines, CODE) == lines


def test_the_collector_is_off_in_a_round_and_as_it_was_after_it():
    seen = []
    for number, was_enabled, _ in rounds(range(2)):
        seen.append((number, was_enabled, gc.isenabled()))
        end_round(was_enabled)
        seen.append(gc.isenabled())
        gc.disable()
    gc.enable()
    assert seen == [(0, True, False), True, (1, False, False), False]


def test_threading_forgets_a_thread_that_it_was_asked_about_in_a_round():
    known = []

    def listen():
        for _, was_enabled, _ in rounds(range(1)):
            known.append(threading.current_thread().name)
            end_round(was_enabled)
        known.append([thread.name for thread in threading.enumerate()])
        ended.release()

    ended = threading.Lock()
    ended.acquire()
    _thread.start_new_thread(listen, ())
    assert ended.acquire(timeout=30)
    name, names = known
    assert name.startswith("Dummy-")
    assert name not in names
