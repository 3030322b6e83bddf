"""Times every import, with the line that asked for it, and every compilation of a source file.

Where an import comes through, `internals` knows; imports are nested as `-X importtime` nests them. Records stay in
memory while imports run, and are written when a phase ends or the parent asks.
"""

import sys
from _thread import allocate_lock, get_ident
from time import monotonic_ns, thread_time_ns

from lifespan_cli.probe.internals.importing import FIND_AND_LOAD, SOURCE_TO_CODE
from lifespan_cli.probe.loading.modules import file_of, loaded
from lifespan_cli.probe.wire import text

TYPE_CHECKING = False
if TYPE_CHECKING:
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
        "module",
        "parent",
        "phase",
        "wall_ns",
    )

    def __init__(self, module: str, phase: str, parent: "Record | None", asked: "tuple[str, int] | None") -> None:
        self.module = module
        self.phase = phase
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent else 0
        self.asked = asked
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

    def install(self) -> None:
        """From now on every import and every compilation is recorded, as far as this Python lets it be."""
        if FIND_AND_LOAD.works():
            self._record_imports()
        if SOURCE_TO_CODE.works():
            self._record_compilations()

    def _record_imports(self) -> None:
        original = FIND_AND_LOAD.get()
        opened, records, wire = self._open, self._records, self._wire

        def _find_and_load(name: str, *args: "Any", **kwargs: "Any") -> "Any":
            thread = get_ident()
            parent = opened.get(thread)
            record = Record(name, wire.phase, parent, _asking(sys._getframe(1)))
            opened[thread] = record
            records.append(record)
            cpu_ns = thread_time_ns()
            record.at_ns = at_ns = monotonic_ns()
            try:
                return original(name, *args, **kwargs)
            except BaseException:
                record.failed = True
                raise
            finally:
                wall_ns = monotonic_ns() - at_ns
                record.cpu_ns = cpu_ns = thread_time_ns() - cpu_ns
                record.wall_ns = wall_ns  # last: another thread that writes records takes this one for done now
                if parent is None:
                    del opened[thread]
                else:
                    opened[thread] = parent
                    parent.children_ns += wall_ns
                    parent.children_cpu_ns += cpu_ns

        FIND_AND_LOAD.replace(_find_and_load)

    def _record_compilations(self) -> None:
        compile_source, compiled = SOURCE_TO_CODE.get(), self._compiled

        def source_to_code(self: "Any", data: "Any", path: "Any", *args: "Any", **kwargs: "Any") -> "Any":
            at_ns = monotonic_ns()
            try:
                return compile_source(self, data, path, *args, **kwargs)
            finally:
                compiled.append((text(path), monotonic_ns() - at_ns))

        SOURCE_TO_CODE.replace(source_to_code)

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
        )


def _file(name: str) -> "str | None":
    path = file_of(loaded.get(name))
    return None if path is None else text(path)


def _asking(frame: "FrameType | None") -> "tuple[str, int] | None":
    """The line whose import statement, or call of `import_module`, this is: the first frame outside importlib.

    Its path and not its code object, which would live on: a module's is thrown away when it has run.
    """
    while frame is not None:
        path = frame.f_code.co_filename
        if not path.startswith(FROZEN) and not path.endswith("importlib/__init__.py"):
            return path, frame.f_lineno
        frame = frame.f_back
    return None
