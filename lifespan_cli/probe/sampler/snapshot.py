"""One look at the main thread and at what the lifespan task awaits, as paths through the call tree.

A look lasts some tenths of a millisecond, in which the GIL is ours: no other thread runs meanwhile, and nothing is
freed. It lets go of every frame at its end: a frame keeps its locals alive. What remains are nodes of the tree, so
that the time until the next change is charged to them without looking again.
"""

import sys
from _thread import get_ident
from itertools import chain

from lifespan_cli.probe.internals.interpreter import (
    current_frames,
    getframe,
    joined_at_exit,
    joins_threads,
    thread_names,
)
from lifespan_cli.probe.sampler.await_chain import awaited_frames
from lifespan_cli.probe.sampler.awaited_tasks import awaited_work, busy_workers, name_of, waited_for
from lifespan_cli.probe.sampler.call_tree import CROWD
from lifespan_cli.probe.sampler.charges import Charges
from lifespan_cli.probe.sampler.frames import SHIFT, meet, met, stack_of
from lifespan_cli.probe.sampler.thread_cpu import Worker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType
    from typing import Any

    from lifespan_cli.probe.sampler.call_tree import Node, Path, Tree
    from lifespan_cli.probe.sampler.frames import Place
    from lifespan_cli.probe.sampler.loop_steps import NoSteps, Step

    Begun = tuple[int, Any, Sequence[Any], bool]
    """The identity of a task or thread; it, or its name; those beside it, each with more; whether these are a crowd."""

Frame = type(getframe(0))
DEEPEST_JOIN = 20
(ALONE_REFERENCES,) = (sys.getrefcount(one) for one in {0: object()}.values())
"""How many are counted, in such a loop, to what the dictionary alone holds."""
NOT_AWAITED: "Begun" = (CROWD, "other tasks and callbacks", (), False)


