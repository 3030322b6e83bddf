"""What the time of one look is charged to: paths through the call tree that run, and such that wait."""

from lifespan_cli.probe.sampler.critical_path import Moment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifespan_cli.probe.sampler.call_tree import Path, Tree
    from lifespan_cli.probe.sampler.thread_cpu import Worker


class Charges:
    """The paths of a look."""

    __slots__ = ("_moment", "_paths", "_timeline")

    def __init__(self, tree: "Tree") -> None:
        self._timeline = tree.timeline
        self._moment = Moment()
        self._paths: list[tuple[Path, bool, bool, Worker | None]] = []

    def run(self, path: "Path") -> None:
        """The main thread runs the last node of this path."""
        if path:
            self._paths.append((path, True, True, None))
            self._moment.ran = path[-1]

    def work(self, path: "Path", worker: "Worker") -> None:
        """Another thread runs it."""
        if path:
            self._paths.append((path, True, True, worker))
            self._moment.workers.append(path[-1])

    def wait(self, path: "Path", awaited: int, joins: bool, ran: bool) -> None:
        """A task is there that waits for the object of this identity.

        It `joins` other tasks or a thread where these are below the path; `ran` tells that the main thread runs there.
        """
        if path:
            self._paths.append((path, ran, not joins, None))
            if not ran:
                self._moment.waits[path[-1]] = awaited

    def charge(self, tick: int, now_ns: int, wall_ns: int, cpu_ns: int, delay_ns: int, share: float) -> None:
        """Charge the time up to now.

        `cpu_ns` is what the main thread computed in it, and for `delay_ns` it waited for a processor; `share` is how
        much of what the others computed since the last time belongs to it.
        """
        for path, running, leaf, worker in self._paths:
            spent_ns, delayed_ns = (worker.spend_ns(share), 0) if worker else (cpu_ns, delay_ns)
            for node in path:
                node.charge(tick, now_ns, wall_ns, spent_ns, running, delayed_ns)
            if leaf:
                path[-1].charge_self(tick, wall_ns)
        self._timeline.add(wall_ns, self._moment)
