"""The wire: any event survives the way through its line, whatever its strings hold; no other line passes for one."""

import os
import threading
import time
import types
import typing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lifespan_cli import events
from lifespan_cli.errors import ToolError
from lifespan_cli.events import Begin, Event, Passed, parse
from lifespan_cli.probe import wire
from lifespan_cli.probe.wire import private

stable = settings(max_examples=300, derandomize=True, database=None, deadline=None)
words = st.text(st.characters(), max_size=20)
"""Lone surrogates, terminal escapes, quotes, newlines and null characters among them."""
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | words | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(words, inner, max_size=3),
    max_leaves=10,
)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of an annotation, of those that occur in events."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType:
        return st.one_of(*(values_of(option) for option in arguments))
    if origin is tuple and arguments[-1] is ...:
        return st.lists(values_of(arguments[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*(values_of(argument) for argument in arguments))
    if origin is Mapping:
        return st.dictionaries(words, values_of(arguments[1]), max_size=3)
    known = {str: words, int: st.integers(), bool: st.booleans(), type(None): st.none(), Any: plain}
    return known[hint]


def any_of(kind: type) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{item.name: values_of(hints[item.name]) for item in fields(kind)})


WIRED = [kind for kind in typing.get_args(Event) if kind.__name__ in events._WIRED]
any_event = st.one_of(*(any_of(kind) for kind in WIRED))


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


def values(event: Any) -> dict[str, Any]:
    return {item.name: getattr(event, item.name) for item in fields(event)}


def test_every_kind_of_event_is_on_the_wire_or_the_parents_own():
    own = {"Spawned", "Wrote", "TimedOut", "Interrupted", "LastSeen", "Exited"}
    assert {kind.__name__ for kind in typing.get_args(Event)} == set(events._WIRED) | own


@stable
@given(any_event)
def test_an_event_becomes_one_ascii_line_and_itself_again(event):
    with line() as made:
        made.wire.put(type(event).__name__, **values(event))
        written = made.written()

    assert written.isascii()
    assert written.endswith(b"\n")
    assert written.count(b"\n") == 1
    assert parse(written[:-1]) == event


@stable
@given(any_event)
def test_what_has_a_default_may_be_left_out(event):
    given_values = {item.name: getattr(event, item.name) for item in fields(event)}
    required = {name: value for name, value in given_values.items() if name in _required(type(event))}

    assert parse(ascii((type(event).__name__, required)).encode()) == type(event)(**required)


def _required(kind: type) -> set[str]:
    return {name for name, parameter in _signature(kind).items() if parameter.default is parameter.empty}


def _signature(kind: type) -> Mapping[str, Any]:
    from inspect import signature

    return signature(kind).parameters


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
def test_a_line_that_was_cut_short_is_no_event(event, data):
    whole = ascii((type(event).__name__, values(event))).encode()
    with pytest.raises(ToolError):
        parse(whole[: data.draw(st.integers(0, len(whole) - 1))])


@stable
@given(any_event, st.binary(min_size=1, max_size=3), st.data())
def test_a_line_that_was_forged_is_an_event_or_our_error(event, patch_, data):
    whole = ascii((type(event).__name__, values(event))).encode()
    at = data.draw(st.integers(0, len(whole)))
    try:
        forged = parse(whole[:at] + patch_ + whole[at + len(patch_) :])
    except ToolError:
        return
    assert type(forged) in WIRED


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
    assert told == [Passed("send", name, "hold", 1) for name in names for _ in range(50)]


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
