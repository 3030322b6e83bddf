"""The report as profiles for speedscope, in its own evented format (https://www.speedscope.app/file-format-schema.json).

The first profile of a run is the whole of it: its phases, with what happened in each of them in sequence. Then each
phase has its own, and each task and thread in it, on the same clock as its phase. The place of an imported module is
the statement that asked for it. See `flame` for how a call tree, which knows no order, is laid out in time.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lifespan_cli.model import Frame, Import, Phase, Run, Target
from lifespan_cli.model.diagnosis import ImportTrees
from lifespan_cli.model.result import DiagnosedReport
from lifespan_cli.output import Style
from lifespan_cli.output.escape import inert
from lifespan_cli.output.flame import Bar, Flame, Lane, frame_nodes, import_nodes, lay
from lifespan_cli.output.locations import relative

Event = dict[str, str | int]


@dataclass(slots=True)
class _Frames:
    """The frames that all profiles share, each once. A frame is a name, a file and a line, where they are known."""

    root: str
    numbers: dict[tuple[str, str | None, int | None], int] = field(default_factory=dict)

    def number(self, name: str, path: str | None = None, line: int | None = None) -> int:
        place = None if path is None else inert(relative(path, self.root))
        return self.numbers.setdefault((inert(name), place, line or None), len(self.numbers))

    def listed(self) -> list[dict[str, str | int]]:
        return [
            {key: value for key, value in (("name", name), ("file", file), ("line", line)) if value is not None}
            for name, file, line in self.numbers
        ]


def render(result: DiagnosedReport, style: Style) -> str:
    """The profiles of every run of every target; the one that is shown first is the first whole run."""
    frames = _Frames(style.root)
    report = result.report
    profiles = [
        profile
        for judged in result.targets
        for index, run in enumerate(judged.target.runs)
        for profile in _profiles(
            run, judged.diagnosis.import_trees[index], _whose(result, judged.target, index), frames
        )
    ]
    document = {
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "exporter": f"lifespan-check {inert(report.tool_version)}",
        "name": ", ".join(inert(target.target) for target in report.targets),
        "activeProfileIndex": 0,
        "shared": {"frames": frames.listed()},
        "profiles": profiles,
    }
    return json.dumps(document, ensure_ascii=True, separators=(",", ":")) + "\n"


def _whose(result: DiagnosedReport, target: Target, index: int) -> str:
    """`main:app run 2`, as far as there are several."""
    named = [inert(target.target)] if len(result.targets) > 1 else []
    return " ".join([*named, *([f"run {index + 1}"] if len(target.runs) > 1 else [])])


def _profiles(run: Run, trees: ImportTrees, whose: str, frames: _Frames) -> Iterator[dict[str, Any]]:
    flames = [(phase, _flame(run, trees, phase)) for phase in run.phases if phase.status != "skipped"]
    if not flames:
        return
    yield _whole(flames, f"{whose} whole run".lstrip(), frames)
    for phase, flame in flames:
        name = f"{whose} {phase.name}".lstrip()
        if flame.bars:
            yield _profile(name, phase, flame.bars, frames)
        for lane in flame.lanes:
            yield _profile(f"{name}: {_who(lane)}", phase, lane.bars, frames)
        imports = (
            lay(import_nodes(run, trees, phase.name), phase).bars if phase.frames and not _importing(phase) else ()
        )
        if imports:
            yield _profile(f"{name}: imports", phase, imports, frames)


def _importing(phase: Phase) -> bool:
    return phase.name in ("preload", "import")


def _flame(run: Run, trees: ImportTrees, phase: Phase) -> Flame:
    """The call tree of a phase; of one that does nothing but import, the imports, which are exact."""
    if _importing(phase) or not phase.frames:
        imports = import_nodes(run, trees, phase.name)
        if imports:
            return lay(imports, phase)
    return lay(frame_nodes(phase.frames), phase)


def _who(lane: Lane) -> str:
    name = "in parallel" if lane.task is None else inert(lane.task)
    return f"{name} ×{lane.width}" if lane.width > 1 else name


def _whole(flames: list[tuple[Phase, Flame]], name: str, frames: _Frames) -> dict[str, Any]:
    events: list[Event] = []
    end_ns = 0
    for phase, flame in sorted(flames, key=lambda pair: pair[0].at_ns):
        begin_ns = max(end_ns, phase.at_ns)
        end_ns = max(begin_ns, phase.at_ns + phase.wall_ns)
        number = frames.number(phase.name)
        events.append({"type": "O", "frame": number, "at": begin_ns})
        events += [_within(event, begin_ns, end_ns) for event in _events(flame.bars, frames)]
        events.append({"type": "C", "frame": number, "at": end_ns})
    return _document(name, 0, end_ns, events)


def _within(event: Event, begin_ns: int, end_ns: int) -> Event:
    return {**event, "at": min(max(int(event["at"]), begin_ns), end_ns)}


def _profile(name: str, phase: Phase, bars: Iterable[Bar], frames: _Frames) -> dict[str, Any]:
    return _document(name, phase.at_ns, phase.at_ns + max(phase.wall_ns, 0), list(_events(bars, frames)))


def _document(name: str, begin_ns: int, end_ns: int, events: list[Event]) -> dict[str, Any]:
    return {
        "type": "evented",
        "name": name,
        "unit": "nanoseconds",
        "startValue": begin_ns,
        "endValue": end_ns,
        "events": events,
    }


def _events(bars: Iterable[Bar], frames: _Frames) -> Iterator[Event]:
    for bar in bars:
        number = _number(bar, frames)
        yield {"type": "O", "frame": number, "at": bar.begin_ns}
        yield from _events(bar.children, frames)
        yield {"type": "C", "frame": number, "at": bar.end_ns}


def _number(bar: Bar, frames: _Frames) -> int:
    match bar.item:
        case Frame(function="<module>", source=source, path=path, line=line) if source:
            return frames.number(source, path, line)
        case Frame(function=function, path=path, line=line):
            return frames.number(function, path, line)
        case Import(module=module, path=path, line=line, file=file):
            return frames.number(module, file if path is None else path, line)
        case _:
            raise AssertionError(f"{bar.item} is folded, which only pictures are")
