"""Times every import, with the line that asked for it, and every compilation of a source file.

Imports are nested as `-X importtime` nests them. A `lazy import` (PEP 810) runs when its name is first used, and that
line is the one that asked for it. Records stay in memory while imports run, and are written when a phase ends or the
parent asks.
"""

import sys
from _thread import allocate_lock, get_ident

from lifespan_cli.probe.clock import monotonic_ns, thread_time_ns
from lifespan_cli.probe.internals.importing import COMPILE, import_opcode
from lifespan_cli.probe.loading.import_events import watch_imports
from lifespan_cli.probe.loading.modules import file_of, loaded
from lifespan_cli.probe.loading.server_imports import server_imports
from lifespan_cli.probe.wire import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from lifespan_cli.probe.wire import Wire

BATCH = 500
FROZEN = "<frozen importlib"


class Record:
    """One import under way or done. Times are nanoseconds, `at_ns` of the monotonic clock."""

    __slots__ = (
        "asked",
        "at_ns",
        "children_cpu_ns",
        "children_ns",
        "cpu_ns",
        "depth",
        "failed",
        "lazy",
        "module",
        "parent",
        "phase",
        "wall_ns",
    )

    def __init__(self, module: str, phase: str, parent: "Record | None") -> None:
        self.module = module
        self.phase = phase
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent else 0
        self.asked: tuple[str, int] | None = None
        self.lazy = False
        self.children_ns = self.children_cpu_ns = 0
        self.wall_ns = self.cpu_ns = -1
        self.failed = False
        self.at_ns = 0


class Recorder:
    """Keeps the records of all threads, in the order in which their imports began."""

    def __init__(self, wire: "Wire") -> None:
        self._wire = wire
        self._records: list[Record] = []
        self._written = 0
        self._open: dict[int, Record] = {}
        self._compiled: list[tuple[str, int]] = []
        self._lock = allocate_lock()
        self._lazy_modules: frozenset[str] | set[str] = getattr(sys, "lazy_modules", frozenset())
        """The modules that some lazy import names (PEP 810), loaded or not; the interpreter's own set."""
        self._import_opcode = -1
        self.on_imported: Callable[[str], None] = lambda _module: None
        """Called with the name of each module whose import has ended well."""

    def install(self) -> None:
        """From now on every import and every compilation is recorded, as far as this Python lets it be."""
        if hasattr(sys, "lazy_modules"):
            self._import_opcode = import_opcode()
        watch_imports(self._begin, self._end)
        if COMPILE.works():
            self._record_compilations()

    def _begin(self, module: str, frame: "FrameType | None") -> "Record | None":
        try:
            thread = get_ident()
            parent = self._open.get(thread)
            record = Record(module, self._wire.phase, parent)
            record.asked, record.lazy = self._asking(module, frame and frame.f_back)
            record.cpu_ns = -thread_time_ns()
            record.at_ns = monotonic_ns()
            self._open[thread] = record
            self._records.append(record)
        except Exception:  # no stack is left: the import fails by itself
            return None
        return record

    def _end(self, record: Record, failed: bool) -> None:
        try:
            wall_ns = monotonic_ns() - record.at_ns
            record.cpu_ns = cpu_ns = record.cpu_ns + thread_time_ns()
            record.failed = failed
            record.wall_ns = wall_ns  # last: another thread that writes records takes this one for done now
            if not failed:
                server_imports.keep(record.module)
                self.on_imported(record.module)
            parent = record.parent
            if parent is None:
                self._open.pop(get_ident(), None)
            else:
                self._open[get_ident()] = parent
                parent.children_ns += wall_ns
                parent.children_cpu_ns += cpu_ns
        except Exception:  # the same
            pass

    def _asking(self, module: str, frame: "FrameType | None") -> "tuple[tuple[str, int] | None, bool]":
        """The line whose import statement, call of `import_module` or use of a lazy import this is, and if the latter.

        That is the first frame outside importlib. Its path and not its code object, which would live on: a module's is
        thrown away when it has run.
        """
        called = False
        while frame is not None:
            path = frame.f_code.co_filename
            if path.endswith("importlib/__init__.py"):
                called = True
            elif not path.startswith(FROZEN):
                lazy = not called and module in self._lazy_modules and _opcode(frame) != self._import_opcode
                return (path, frame.f_lineno), lazy
            frame = frame.f_back
        return None, False

    def _record_compilations(self) -> None:
        compiled, compile_source = self._compiled, compile

        def _call_with_frames_removed(*args: "Any", **kwargs: "Any") -> "Any":
            at_ns = monotonic_ns()
            try:
                return compile_source(*args, **kwargs)
            finally:
                compiled.append((text(args[1]), monotonic_ns() - at_ns))

        # named like what calls it, so that the traceback of a syntax error ends above both
        code = _call_with_frames_removed.__code__
        _call_with_frames_removed.__code__ = code.replace(co_filename="<frozen importlib._bootstrap>")
        COMPILE.replace(_call_with_frames_removed)

    def exclude(self, wall_ns: int) -> None:
        """Time that the present thread has spent collecting garbage: no module's own."""
        record = self._open.get(get_ident())
        if record is not None:
            record.children_ns += wall_ns
            record.children_cpu_ns += wall_ns

    def flush(self, unfinished: bool = False) -> None:
        """Write what is new; with `unfinished` also the imports under way, with the time that they took so far."""
        with self._lock:
            end = len(self._records)
            if not unfinished:
                end = next((i for i in range(self._written, end) if self._records[i].wall_ns < 0), end)
            now_ns = monotonic_ns()
            rows = [self._row(index, now_ns) for index in range(self._written, end)]
            self._written = end
            for start in range(0, len(rows), BATCH):
                self._wire.put("Imported", rows=tuple(rows[start : start + BATCH]))
            compiled, self._compiled[:] = self._compiled[:], []
            if compiled:
                self._wire.put("Compiled", rows=tuple(compiled), dont_write=sys.dont_write_bytecode)

    def _row(self, index: int, now_ns: int) -> "tuple[Any, ...]":
        """The fields of `events.ImportRow`, in its order."""
        record = self._records[index]
        done = record.wall_ns >= 0
        wall_ns = record.wall_ns if done else now_ns - record.at_ns
        cpu_ns = record.cpu_ns if done else 0
        path, line = (text(record.asked[0]), record.asked[1]) if record.asked else (None, None)
        return (
            text(record.module),
            record.phase,
            record.at_ns,
            wall_ns,
            max(0, wall_ns - record.children_ns),
            cpu_ns,
            max(0, cpu_ns - record.children_cpu_ns),
            record.depth,
            text(record.parent.module) if record.parent else None,
            path,
            line,
            record.failed,
            _file(record.module),
            record.lazy,
        )


def _file(name: str) -> "str | None":
    path = file_of(loaded.get(name))
    return None if path is None else text(path)


def _opcode(frame: "FrameType") -> int:
    """The instruction that the frame executes."""
    return frame.f_code.co_code[frame.f_lasti]
