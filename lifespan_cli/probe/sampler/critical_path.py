"""What the end of a phase had to wait for: the way back from there, through what each look found.

It leads from a task that waits for others to the one of them that ended last, and from one that has not begun yet to
the one that was to begin it. What waits for an event has its time, even if the thread ran something else meanwhile:
that delays nothing. But if it went on at once when the thread was given back, what ran had delayed it, and the way
leads on from there.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifespan_cli.probe.sampler.call_tree import Node

    Owner = tuple[Node | None, int]
    """A task, a thread or the lifespan: the node that waits for it, and its lane there."""
    Wait = tuple[Node, int]
    """Where a task waits, and the identity of the object that it waits for."""

LIFESPAN: "Owner" = (None, 0)
MOST_MOMENTS = 20_000
HELD_NS = 10_000_000
"""Who runs for less only passes on to another what that waits for."""


class Moment:
    """A time in which everything stayed where it was: what the main thread ran, who waited, what other threads ran.

    Each by its innermost node; of those that waited also the identity of what they waited for.
    """

    __slots__ = ("ran", "waits", "wall_ns", "workers")

    def __init__(self) -> None:
        self.wall_ns = 0
        self.ran: Node | None = None
        self.waits: dict[Node, int] = {}
        self.workers: list[Node] = []


class _Way:
    """How far the way back has come."""

    def __init__(self) -> None:
        self.who = LIFESPAN
        self.wait: Wait | None = None
        """The event that `who` waits for, and would wait for if nothing else ran."""
        self._held_ns = 0
        self._holder: Owner | None = None

    def go(self, who: "Owner", wait: "Wait | None" = None) -> None:
        """The way leads through that one, which waits there or does not."""
        self.who, self.wait, self._held_ns, self._holder = who, wait, 0, None

    def hold(self, holder: "Owner | None", wall_ns: int) -> None:
        """What ran then held it up; `holder` is None where the lifespan does not wait for that."""
        self._held_ns += wall_ns
        self._holder = holder

    def turn(self) -> None:
        """Before that the thread was idle: what it has waited for there began all that ran since."""
        if self._holder is not None and self._held_ns >= HELD_NS:
            self.go(self._holder)


class Timeline:
    """The moments of one phase."""

    def __init__(self) -> None:
        self._moments: list[Moment] = []
        self._last: Moment | None = None
        self._collected: dict[Node, int] = {}
        self._owners: dict[Node, Owner] = {}

    def add(self, wall_ns: int, moment: Moment) -> None:
        """Go on for that long with this moment, which may be the last one again or like it."""
        last = self._last
        if last is not moment:
            like = last is not None and last.ran is moment.ran and last.waits == moment.waits
            if last is None or not ((like and last.workers == moment.workers) or len(self._moments) >= MOST_MOMENTS):
                self._moments.append(moment)
                self._last = last = moment
        last.wall_ns += wall_ns

    def collect(self, node: "Node", wall_ns: int) -> None:
        """A garbage collection delays everything."""
        self._collected[node] = self._collected.get(node, 0) + wall_ns

    def critical(self) -> "Mapping[Node, int]":
        """How much of each node's time (ns) the end had to wait for; inclusive, as its total."""
        own = dict(self._collected)
        way = _Way()
        for moment in reversed(self._moments):
            leaf = self._back(moment, way)
            if leaf is not None:
                own[leaf] = own.get(leaf, 0) + moment.wall_ns
        found: dict[Node, int] = {}
        for leaf, wall_ns in own.items():
            node: Node | None = leaf
            while node is not None:
                found[node] = found.get(node, 0) + wall_ns
                node = node.parent
        return found

    def _back(self, moment: Moment, way: "_Way") -> "Node | None":
        """Lead the way back through this moment. The innermost node that it goes through."""
        ran = moment.ran
        running = self._chain(ran)
        if ran is None:
            way.turn()
        waiting = {self._owner(leaf): leaf for leaf in (*moment.waits, *moment.workers)}
        while True:
            if way.who in running:
                joined = [owner for owner in waiting if owner[0] is ran]
                way.go(joined[-1] if joined else running[0])
                return waiting[joined[-1]] if joined else ran
            leaf = waiting.get(way.who)
            if leaf is None:  # it has not begun yet
                if way.who[0] is None:
                    return ran
                way.go(self._owner(way.who[0]))
                continue
            awaited = [owner for owner in waiting if owner[0] is leaf]
            if awaited:
                way.go(awaited[-1])
                continue
            here = leaf, moment.waits.get(leaf, 0)
            if ran is None or here == way.wait or leaf not in moment.waits:
                way.go(way.who, here)
                return leaf
            way.hold(running[0] if running[-1] == LIFESPAN else None, moment.wall_ns)  # it went on as soon as it could
            return ran

    def _owner(self, node: "Node") -> "Owner":
        """Whose node that is."""
        owner = self._owners.get(node)
        if owner is None:
            begin: Node = node
            while begin.task is None and begin.parent is not None:
                begin = begin.parent
            owner = self._owners[node] = LIFESPAN if begin.task is None else (begin.parent, begin.lane)
        return owner

    def _chain(self, node: "Node | None") -> "list[Owner]":
        """Who runs that node, and those that wait for it, the lifespan last where it does."""
        chain = []
        while node is not None:
            owner = self._owner(node)
            # what is not waited for begins at the root
            if owner != LIFESPAN or node.parent is not None:
                chain.append(owner)
            node = owner[0]
        return chain
