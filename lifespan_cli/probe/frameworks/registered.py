"""What the frameworks have registered for the lifespan, also in mounted applications, and what of it ran.

Looked up before startup and once more when startup is complete, since applications mount others while they start. What
ran is read from the events of code objects (`evidence`); where there are none, from what is alive (`living`).
"""

from lifespan_cli.probe.frameworks.callables import names_of, runnable_handler, runnable_lifespan
from lifespan_cli.probe.frameworks.evidence import Evidence, identity
from lifespan_cli.probe.frameworks.identity import framework_of
from lifespan_cli.probe.frameworks.living import Living
from lifespan_cli.probe.frameworks.reachable import applications
from lifespan_cli.probe.frameworks.registry import ADAPTERS
from lifespan_cli.probe.internals import REGISTERED
from lifespan_cli.probe.wire import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lifespan_cli.probe.code_events import CodeEvents
    from lifespan_cli.probe.frameworks.base import Registration
    from lifespan_cli.probe.frameworks.callables import Runnable
    from lifespan_cli.probe.frameworks.evidence import Counts
    from lifespan_cli.probe.frameworks.reachable import Application
    from lifespan_cli.probe.wire import Wire

MOST_REGISTERED = 500
DEEPEST_NAMES = 6


class Entry:
    """One registration of one application, and what it executes."""

    def __init__(self, application: "Application", number: int, registration: "Registration", late: bool) -> None:
        self.application, self.mount, self.adapter = number, application.mount, application.adapter
        self.framework = framework_of(application.value) or self.adapter.name
        self.kind, self.ignored = registration.kind, registration.ignored
        self.late = late
        """It was found when startup was complete, and was not watched before."""
        self.runs = (runnable_lifespan if self.kind == "lifespan" else runnable_handler)(registration.value)


