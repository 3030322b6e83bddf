"""The words and numbers that records are made of. The bounds keep a report that somebody else wrote readable."""

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from msgspec import Meta

PhaseName = Literal[
    "boot", "preload", "import", "resolve", "runtime", "startup", "hold", "request", "shutdown", "restart", "exit"
]
PHASES: tuple[PhaseName, ...] = get_args(PhaseName)
Status = Literal["ok", "failed", "crashed", "timeout", "unsupported", "killed", "skipped"]
Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
Lifespan = Literal["supported", "unsupported", "unknown"]
Verdict = Literal["passed", "failed"]
FailOn = Literal["error", "warning", "never"]
FAILING: Mapping[FailOn, tuple[Severity, ...]] = {"error": ("error",), "warning": ("error", "warning"), "never": ()}
"""Findings of these severities make a target fail."""
Shape = Literal["asgi3", "asgi2", "wsgi", "awaitable", "partial", "factory", "class", "none", "other", "missing"]
Outcome = Literal["starts", "starts-without-lifespan", "refuses", "hangs", "error-500", "depends"]
Trait = Literal["callable", "no-arguments", "by-name", "async", "async-call", "awaited"]
LeftoverKind = Literal["task", "thread", "process", "file", "socket", "exception", "warning"]
Kind = Literal["waiting", "blocking", "computing", "in_thread", "import", "gc"]
COLLECTOR = "<gc>"
"""The path of the frames that stand for the garbage collector, one for each generation; their line is 0."""
OTHERS = "other tasks and callbacks"
"""The name for all tasks that the lifespan does not await."""
ExitCode = Literal[0, 1, 2, 3, 130, 143]

_LONGEST_NS = 10**18
"""31 years."""
Nanoseconds = Annotated[int, Meta(ge=0, le=_LONGEST_NS)]
"""A duration."""
Instant = Annotated[int, Meta(ge=-_LONGEST_NS, le=_LONGEST_NS)]
"""A moment, in nanoseconds since the process was spawned."""
Line = Annotated[int, Meta(ge=0, le=2**31 - 1)]
"""A line number; 0 when not known."""
Count = Annotated[int, Meta(ge=0, le=10**12)]
Bytes = Annotated[int, Meta(ge=-(2**62), le=2**62)]
"""A growth of memory; negative when it shrank."""
Number = Annotated[int, Meta(ge=-(2**31), le=2**32 - 1)]
"""An exit code, a signal, a status of HTTP."""
