"""The call tree that samples are charged to: one node per line of a function under one caller, bounded in number.

A node's times are inclusive: `total_ns` is the time during which its line was executed or awaited, counted once also
when several tasks are there at the same time; of that `waiting_ns` while the thread had nothing to do, `cpu_ns` of the
thread. The rest is time in which the line kept the thread without computing: it blocked.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from lifespan_cli.probe.sampler.frames import Place as Line
    from lifespan_cli.probe.sampler.garbage import Generation

    Place = Line | Generation

MOST_NODES = 20_000
MOST_ROWS = 3_000
DEEPEST_ROW = 400
LEAST_NS = 200_000


class Node:
    """One line under one caller. `task` is set where another task or a thread begins."""

    __slots__ = (
        "at_ns",
        "children",
        "cpu_ns",
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

    def __init__(self, place: "Place | None", task: "str | None") -> None:
        self.place = place
        self.task = task
        self.children: dict[Place, Node] = {}
        self.tasks: dict[Place, Node] = {}
        """Where the tasks and threads begin that are waited for here; those that begin in the same place are one."""
        self.total_ns = self.self_ns = self.waiting_ns = self.cpu_ns = 0
        self.at_ns = self.until_ns = 0
        self.tick = self.self_tick = -1
        self.ran = False
        self.width = 0
        """The most tasks that were at this line at once."""

    def charge(self, tick: int, now_ns: int, wall_ns: int, cpu_ns: int, running: bool) -> None:
        """Add one sample, once per tick. A tick in which any of several tasks runs here is no waiting."""
        if self.tick != tick:
            if not self.total_ns:
                self.at_ns = now_ns - wall_ns
            self.tick, self.ran = tick, running
            self.total_ns += wall_ns
            self.until_ns = now_ns
            if running:
                self.cpu_ns += cpu_ns
            else:
                self.waiting_ns += wall_ns
        elif running and not self.ran:
            self.ran = True
            self.waiting_ns -= wall_ns
            self.cpu_ns += cpu_ns

    def charge_self(self, tick: int, wall_ns: int) -> None:
        """Nothing below this line was executed or awaited; counted once per tick, too."""
        if self.self_tick != tick:
            self.self_tick = tick
            self.self_ns += wall_ns


class Tree:
    """The nodes of one phase."""

    def __init__(self) -> None:
        self.root = Node(None, None)
        self._size = 0

    def child(self, parent: Node, place: "Place", task: "str | None" = None) -> Node:
        """The node of that place below `parent`; when there are too many, `parent` itself stands for it."""
        nodes = parent.children if task is None else parent.tasks
        node = nodes.get(place)
        if node is None:
            if self._size >= MOST_NODES:
                return parent
            self._size += 1
            node = nodes[place] = Node(place, task)
        return node

    def rows(self) -> "list[tuple[object, ...]]":
        """The nodes in preorder, small ones left out; each as the columns of `events.Sampled`."""
        least_ns = LEAST_NS
        while True:
            rows = list(self._rows(least_ns))
            if len(rows) <= MOST_ROWS:
                return rows
            least_ns *= 2

    def _rows(self, least_ns: int) -> "Iterator[tuple[object, ...]]":
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
            )
            if depth < DEEPEST_ROW:
                left.extend((depth + 1, child) for child in reversed(_below(node)))


def _below(node: Node) -> "list[Node]":
    return [*node.children.values(), *node.tasks.values()]
