"""The private names that the probe uses: their self-tests, and that no other file touches one."""

import asyncio  # noqa: F401  # loaded, as it is where futures are met
from types import SimpleNamespace
from typing import Any

from lifespan_cli.probe import internals
from lifespan_cli.probe.internals import NEWEST, OLDEST, Internal, awaiting, contexts, importing


def declared() -> dict[str, Internal]:
    """Those that need no frame of a library to be tested; `test_constructs` meets the others."""
    values = [value for module in (awaiting, contexts, importing) for value in vars(module).values()]
    return {value.name: value for value in values if isinstance(value, Internal)}


class Wire:
    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []

    def put(self, event: str, **values: Any) -> None:
        self.events.append((event, values))


def test_every_self_test_passes_in_this_interpreter() -> None:
    found = {name: entry for name, entry in declared().items() if entry.exists()}
    assert {name: entry.test() for name, entry in found.items()} == dict.fromkeys(found, "")


def test_what_fails_its_self_test_is_told_once(monkeypatch) -> None:
    wire, tested = Wire(), []

    def takes_more() -> str:
        tested.append("takes_more")
        return "takes more"

    monkeypatch.setattr(internals, "_reporter", internals._Reporter())
    off = Internal("some._name", "some times", (OLDEST, NEWEST), takes_more)
    gone = Internal("some._other", "other times", (OLDEST, NEWEST), lambda: SimpleNamespace()._other)
    broken = Internal("some._third", "third times", (OLDEST, NEWEST), lambda: str(1 // 0), library="trio")
    assert not off.works()
    internals._reporter.begin(wire)  # type: ignore[arg-type]  # it only writes
    assert [entry.works() for entry in (off, gone, broken)] == [False] * 3
    assert tested == ["takes_more"]
    assert wire.events == [
        ("NotMeasured", {"measurement": "some times", "reason": "some._name takes more in this Python"}),
        ("NotMeasured", {"measurement": "other times", "reason": "some._other does not exist in this Python"}),
        (
            "NotMeasured",
            {"measurement": "third times", "reason": "some._third cannot be used (ZeroDivisionError) in this trio"},
        ),
    ]


def test_a_name_of_other_versions_is_not_tried_and_nothing_is_said_of_it(monkeypatch) -> None:
    reporter = internals._Reporter()
    monkeypatch.setattr(internals, "_reporter", reporter)
    wire = Wire()
    reporter.begin(wire)  # type: ignore[arg-type]  # it only writes
    old = Internal("some._old", "old times", (OLDEST, (3, 10)), lambda: "is tried")
    new = Internal("some._new", "new times", ((3, 99), NEWEST), lambda: "is tried")
    assert [entry.works() for entry in (old, new)] == [False] * 2
    assert wire.events == []
