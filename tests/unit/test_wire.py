"""The wire: any event survives the way through its line, whatever its strings hold; no other line passes for one."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import structs
from record_values import values

from lifespan_cli.errors import ToolError
from lifespan_cli.model import Application, Conduct, Handler, Import, Message, NotMeasured, events
from lifespan_cli.model.events import (
    Answered,
    Begin,
    Blocked,
    BlockedStretch,
    Bye,
    Called,
    Compiled,
    Dropped,
    End,
    Finalized,
    Hello,
    Identified,
    Imported,
    Layered,
    Left,
    Raised,
    Refused,
    Registered,
    Restarted,
    Sampled,
    Shadowed,
    Signalled,
    Spanned,
    Stacks,
    parse,
)
from lifespan_cli.probe import wire
from lifespan_cli.probe.wire import private

stable = settings(max_examples=300, derandomize=True, database=None, deadline=None)
words = st.text(st.characters(), max_size=20)
"""Lone surrogates, terminal escapes, quotes, newlines and null characters among them."""
RECORDS = {"Found": Application, "Passed": Message, "Behaved": Conduct, "NotMeasured": NotMeasured}
"""Events that are a record of the report, by their names on the wire."""
EVENTS = [
    *(
        Hello,
        Begin,
        End,
        Called,
        Raised,
        Signalled,
        Identified,
        Stacks,
        Imported,
        Compiled,
        Sampled,
        Blocked,
        Spanned,
        Left,
    ),
    *(Registered, Layered, Shadowed, Answered, Restarted, Refused, Dropped, Bye, Finalized),
]
NAMED = {**{kind.__name__: kind for kind in EVENTS}, **RECORDS}
any_event = st.sampled_from(list(NAMED)).flatmap(lambda name: st.tuples(st.just(name), values(NAMED[name], words)))


def written(event: Any) -> dict[str, Any]:
    """The fields of an event as the probe writes them."""
    match event:
        case Imported(rows):
            return {"rows": tuple(import_row(row) for row in rows)}
        case Registered(rows):
            return {"rows": tuple(structs.asdict(row) for row in rows)}
        case Layered(rows) | Shadowed(rows):
            return {"rows": tuple(structs.astuple(row) for row in rows)}
        case Spanned(phase, span):
            return {"phase": phase, **structs.asdict(span)}
        case Sampled():
            return {**structs.asdict(event), "rows": tuple(structs.astuple(row) for row in event.rows)}
        case Blocked(phase, rows):
            return {"phase": phase, "rows": tuple(block_row(row) for row in rows)}
    return structs.asdict(event)


def block_row(row: BlockedStretch) -> tuple:
    """A row of the sampler's."""
    return structs.astuple(structs.replace(row, lines=tuple(structs.astuple(line) for line in row.lines)))


def import_row(row: Import) -> tuple:
    """A row of the import hook's."""
    return (
        *(row.module, row.phase, row.at_ns, row.total_ns, row.self_ns, row.cpu_ns, row.self_cpu_ns, row.depth),
        *(row.parent, row.path, row.line, row.failed, row.file, row.lazy),
    )


def unchosen(event: Any) -> Any:
    """The event as it is read: whose module one is, the parent finds out."""
    if isinstance(event, Imported):
        return Imported(tuple(structs.replace(row, user=False) for row in event.rows))
    return event