class Registered:
    """Finds what is registered, has its code watched, and writes at the end what of it ran."""

    def __init__(self, wire: "Wire", events: "CodeEvents", target: object) -> None:
        self._wire = wire
        self._events = events
        self._missing = events.missing
        self._living = Living(events.missing)
        self._evidence = Evidence(self._living if events.missing else events)
        self._target: object = target
        self._entries: list[Entry] = []
        self._found: dict[int, int] = {}
        """The number of each application, by identity, in the order in which they were found."""
        self._own = 1 if any(adapter.knows(target) for adapter in ADAPTERS) else -1
        """Up to this number applications are the target's own: itself and its router."""
        self._known: set[tuple[int, str, int]] = set()
        self._names: set[str] = set()
        """The names that the code of what is alive uses, through any depth of calls."""

    def look(self) -> None:
        """Find what is registered now; nothing in an application that does not let itself be read."""
        late = bool(self._found)
        try:
            for application in applications(self._target, ADAPTERS):
                number = self._found.setdefault(id(application.value), len(self._found))
                for registration in application.adapter.registered(application.value):
                    self._add(Entry(application, number, registration, late), id(registration.value))
            if late and self._missing and self._entries:
                self._living.look()
                self._read_names()
        except Exception:
            self._entries = []

    def _add(self, entry: Entry, value: int) -> None:
        key = entry.application, entry.kind, value
        if (entry.late and key in self._known) or len(self._entries) >= MOST_REGISTERED:
            return
        self._known.add(key)
        self._entries.append(entry)
        self._evidence.watch(entry.runs, with_callees=bool(self._missing) or not self._is_targets_own(entry))

    def _read_names(self) -> None:
        left = [(entry.runs, 0) for entry in self._entries if self._evidence.has_run(entry.runs)]
        seen = set()
        while left:
            runs, depth = left.pop()
            if runs.code is None or id(runs.code) in seen or depth > DEEPEST_NAMES:
                continue
            seen.add(id(runs.code))
            self._names.update(names_of(runs.code))
            left.extend((callee, depth + 1) for callee in self._evidence.callees(runs))

    def tell(self) -> None:
        """Write what was registered and what of it ran."""
        if self._missing and self._entries:
            self._living.look()
        rows = [self._row(entry) for entry in self._entries]
        lost = self._events.missing
        if rows and lost and not self._missing:
            self._wire.put("NotMeasured", measurement=REGISTERED, reason=lost)
        elif rows:
            self._wire.put("Registered", rows=tuple(rows))
            if self._missing and any(row["uncertain"] for row in rows):
                self._wire.put("NotMeasured", measurement=REGISTERED, reason=self._missing)
        self._entries, self._found, self._target = [], {}, None

    def _row(self, entry: Entry) -> "dict[str, Any]":
        """The fields of `report.Handler`."""
        rivals = [other.runs for other in self._entries if other.runs.code is entry.runs.code]
        counts = self._evidence.counts(entry.runs, rivals)
        uncertain = "" if counts.ran else self._uncertain(entry)
        place = entry.runs.place
        return {
            "kind": entry.kind,
            "ignored": entry.ignored,
            "mount": text(entry.mount, 200),
            "name": text(entry.runs.label, 200),
            "path": text(place.co_filename) if place else None,
            "line": place.co_firstlineno if place else None,
            "ran": None if uncertain and self._may_run_unseen(entry) else counts.ran,
            "left": counts.left,
            "repeated": max(0, self._times(entry, counts) - self._expected(entry)),
            "wall_ns": counts.wall_ns,
            "framework": entry.framework,
            "deprecated": entry.adapter.keeps_on_event and entry.kind != "lifespan",
            "uncertain": uncertain,
        }

    def _times(self, entry: Entry, counts: "Counts") -> int:
        """How often a lifespan was entered; how often the framework called a handler.

        Without events, that it calls each of the target's own as often as it has it in its list.
        """
        if entry.kind == "lifespan":
            return 0 if self._missing and entry.runs.kind == "class" else counts.ran - counts.returned
        if not self._missing:
            return counts.called
        own = [other for other in self._entries if other.kind == entry.kind and self._is_targets_own(other)]
        this = entry.runs.owner, identity(entry.runs)
        return sum((other.runs.owner, identity(other.runs)) == this for other in own)

    def _is_targets_own(self, entry: Entry) -> bool:
        """It is the target that is to run it."""
        return entry.application <= self._own and not (entry.mount or entry.ignored)

    def _expected(self, entry: Entry) -> int:
        """How often it is to run: once for each application, as often as it stands in a list of handlers elsewhere.

        One function may be there for startup and for shutdown, whose calls are counted together.
        """
        same = [other for other in self._entries if identity(other.runs) == identity(entry.runs)]
        if self._missing:
            same = [other for other in same if other.kind == entry.kind]
        return len({(other.application, other.kind) for other in same}) if entry.adapter.keeps_on_event else len(same)

    def _uncertain(self, entry: Entry) -> str:
        """Why it is not known for certain that it did not run; empty where it is."""
        if self._missing:
            return self._missing
        if entry.runs.code is None:
            return "it is not Python code"
        unseen = entry.late and entry.kind != "shutdown" and entry.runs.kind != "generator"
        return "it was registered during startup" if unseen else ""

    def _may_run_unseen(self, entry: Entry) -> bool:
        """It is no Python code, the framework calls it, or code that runs names it, or where it is kept."""
        if entry.runs.code is None:
            return True
        if entry.kind == "lifespan":
            return self._is_covered(entry.runs, DEEPEST_NAMES) or (
                entry.runs.kind != "generator" and "lifespan_context" in self._names
            )
        named = {entry.runs.plain_name, entry.kind, f"_{entry.kind}", f"on_{entry.kind}"} & self._names
        return bool(named) or not (entry.mount or entry.ignored)

    def _is_covered(self, runs: "Runnable", deepest: int) -> bool:
        """All that it calls and waits for is alive, or named by code that runs, through any depth of calls."""
        found = self._evidence.callees(runs) if deepest else []
        return bool(found) and all(
            one.plain_name in self._names or self._evidence.has_run(one) or self._is_covered(one, deepest - 1)
            for one in found
        )
