"""What of the registered code ran, read from the events of code objects."""

from lifespan_cli.probe.frameworks.callables import Runnable, awaited, callees, runnable_context
from lifespan_cli.probe.frameworks.identity import FRAMEWORKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType

    from lifespan_cli.probe.code_events import Activation, CodeEvents
    from lifespan_cli.probe.frameworks.living import Living

MOST_CALLEES = 300
DEEPEST_CALLEE = 6


class Counts:
    """How often something ran and was left again, how often a framework called it or another function returned it, and
    how long it took in all (ns)."""

    __slots__ = ("called", "left", "ran", "returned", "wall_ns")

    def __init__(self, ran: int = 0, left: int = 0, called: int = 0, wall_ns: int = 0, returned: int = 0) -> None:
        self.ran, self.left, self.called, self.wall_ns, self.returned = ran, left, called, wall_ns, returned

    def shared(self, functions: int) -> "Counts":
        """What each of so many functions ran that cannot be told apart: all of them, if any did."""
        ran, left, called = (max(1, count // functions) if count else 0 for count in (self.ran, self.left, self.called))
        return Counts(ran, left, called, self.wall_ns // functions, self.returned)


class Evidence:
    """Has the code of registered things watched, and counts what was seen of it."""

    def __init__(self, events: "CodeEvents | Living") -> None:
        self._events = events
        self._callees: dict[int, list[Runnable]] = {}
        """What a function calls, by the identity of its code."""
        self._returned: dict[int, tuple[CodeType, list[Runnable]]] = {}
        """The kinds of context managers that a function returned, by the identity of its code, which comes first."""

    def watch(self, runs: Runnable, with_callees: bool) -> None:
        """Note from now on what the code does; `with_callees` also what it calls, through any depth."""
        if with_callees:
            self._watch_callees(runs, DEEPEST_CALLEE)
        runs.let_go()
        self._watch(runs)
        if runs.code is not None:
            watched = self._events.watch(runs.code)
            watched.spans = watched.spans or runs.kind == "generator"
            watched.names.update(runs.identities)
            if runs.kind == "returns":
                _, returned = self._returned.setdefault(id(runs.code), (runs.code, []))
                watched.on_return = lambda value: self._note(returned, value)

    def callees(self, runs: Runnable) -> "list[Runnable]":
        """What it calls and waits for, as far as that was asked for when it was watched."""
        return awaited(self._callees.get(id(runs.code), ()))

    def _watch(self, runs: Runnable) -> None:
        for code in (runs.code, runs.leave):
            if code is not None:
                watched = self._events.watch(code)
                watched.owner = runs.owner if code is runs.code and runs.kind == "class" else watched.owner

    def _watch_callees(self, runs: Runnable, deepest: int) -> None:
        code = runs.code
        if code is None or id(code) in self._callees or not deepest or len(self._callees) >= MOST_CALLEES:
            return
        found = self._callees[id(code)] = [callee for callee in callees(runs) if callee.code is not code]
        for callee in found:
            self._watch_callees(callee, deepest - 1)
            callee.let_go()
            self._watch(callee)

    def _note(self, returned: "list[Runnable]", value: object) -> None:
        runs = runnable_context(value)
        if all(runs.code is not other.code for other in returned):
            runs.let_go()
            returned.append(runs)
            self._watch(runs)

    def counts(self, runs: Runnable, rivals: "Sequence[Runnable]") -> Counts:
        """What was seen of it. `rivals` are all that share its code, itself among them."""
        functions = len({other.owner for other in rivals if identity(other) == identity(runs)})
        everything = self._seen(runs)
        exactly = [one for one in everything if one.bound == {**one.bound, **runs.identities}]
        # a variable that it closes over may have been bound to something else meanwhile
        seen = exactly or [one for one in everything if _is_of(runs, one, rivals)]
        counts = self._count(runs, seen).shared(max(1, functions))
        if not counts.ran and self._is_covered(runs, DEEPEST_CALLEE):
            return Counts(ran=1, left=1)
        return counts

    def has_run(self, runs: Runnable) -> bool:
        """It was seen to run, in whatever activation."""
        return bool(self._seen(runs))

    def _seen(self, runs: Runnable) -> "list[Activation]":
        return [] if runs.code is None else self._events.seen(runs.code)

    def _count(self, runs: Runnable, seen: "list[Activation]") -> Counts:
        wall_ns = sum(one.ended_ns - one.started_ns for one in seen if one.ended_ns)
        called = sum(one.caller.partition(".")[0] in FRAMEWORKS for one in seen)
        if runs.kind == "generator":
            return Counts(len(seen), sum(bool(one.resumed_ns or one.ended_ns) for one in seen), called)
        if runs.kind == "class":
            left = len(seen) if runs.leave is None or self._events.missing else len(self._events.seen(runs.leave))
            return Counts(len(seen), min(left, len(seen)), called, returned=self._returns_of(runs))
        if runs.kind == "returns":
            _, contexts = self._returned.get(id(runs.code), (None, []))
            parts = [self._count(part, self._seen(part)) for part in contexts if part.code is not None]
            if seen and not parts:  # what it returned is no Python code
                return Counts(len(seen), len(seen), called)
            ran, left = (sum(getattr(part, name) for part in parts) for name in ("ran", "left"))
            return Counts(min(ran, len(seen)), min(left, len(seen)), called)
        return Counts(len(seen), 0, called, wall_ns)

    def _returns_of(self, runs: Runnable) -> int:
        """How often registered functions returned an object of this class."""
        functions = (
            function for function, parts in self._returned.values() if any(part.code is runs.code for part in parts)
        )
        return sum(len(self._events.seen(function)) for function in functions)

    def _is_covered(self, runs: Runnable, deepest: int) -> bool:
        """It did not run, but all that it calls did: the outer lifespan does the same work itself."""
        found = self.callees(runs) if deepest else []
        return bool(found) and all(self._seen(one) or self._is_covered(one, deepest - 1) for one in found)


def identity(runs: Runnable) -> "tuple[object, ...]":
    """What two registrations have in common that cannot be told apart when they run."""
    return id(runs.code), *sorted(runs.identities.items())


def _is_of(runs: Runnable, activation: "Activation", rivals: "Sequence[Runnable]") -> bool:
    """The activation may be this one's: no argument and no closed-over variable of it is that of another only."""
    for name, value in runs.identities.items():
        noted = activation.bound.get(name, value)
        if noted != value and any(noted == rival.identities.get(name) for rival in rivals):
            return False
    return True