class Line:
    """A wire that leads to a file, and what was written there."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        with patch.object(wire, "private", lambda descriptor: descriptor):
            self.wire = wire.Wire(file.fileno())

    def written(self) -> bytes:
        """All that was written."""
        self.file.seek(0)
        return self.file.read()


@contextmanager
def line() -> Iterator[Line]:
    with TemporaryFile(buffering=0) as file:
        yield Line(file)


def test_every_kind_of_event_is_on_the_wire():
    assert set(NAMED) == set(events._WIRED)


@stable
@given(any_event)
def test_an_event_becomes_one_ascii_line_and_itself_again(named):
    name, event = named
    with line() as made:
        made.wire.put(name, **written(event))
        put = made.written()

    assert put.isascii()
    assert put.endswith(b"\n")
    assert put.count(b"\n") == 1
    assert parse(put[:-1]) == unchosen(event)


def test_a_line_number_that_cannot_be_is_not_known():
    """An application may give its functions any code object, and so any line."""
    row = structs.asdict(Handler("startup", False, "", "connect", "/srv/main.py", -7, 1, 0, 0))
    assert parse(ascii(("Registered", {"rows": (row,)})).encode()).rows[0].line == 0
    found = {"shape": "asgi3", "type": "X", "name": "app", "path": None, "line": 10**40}
    assert parse(ascii(("Found", found)).encode()).line == 0


@stable
@given(st.binary(max_size=60))
@example(b"")
@example(b"()")
@example(b"('Begin', {})")
@example(b"('Begin', [])")
@example(b"('Begin', ['phase', 'at_ns', 'cpu_ns', 'rss_bytes'])")
@example(b"([], {})")
@example(b"('Spawned', {'at_ns': 1})")
@example(b"('Dropped', {'count': 1, 'more': 2})")
@example(b"('Dropped', {'count': __import__('os').getpid()})")
@example(b"('Dropped', {'count': 1}")
@example(b"('Dropped', {'count': 1})\nDropped")
@example("('Dropped', {'count': 'é'})".encode())
@example(b"(" * 10_000)
@example(b"-" * 100_000)
def test_a_line_that_is_no_event_is_our_error_and_named(garbage):
    with pytest.raises(ToolError, match="the probe wrote a line that is no event") as caught:
        parse(garbage)
    assert repr(garbage[:200]) in str(caught.value)
    assert caught.value.exit_code == 3


@stable
@given(any_event, st.data())
def test_a_line_that_was_cut_short_is_no_event(named, data):
    whole = ascii((named[0], written(named[1]))).encode()
    with pytest.raises(ToolError):
        parse(whole[: data.draw(st.integers(0, len(whole) - 1))])


@stable
@given(any_event, st.binary(min_size=1, max_size=3), st.data())
def test_a_line_that_was_forged_is_an_event_or_our_error(named, patch_, data):
    whole = ascii((named[0], written(named[1]))).encode()
    at = data.draw(st.integers(0, len(whole)))
    try:
        forged = parse(whole[:at] + patch_ + whole[at + len(patch_) :])
    except ToolError:
        return
    assert type(forged) in NAMED.values()


# the descriptor


def test_the_wire_moves_to_a_high_descriptor_that_children_do_not_inherit():
    reading, writing = os.pipe()
    try:
        moved = private(writing)
        assert moved > 20
        assert not os.get_inheritable(moved)
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(writing)
        os.write(moved, b"x")
        assert os.read(reading, 1) == b"x"
    finally:
        os.close(reading)
        os.close(moved)


def test_a_descriptor_moves_to_no_number_that_is_taken():
    reading, writing = os.pipe()
    kept = os.dup2(reading, 200 + writing)
    try:
        moved = private(writing)
        assert moved != kept
        os.write(moved, b"x")
        assert os.read(kept, 1) == b"x"
    finally:
        for descriptor in (reading, kept, moved):
            os.close(descriptor)


def test_lines_of_many_threads_never_mix():
    def write(descriptor: int, data: bytes) -> int:
        time.sleep(0)  # another thread's turn
        return os.write(descriptor, data[:500])

    names = ["a" * 3_000, "b" * 3_000, "c" * 3_000]
    with line() as made, patch.object(wire, "write", write):
        threads = [threading.Thread(target=_put_often, args=(made.wire, name)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        told = [parse(one) for one in made.written().splitlines()]
    told.sort(key=lambda event: event.type)
    assert told == [Message("send", name, "hold", 1) for name in names for _ in range(50)]


def _put_often(made: wire.Wire, name: str) -> None:
    for _ in range(50):
        made.put("Passed", direction="send", type=name, phase="hold", at_ns=1)


def test_a_write_that_comes_through_in_parts_is_finished():
    parts: list[bytes] = []

    def write(_: int, data: bytes) -> int:
        parts.append(data[:7])
        return len(parts[-1])

    with line() as made, patch.object(wire, "write", write):
        made.wire.put("Dropped", count=7)
    assert len(parts) > 1
    assert parse(b"".join(parts)[:-1]) == events.Dropped(7)


def test_a_forked_child_is_silent():
    with line() as made, patch.object(wire, "getpid", lambda: os.getpid() + 1):
        made.wire.put("Dropped", count=1)
        assert made.written() == b""


def test_nothing_is_written_to_a_file_that_took_the_wires_place(tmp_path):
    with line() as made:
        number = made.file.fileno()
        kept = os.dup(number)
        taken = os.open(tmp_path / "precious", os.O_WRONLY | os.O_CREAT)
        os.dup2(taken, number)
        try:
            made.wire.put("Dropped", count=1)
        finally:
            os.dup2(kept, number)
            os.close(kept)
            os.close(taken)
        assert made.written() == b""
    assert (tmp_path / "precious").read_bytes() == b""


def test_a_closed_wire_disturbs_nobody():
    with line() as made:
        made.file.close()
        made.wire.put("Dropped", count=1)


def test_begin_and_end_tell_the_phase_its_time_and_its_memory():
    with line() as made:
        made.wire.begin("import", at_ns=7)
        made.wire.end("crashed")
        begin, end = (parse(one) for one in made.written().splitlines())
    assert isinstance(begin, Begin)
    assert (begin.phase, begin.at_ns) == ("import", 7)
    assert (end.phase, end.status) == ("import", "crashed")
    assert end.at_ns > begin.at_ns
    assert end.cpu_ns >= begin.cpu_ns > 0
    has_proc = Path("/proc/self/statm").exists()
    assert all((event.rss_bytes is not None) == has_proc for event in (begin, end))


@pytest.mark.parametrize(
    ("error", "kind"), [(SystemExit(1), "exit"), (KeyboardInterrupt(), "exit"), (OSError(), "lost")]
)
def test_what_ends_a_process_is_told_as_that(error, kind):
    with line() as made:
        made.wire.raised(error, "startup", kind="lost")
        event = parse(made.written()[:-1])
    assert (event.phase, event.kind, event.exception["type"]) == ("startup", kind, type(error).__name__)


def test_the_first_events_may_come_in_several_threads_at_once():
    """msgspec would crash: it reads the annotations of a class at its first use."""
    code = """
import sys, threading
sys.setswitchinterval(1e-7)
from lifespan_cli.model.events import parse
row = ("m", "import", 1, 1, 1, 1, 1, 0, None, None, None, False, None, False)
lines = [
    ascii(("Imported", {"rows": (row,)})).encode(),
    ascii(("Blocked", {"phase": "startup", "rows": ((1, 2, None, ((2, 0, (("a", "b", 1),)),), 0),)})).encode(),
]
threads = [threading.Thread(target=lambda: [print(parse(line)) for line in lines]) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 24
