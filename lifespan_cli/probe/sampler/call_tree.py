"""The call tree that samples are charged to: one node per line of a function under one caller, bounded in number.

A node's times are inclusive: `total_ns` is the time during which its line was executed or awaited, counted once also
when several tasks are there at the same time; of that `waiting_ns` while the thread had nothing to do, `cpu_ns` of the
thread. The rest is time in which the line kept the thread without computing: it blocked.

Tasks and threads that run the same function at once are told apart by an identity of their own, a lane. What comes
after one that has ended, as in a loop, takes over its lane. Of a crowd all are in one.
"""

from lifespan_cli.probe.sampler.critical_path import Timeline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from lifespan_cli.probe.sampler.frames import Place as Line
    from lifespan_cli.probe.sampler.garbage import Generation

    Place = Line | Generation
    Path = list["Node"]

MOST_NODES = 20_000
MOST_ROWS = 3_000
DEEPEST_ROW = 400
LEAST_NS = 200_000
MOST_LANES = 64
"""So many tasks or threads that run the same function are told apart at the line that waits for them."""
MOST_APART = 1500
"""And that only as long as the nodes which this adds are no more than these."""
CROWD = 0
"""Stands for all those that are not told apart."""


class Node:
    """One line under one caller. `task` is set where another task or a thread begins."""

    __slots__ = (
        "apart",
        "at_ns",
        "children",
        "cpu_ns",
        "delay_ns",
        "lane",
        "lanes",
        "parent",
        "place",
        "ran",
        "self_ns",
        "self_tick",
        "task",
        "tasks",
        "tick",
        "total_ns",
        "until_ns",
        "waiting_ns",
        "width",
    )

    def __init__(self, place: "Place | None", parent: "Node | None", task: "str | None", lane: int = 0) -> None:
        self.place = place
        self.parent = parent
        self.task = task
        self.lane = lane
        """Which of the tasks and threads begins here: those of one lane are the same one, or one after the other."""
        self.apart = False
        """It is there only because tasks are told apart."""
        self.children: dict[Place, Node] = {}
        self.tasks: dict[tuple[Place, int], Node] = {}
        """Where the tasks and threads begin that are waited for here, by their lanes."""
        self.lanes: dict[int, dict[int, int]] = {}
        """The lanes of these by the function that they run, and by who is in them."""
        self.total_ns = self.self_ns = self.waiting_ns = self.cpu_ns = self.delay_ns = 0
        self.at_ns = self.until_ns = 0
        self.tick = self.self_tick = -1
        self.ran = False
        self.width = 0
        """The most tasks that were at this line at once."""

    def charge(self, tick: int, now_ns: int, wall_ns: int, cpu_ns: int, running: bool, delay_ns: int = 0) -> None:
        """Add one sample, once per tick. A tick in which any of several tasks runs here is no waiting."""
        if self.tick != tick:
            if not self.total_ns:
                self.at_ns = now_ns - wall_ns
            self.tick, self.ran = tick, running
            self.total_ns += wall_ns
            self.until_ns = now_ns
            if running:
                self.cpu_ns += cpu_ns
                self.delay_ns += delay_ns
            else:
                self.waiting_ns += wall_ns
        elif running and not self.ran:
            self.ran = True
            self.waiting_ns -= wall_ns
            self.cpu_ns += cpu_ns
            self.delay_ns += delay_ns

    def charge_self(self, tick: int, wall_ns: int) -> None:
        """Nothing below this line was executed or awaited; counted once per tick, too."""
        if self.self_tick != tick:
            self.self_tick = tick
            self.self_ns += wall_ns


class Tree:
    """The nodes of one phase."""

    def __init__(self) -> None:
        self.root = Node(None, None, None)
        self.timeline = Timeline()
        self._size = self._apart = self._lanes = 0

    def child(self, parent: Node, place: "Place", task: "str | None" = None, lane: int = 0) -> Node:
        """The node of that place below `parent`; when there are too many, `parent` itself stands for it."""
        node = parent.children.get(place) if task is None else parent.tasks.get((place, lane))
        if node is None:
            if self._size >= MOST_NODES:
                return parent
            self._size += 1
            node = Node(place, parent, task, lane)
            if task is None:
                parent.children[place] = node
                node.apart = parent.apart
            else:
                parent.tasks[place, lane] = node
                node.apart = parent.apart or lane != next(iter(parent.lanes[place.code].values()), lane)
            self._apart += node.apart
        return node

    def lane(
        self, parent: Node, place: "Place", who: int, present: "Collection[int]" = (), crowded: bool = False
    ) -> int:
        """The lane, from 1 on, of a task or thread that begins at `place` and is waited for at `parent`.

        `who` is its identity, `CROWD` where nobody is told apart; `present` those that are waited for there now, of
        which there are too many when it is `crowded`.
        """
        lanes = parent.lanes.setdefault(place.code, {})
        lane = lanes.get(who)
        if lane is not None:
            return lane
        if who != CROWD:
            if crowded or CROWD in lanes:
                return self.lane(parent, place, CROWD)
            free = next((one for one in lanes if one not in present), None)
            if free is not None:
                lanes[who] = lanes.pop(free)
                return lanes[who]
            if lanes and (len(lanes) >= MOST_LANES or self._apart >= MOST_APART):
                return self.lane(parent, place, CROWD)
        self._lanes += 1
        lanes[who] = self._lanes
        return self._lanes

    def rows(self) -> "list[tuple[object, ...]]":
        """The nodes in preorder, small ones left out; each as the columns of `events.Sampled`."""
        critical = self.timeline.critical()
        least_ns = LEAST_NS
        while True:
            rows = list(self._rows(least_ns, critical))
            if len(rows) <= MOST_ROWS:
                return rows
            least_ns *= 2

    def _rows(self, least_ns: int, critical: "Mapping[Node, int]") -> "Iterator[tuple[object, ...]]":
        """Without recursion: the application's may be deep."""
        left = [(0, child) for child in reversed(_below(self.root))]
        while left:
            depth, node = left.pop()
            if node.total_ns < least_ns or node.place is None:
                continue
            yield (
                depth,
                *node.place.call,
                node.task,
                node.width,
                node.total_ns,
                node.self_ns,
                node.waiting_ns,
                node.cpu_ns,
                node.at_ns,
                node.until_ns,
                node.lane,
                critical.get(node, 0),
                node.delay_ns,
            )
            if depth < DEEPEST_ROW:
                left.extend((depth + 1, child) for child in reversed(_below(node)))


def _below(node: Node) -> "list[Node]":
    return [*node.children.values(), *node.tasks.values()]
