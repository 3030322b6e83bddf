"""The call tree that samples are charged to: one node per line of a function under one caller, bounded in number.

A node's times are inclusive: `total_ns` is the time during which its line was executed or awaited, counted once also
when several tasks are there at the same time; of that `waiting_ns` while the thread had nothing to do, `cpu_ns` of the
thread. The rest is time in which the line kept the thread without computing: it blocked.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

MOST_NODES = 20_000
MOST_ROWS = 3_000
LEAST_NS = 200_000


class Node:
    """One line under one caller. `task` is set where another task or a thread begins."""

    __slots__ = (
        "at_ns",
        "children",
        "code",
        "cpu_ns",
        "line",
        "ran",
        "self_ns",
        "self_tick",
        "task",
        "tick",
        "total_ns",
        "until_ns",
        "waiting_ns",
        "width",
    )

    def __init__(self, code: "CodeType | None", line: int, task: "str | None") -> None:
        self.code = code
        self.line = line
        self.task = task
        self.children: dict[tuple[int, int, bool], Node] = {}
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
        self.root = Node(None, 0, None)
        self._size = 0

    def child(self, parent: Node, code: "CodeType", line: int, task: "str | None" = None) -> Node:
        """The node of that line below `parent`; when there are too many, `parent` itself stands for it."""
        key = (id(code), line, task is not None)
        node = parent.children.get(key)
        if node is None:
            if self._size >= MOST_NODES:
                return parent
            self._size += 1
            node = parent.children[key] = Node(code, line, task)
        return node

    def rows(self) -> "list[tuple[object, ...]]":
        """The nodes in preorder, small ones left out; each as the columns of `events.Sampled`."""
        least_ns = LEAST_NS
        while True:
            rows = list(self._rows(self.root, 0, least_ns))
            if len(rows) <= MOST_ROWS:
                return rows
            least_ns *= 2

    def _rows(self, node: Node, depth: int, least_ns: int) -> "Iterator[tuple[object, ...]]":
        for child in node.children.values():
            code = child.code
            if child.total_ns < least_ns or code is None:
                continue
            yield (
                depth,
                getattr(code, "co_qualname", code.co_name),
                code.co_filename,
                child.line,
                child.task,
                child.width,
                child.total_ns,
                child.self_ns,
                child.waiting_ns,
                child.cpu_ns,
                child.at_ns,
                child.until_ns,
            )
            yield from self._rows(child, depth + 1, least_ns)
