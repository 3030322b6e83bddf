"""The report as JSON of the Trace Event Format, which ui.perfetto.dev and chrome://tracing open.

The format is Chromium's "Trace Event Format" (docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU).
Every run is a process, with a track for its phases, one for its imports, one for garbage collections and one for each
task and thread; the moments at which a callback began to block the event loop are instant events. Times are whole
microseconds since the process was spawned, so that no reader's rounding lets a slice end after the one around it.
See `flame` for how a call tree, which knows no order, is laid out in time.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Any

from lifespan_cli.model import COLLECTOR, Block, Frame, Import, Phase, Run
from lifespan_cli.model.diagnosis import ImportTrees
from lifespan_cli.model.result import DiagnosedReport, DiagnosedTarget
from lifespan_cli.output import Style
from lifespan_cli.output.escape import inert
from lifespan_cli.output.flame import Bar, Lane, frame_nodes, import_nodes, lay
from lifespan_cli.output.locations import line_of

Event = dict[str, Any]
_IMPORTS, _MAIN, _COLLECTIONS = "imports", "lifespan task, main thread", "garbage collection"
_IMPORTING = ("preload", "import")


def render(result: DiagnosedReport, style: Style) -> str:
    """The events of every run of every target."""
    ids = count(1)
    events: list[Event] = []
    for judged in result.targets:
        for index, run in enumerate(judged.target.runs):
            process = _Process(_named(judged, index), ids, style.root)
            process.add_run(run, judged.diagnosis.import_trees[index])
            events += [*process.metadata(), *process.events]
    document = {
        "traceEvents": events,
        "displayTimeUnit": "ms",
        "otherData": {"tool": f"lifespan-check {inert(result.report.tool_version)}"},
    }
    return json.dumps(document, ensure_ascii=True, separators=(",", ":")) + "\n"


def _named(judged: DiagnosedTarget, index: int) -> str:
    runs = judged.target.runs
    return inert(judged.target.target) + (f" run {index + 1} of {len(runs)}" if len(runs) > 1 else "")


@dataclass(slots=True)
class _Process:
    """One run. No two tracks of the document have one number, for readers take tracks of one number for one thread.

    The first track has the number of the process, as its main thread has on Linux.
    """

    name: str
    ids: "count[int]"
    root: str
    events: list[Event] = field(default_factory=list)
    tracks: dict[int, str] = field(default_factory=dict)
    """The names of its tracks by their numbers."""
    ends: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """The tracks of each name, as a heap: when the last slice there ends, and the track's number."""

    def add_run(self, run: Run, trees: ImportTrees) -> None:
        phases = sorted((phase for phase in run.phases if phase.status != "skipped"), key=lambda phase: phase.at_ns)
        for phase in phases:
            self._add_phase(phase)
        for phase in phases:
            for bar in lay(import_nodes(run, trees, phase.name), phase).trees():
                self._add_bar(_IMPORTS, bar)
        for phase in phases:
            self._add_frames(phase, imported=phase.name in _IMPORTING and bool(trees.get(phase.name)))
        blocks = [block for phase in phases for block in phase.blocks]
        main = min((tid for _, tid in self.ends.get(_MAIN, ())), default=None)
        for block in blocks:
            main = self._new(_MAIN) if main is None else main
            self._add_block(main, block)

    def metadata(self) -> Iterator[Event]:
        """The names of the process and of its tracks, and their order."""
        if not self.tracks:
            return
        pid = self._pid
        yield _metadata("process_name", pid, pid, name=self.name)
        yield _metadata("process_sort_index", pid, pid, sort_index=pid)
        for index, (tid, name) in enumerate(self.tracks.items()):
            yield _metadata("thread_name", pid, tid, name=name)
            yield _metadata("thread_sort_index", pid, tid, sort_index=index)

    @property
    def _pid(self) -> int:
        return next(iter(self.tracks))

    def _add_phase(self, phase: Phase) -> None:
        end_ns = phase.at_ns + max(phase.wall_ns, 0)
        tid = self._free("phases", phase.at_ns, end_ns)
        arguments = {
            "status": phase.status,
            "cpu_us": _us(phase.cpu_ns) if phase.cpu_ns is not None else None,
            "rss_delta_bytes": phase.rss_delta_bytes,
        }
        self._add_slice(tid, phase.name, "phase", phase.at_ns, end_ns, arguments)

    def _add_frames(self, phase: Phase, *, imported: bool) -> None:
        """The call tree of a phase; not of one whose imports, which are exact, are all of it."""
        collections = [frame for frame in phase.frames if frame.path == COLLECTOR]
        for bar in lay(frame_nodes(collections), phase).trees():
            self._add_bar(_COLLECTIONS, bar)
        if not imported:
            flame = lay(frame_nodes(frame for frame in phase.frames if frame.path != COLLECTOR), phase)
            for bar in flame.bars:
                self._add_bar(_MAIN, bar)
            for lane in flame.lanes:
                for bar in lane.bars:
                    self._add_bar(_who(lane), bar)

    def _add_block(self, tid: int, block: Block) -> None:
        arguments = {
            "blocked_us": _us(block.wall_ns),
            "function": inert(block.function),
            "line": self._place(block.path, block.line),
            "source": inert(block.source),
        }
        name = f"event loop blocked by {inert(block.called or block.function)}"
        self.events.append(self._event("i", tid, name, "block", block.at_ns, arguments) | {"s": "t"})

    def _add_bar(self, track_name: str, bar: Bar) -> None:
        """A bar with all below it, on a track of that name that is free by then."""
        self._add_tree(self._free(track_name, bar.begin_ns, bar.end_ns), bar)

    def _add_tree(self, tid: int, bar: Bar) -> None:
        name, category, arguments = self._described(bar)
        self._add_slice(tid, name, category, bar.begin_ns, bar.end_ns, arguments)
        for child in bar.children:
            self._add_tree(tid, child)

    def _described(self, bar: Bar) -> tuple[str, str, Event]:
        """The name of a slice, its category and its arguments."""
        match bar.item:
            case Frame() as frame:
                collection = frame.path == COLLECTOR
                name = frame.source if frame.function == "<module>" and frame.source else frame.function
                arguments = {
                    "line": None if collection else self._place(frame.path, frame.line),
                    "source": inert(frame.source),
                    "kind": None if collection else frame.kind,
                    "total_us": _us(frame.total_ns),
                    "cpu_us": _us(frame.cpu_ns),
                    "parallel": frame.width if frame.width > 1 else None,
                }
                return name, "gc" if collection else "frame", arguments
            case Import() as entry:
                arguments = {
                    "line": self._place(entry.path, entry.line),
                    "file": self._place(entry.file, None),
                    "total_us": _us(entry.total_ns),
                    "self_us": _us(entry.self_ns),
                    "cpu_us": _us(entry.cpu_ns),
                    "failed": entry.failed or None,
                }
                return entry.name, "import", arguments
            case _:
                raise AssertionError(f"{bar.item} is folded, which only pictures are")

    def _place(self, path: str | None, line: int | None) -> str | None:
        return None if path is None else inert(line_of(path, line or 0, self.root))

    def _add_slice(self, tid: int, name: str, category: str, begin_ns: int, end_ns: int, arguments: Event) -> None:
        event = self._event("X", tid, name, category, begin_ns, arguments)
        self.events.append(event | {"dur": _us(end_ns) - event["ts"]})

    def _event(self, kind: str, tid: int, name: str, category: str, at_ns: int, arguments: Event) -> Event:
        return {
            "name": inert(name),
            "cat": category,
            "ph": kind,
            "ts": _us(at_ns),
            "pid": self._pid,
            "tid": tid,
            "args": {key: value for key, value in arguments.items() if value not in (None, "")},
        }

    def _free(self, name: str, begin_ns: int, end_ns: int) -> int:
        """The number of a track of that name with room for this: the slices of one track must not overlap."""
        ends = self.ends.setdefault(name, [])
        tid = heappop(ends)[1] if ends and ends[0][0] <= begin_ns else self._new(name)
        heappush(ends, (end_ns, tid))
        return tid

    def _new(self, name: str) -> int:
        tid = next(self.ids)
        self.tracks[tid] = name
        return tid


def _who(lane: Lane) -> str:
    if lane.task is None:
        return "in parallel"
    return f"{'thread' if lane.in_thread else 'task'} {inert(lane.task)}"


def _us(ns: int) -> int:
    return ns // 1000


def _metadata(name: str, pid: int, tid: int, /, **arguments: str | int) -> Event:
    return {"name": name, "ph": "M", "pid": pid, "tid": tid, "args": arguments}
