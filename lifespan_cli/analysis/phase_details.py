"""Samples, blocks, context managers, imports and compilations: where the time of each phase went."""

import os
from collections.abc import Iterator

from msgspec.structs import replace

from lifespan_cli.analysis.call_tree import blocks_of, frames_of
from lifespan_cli.analysis.tracebacks import UserCode
from lifespan_cli.model import Compilations, Import, Phase
from lifespan_cli.model.events import Begin, Blocked, Compiled, Event, Imported, Sampled, Spanned


def with_calls(phase: Phase, events: tuple[Event, ...], user: UserCode, spawned_ns: int) -> Phase:
    """The phase with its call tree, its blocks and its context managers."""
    sampled = [event for event in events if isinstance(event, Sampled) and event.phase == phase.name]
    blocked = [event for event in events if isinstance(event, Blocked) and event.phase == phase.name]
    spanned = [event.span for event in events if isinstance(event, Spanned) and event.phase == phase.name]
    return replace(
        phase,
        frames=frames_of(sampled, user, spawned_ns),
        delay_ns=sampled[-1].delay_ns if sampled else None,
        sampling_interval_ns=sampled[-1].every_ns or None if sampled else None,
        blocks=blocks_of(blocked, user, spawned_ns),
        spans=tuple(replace(span, path=user.absolute(span.path), at_ns=span.at_ns - spawned_ns) for span in spanned),
    )


def imports_of(events: tuple[Event, ...], user: UserCode, spawned_ns: int) -> Iterator[Import]:
    """Every import in the order in which they began, their times counted from the spawn (ns)."""
    rows = [row for event in events if isinstance(event, Imported) for row in event.rows]
    # a module whose import failed is gone, and so is its file's name; the imports that it asked for have it
    asking = {(row.parent, row.depth - 1): row.path for row in reversed(rows) if row.path is not None}
    for row in rows:
        file = row.file or (asking.get((row.module, row.depth)) if row.failed else None)
        asked = row.path is not None and not user.is_ours(row.path)
        yield replace(
            row,
            path=user.absolute(row.path) if asked and row.path is not None else None,
            line=row.line if asked else None,
            at_ns=row.at_ns - spawned_ns,
            user=file is not None and user.is_user(file),
            file=file,
        )


def _compiled_for_the_application(events: tuple[Event, ...]) -> Iterator[Compiled]:
    """Those of every phase but the tool's own."""
    phase = ""
    for event in events:
        if isinstance(event, Begin):
            phase = event.phase
        elif isinstance(event, Compiled) and phase != "runtime":
            yield event


def compilations_of(events: tuple[Event, ...], user: UserCode) -> Compilations | None:
    """What was compiled for want of bytecode, and why there was none; None where nothing was."""
    compiled = list(_compiled_for_the_application(events))
    rows = [row for event in compiled for row in event.rows if not user.is_ours(row[0])]
    if not rows:
        return None
    slowest = [path for path, _ in sorted(rows, key=lambda row: -row[1])[:5]]
    reason = "first run"
    if any(event.dont_write for event in compiled):
        reason = "PYTHONDONTWRITEBYTECODE"
    elif not os.access(os.path.dirname(slowest[0]), os.W_OK):  # noqa: PTH120  # by value
        reason = "read-only"
    return Compilations(len(rows), sum(wall_ns for _, wall_ns in rows), reason, tuple(slowest))