class Look:
    """What was seen: which lines are executed or awaited, and which of them by the thread itself."""

    __slots__ = (
        "_before",
        "_busy",
        "_frames",
        "_held",
        "_index",
        "_innermost",
        "_places",
        "_runs",
        "_seen",
        "_threads",
        "_tree",
        "_widths",
        "base",
        "charges",
        "idents",
        "module",
        "outermost",
        "path",
        "settled",
        "since_ns",
        "stack",
        "step",
        "workers",
    )

    def __init__(self, tree: "Tree", main: int, before: "Look | None") -> None:
        self._tree = tree
        self._before = before
        self.workers: dict[int, Worker] = {}
        """The threads that work for what is awaited."""
        self.settled = True
        """Nothing was waited for of which no thread was seen to do it."""
        self.base: tuple[int, Place | None] = before.base if before else (0, None)
        """The identity and the place of the frame that runs the loop: what is below it does not change."""
        self.outermost = 0
        """The identity of the outermost frame of the task or callback that the loop's thread runs; 0 while it waits."""
        self.stack: tuple[Place, ...] = ()
        """That task's or callback's stack, outermost first."""
        self.path: Path = []
        """What the main thread runs, or else what the lifespan task awaits, outermost call first."""
        self.module = 0
        """The identity of the innermost code of a module, while modules are imported."""
        self.step: Step = (0, 0, 0)
        self.since_ns = 0
        self.charges = Charges(tree)
        self._widths: dict[Node, int] = {}
        self._seen: set[int] = set()
        self._runs: Any = None
        self._busy: list[tuple[int, Any, list[Place]]] | None = None
        self._index: dict[FrameType, int] = {}
        self._threads = current_frames()
        self._innermost = self._threads.pop(main, None)
        self._threads.pop(get_ident(), None)
        self.idents = frozenset(self._threads)
        self._frames: list[FrameType] = []
        self._held: list[list[FrameType]] = []
        self._places: list[Place] = []

    def at_thread(self) -> None:
        """Outside of an event loop: what the main thread runs. In one go: stacks of imports are long."""
        places = []
        module = 0
        frame = self._innermost
        while frame is not None:
            place = met(id(frame.f_code) + (frame.f_lasti << SHIFT)) or meet(frame)
            if not place.ours:
                places.append(place)
                if not module and place.call[0] == "<module>":
                    module = place.code
            frame = frame.f_back
        node, path = self._tree.root, []
        while places:
            place = places.pop()
            node = node.children.get(place) or self._tree.child(node, place)
            path.append(node)
        self.module = module
        self.path = path
        self.charges.run(path)

    def at_loop(self, awaitable: "Any", steps: "NoSteps") -> None:
        """In an event loop: what `awaitable` awaits, and what the thread runs."""
        living = self._walk()
        places = self._places
        count = len(places)  # of the frames of the task or callback, which are above the machinery
        while count and places[count - 1].machinery:
            count -= 1
        if count and living:
            self._index = {frame: index for index, frame in enumerate(self._frames)}
            self.outermost = id(self._frames[count - 1])
            turn = next((frame for frame, place in zip(self._frames, places, strict=True) if place.turns), None)
            self.step, self.since_ns = steps.present(turn)
            self._runs = steps.task()
            self.stack = tuple([place for place in places[count - 1 :: -1] if not place.ours])
        root = self._tree.root
        ran = awaitable is not None and self._follow(root, awaitable, None, 1, 0)
        if count and not ran:
            # at the interpreter's end, when the probe has returned, there are no tasks any more
            self.path = path = self._descend(root, places[count - 1 :: -1], NOT_AWAITED if living else None)
            self.charges.run(path)
            if not living and any(joins_threads(*place.call[:2]) for place in places):
                self._join_at_exit(path[-1])
        for node, width in self._widths.items():
            node.width = max(node.width, width)

    def _walk(self) -> bool:
        """Note the thread's stack down to what runs the loop; whether the probe's frames are below."""
        frames, places = self._frames, self._places
        identity, base = self.base
        frame = self._innermost
        while frame is not None:
            place = met(id(frame.f_code) + (frame.f_lasti << SHIFT)) or meet(frame)
            frames.append(frame)
            places.append(place)
            if place is base and id(frame) == identity:
                return True
            frame = frame.f_back
        living = bool(places) and places[-1].ours
        if living:
            runner = next((index for index in range(len(places) - 1, -1, -1) if places[index].runs), None)
            if runner is not None:
                self.base = id(frames[runner]), places[runner]
        return living

    def release(self, alone: bool) -> "list[FrameType]":
        """Let go of all frames, which keep their locals alive. Those that have ended meanwhile are returned.

        There are none of them where no other thread has run, which is `alone`.
        """
        frames: dict[int, FrameType] = {}
        if not alone:
            frames = {id(frame): frame for frame in (*self._frames, *chain(*self._held), *self._threads.values())}
            if self._innermost is not None:
                frames[id(self._innermost)] = self._innermost
        self._threads, self._frames, self._held, self._index = {}, [], [], {}
        self._innermost = self._busy = self._runs = self._before = None
        return [one for one in frames.values() if sys.getrefcount(one) <= ALONE_REFERENCES]

    def rests(self) -> bool:
        """No thread that works for what is awaited has computed since it was charged."""
        return self.settled and all(worker.rested() for worker in self.workers.values())

    def left_ns(self, other: "Look") -> int:
        """What the threads have computed since they were charged that do not work for what is awaited in `other`."""
        return sum(worker.since_ns() for ident, worker in self.workers.items() if ident not in other.workers)

    def _descend(self, node: "Node", places: "list[Place]", begun: "Begun | None") -> "Path":
        path = []
        for place in places:
            if place.ours or (begun is not None and place.machinery):  # what a task is wrapped in
                continue
            # the quick way first: nearly always the node is there
            if begun is None:
                node = node.children.get(place) or self._tree.child(node, place)
            else:
                node = self._begin(node, place, *begun)
                begun = None
            path.append(node)
        return path

    def _begin(
        self, node: "Node", place: "Place", who: int, item: "Any", beside: "Sequence[Any]", crowded: bool
    ) -> "Node":
        lanes = node.lanes.get(place.code)
        lane = lanes.get(who) if lanes else None
        found = node.tasks.get((place, lane)) if lane else None
        if found is None:
            present = {one if type(one) is int else id(one) for one, *_ in beside}
            lane = lane or self._tree.lane(node, place, who, present, crowded)
            found = self._tree.child(node, place, item if type(item) is str else name_of(item), lane)
        return found

    def _follow(self, parent: "Node", awaitable: "Any", begun: "Begun | None", weight: int, depth: int) -> bool:
        """Note a coroutine and what it waits for, below `parent`. True when the thread runs it or what it awaits."""
        frames: list[FrameType] = []
        places: list[Place] = []
        leaf = None
        self._held.append(frames)
        for step in awaited_frames(awaitable):
            if type(step) is not Frame:
                leaf = step
            elif step in self._index:  # it runs: what is below it is the thread's real stack
                places.extend(self._places[self._index[step] :: -1])
                self.path = path = self._descend(parent, places, begun)
                self._widen(path, weight)
                self.charges.run(path)
                return True
            else:
                frames.append(step)
                places.append(met(id(step.f_code) + (step.f_lasti << SHIFT)) or meet(step))
        path = self._descend(parent, places, begun)
        self._widen(path, weight)
        if not depth:
            self.path = path
        ran, joins = self._join(path[-1] if path else parent, awaitable, frames, leaf, weight, depth)
        self.charges.wait(path, id(leaf), joins, ran)
        return ran

    def _join(
        self, end: "Node", awaitable: "Any", frames: "list[FrameType]", leaf: "Any", weight: int, depth: int
    ) -> "tuple[bool, bool]":
        """Note the tasks and the threads that are waited for at `end`: whether one runs, and whether there are any."""
        if depth < DEEPEST_JOIN:
            found, crowded = waited_for(awaitable, frames, leaf, weight, self._runs)
        else:
            found, crowded = [(leaf, None, weight)], False
        ran = joins = False
        for item, coroutine, share in found:
            if item is not None and id(item) in self._seen:
                joins = True
            elif coroutine is None:
                joins |= self._join_worker(end, frames if item is leaf else [], item)
            else:
                self._seen.add(id(item))
                joins = True
                ran |= self._follow(end, coroutine, (id(item), item, found, crowded), share, depth + 1)
        return ran, joins

    def _join_worker(self, end: "Node", frames: "list[FrameType]", leaf: "Any") -> bool:
        """Note the stack of the thread whose work is waited for; whether there is one."""
        try:
            work = awaited_work(frames, leaf)
        except BaseException:
            return False
        if not work:
            return False
        if self._busy is None:
            self._busy = busy_workers(self._threads)
        found = next(((ident, stack) for ident, held, stack in self._busy if any(held is one for one in work)), None)
        if found is None:
            self.settled = False
            return False
        ident, stack = found
        worker = self.workers[ident] = self._worker(ident)
        begun = ident, thread_names().get(ident, "a thread"), self._busy, False
        self.charges.work(self._descend(end, stack[::-1], begun), worker)
        return True

    def _join_at_exit(self, end: "Node") -> None:
        """Note the threads whose end the interpreter's waits for."""
        names = joined_at_exit()
        present = [(ident,) for ident in names]
        for ident in names.keys() & self._threads.keys():
            worker = self.workers[ident] = self._worker(ident)
            begun = ident, names[ident], present, False
            self.charges.work(self._descend(end, stack_of(self._threads[ident])[::-1], begun), worker)

    def _worker(self, ident: int) -> Worker:
        before = self._before
        known = self.workers.get(ident) or (before.workers.get(ident) if before else None)
        if known is not None and known.lives():
            return known
        return Worker(ident, before is not None and (known is not None or ident not in before.idents))

    def _widen(self, path: "Path", weight: int) -> None:
        for node in path[:1]:
            self._widths[node] = self._widths.get(node, 0) + weight
