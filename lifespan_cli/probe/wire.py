"""The private line to the parent: an event a line, an ASCII Python literal `(name, {field: value})`, written at once.

The parent passes the descriptor and names it on the command line; standard output and error are one pipe beside it, so
that nothing that the application, its C code, its children or a wrapper around the interpreter print can forge or break
an event. `Wire` moves the descriptor out of the way of applications that close those they know. `write`, `fstat` and
`getpid` are bound here once: guards that forbid blocking calls on the event loop replace the names in `os`, not these.
"""

from _thread import RLock
from os import O_RDONLY, close, dup2, fstat, getpid, set_inheritable, sysconf, write
from os import open as _open
from os import read as _read

from lifespan_cli.probe.clock import monotonic_ns, process_time_ns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

LONGEST_TEXT = 10_000
MOST_FRAMES = 100
MOST_EXCEPTIONS = 20
PAGE_BYTES = sysconf("SC_PAGE_SIZE")


def private(descriptor: int) -> int:
    """`descriptor` moved to a high, free, non-inheritable number that an application does not meet by chance."""
    for number in range(200 + descriptor, 20, -30):
        if number == descriptor or _is_open(number):
            continue
        try:
            dup2(descriptor, number, inheritable=False)
        except OSError:  # above the limit of open files
            continue
        close(descriptor)
        return number
    set_inheritable(descriptor, False)
    return descriptor


def _is_open(descriptor: int) -> bool:
    try:
        fstat(descriptor)
    except OSError:
        return False
    return True


def resident_bytes() -> "int | None":
    """The process's resident memory, or None where the system has no /proc."""
    try:
        descriptor = _open("/proc/self/statm", O_RDONLY)
        try:
            return int(_read(descriptor, 200).split()[1]) * PAGE_BYTES
        finally:
            close(descriptor)
    except Exception:
        return None


class Wire:
    """Writes events. Silent in a forked child: what that does is not the application's lifespan."""

    def __init__(self, descriptor: int) -> None:
        """Raises OSError when the descriptor is not open."""
        self._descriptor = private(descriptor)
        self._file = fstat(self._descriptor)[1:3]
        self._pid = getpid()
        self._lock = RLock()
        self.phase = "boot"
        """The phase that the application is in."""
        self.on_begin: Callable[[str, int], None] = lambda _phase, _at_ns: None
        self.on_end: Callable[[], None] = lambda: None
        """What else is to happen when a phase begins, and after it has ended; no phase is charged for it."""
        self.own_cpu_ns: Callable[[], int] = lambda: 0
        """The CPU time of the probe's own threads, which is none of the application's."""

    def put(self, event: str, **values: "Any") -> None:
        """Write one event. An application that closed the descriptor is not disturbed: the parent will see."""
        self.write(self.line(event, **values))

    def line(self, event: str, **values: "Any") -> bytes:
        """One event as it is written."""
        return (ascii((event, values)) + "\n").encode("ascii")

    def write(self, line: bytes) -> None:
        """Write one event's line."""
        if getpid() != self._pid:  # before the lock, which another thread may have held when we were forked
            return
        with self._lock:
            try:
                if fstat(self._descriptor)[1:3] != self._file:
                    return
                while line:
                    line = line[write(self._descriptor, line) :]
            except OSError:
                pass

    def cpu_ns(self) -> int:
        """The CPU time of the process without the probe's own threads."""
        return process_time_ns() - self.own_cpu_ns()

    def begin(self, phase: str, at_ns: "int | None" = None) -> None:
        """The application enters a phase, now or at the given reading of the monotonic clock."""
        self.phase = phase
        rss_bytes = resident_bytes()
        at_ns = at_ns or monotonic_ns()
        self.put("Begin", phase=phase, at_ns=at_ns, cpu_ns=self.cpu_ns(), rss_bytes=rss_bytes)
        self.on_begin(phase, at_ns)

    def begin_anew(self) -> None:
        """The phase exit begins only now: until here the application was done, and we alone were waiting."""
        if self.phase == "exit":
            self.on_begin("", monotonic_ns())  # lets go of what was charged to it
            self.begin("exit")

    def end(self, status: str) -> None:
        """The application leaves its phase."""
        at_ns, cpu_ns = monotonic_ns(), self.cpu_ns()
        self.put("End", phase=self.phase, status=status, at_ns=at_ns, cpu_ns=cpu_ns, rss_bytes=resident_bytes())
        self.on_end()

    def raised(self, error: BaseException, phase: str = "", kind: str = "exception", from_probe: bool = False) -> None:
        """An exception came out of the application, in the present phase or the one named."""
        if issubclass(type(error), (SystemExit, KeyboardInterrupt)):  # not isinstance: `__class__` may lie, or raise
            kind = "exit"
        tree = describe_exception(error)
        self.put("Raised", phase=phase or self.phase, exception=tree, kind=kind, from_probe=from_probe)


def text(value: object, longest: int = LONGEST_TEXT) -> str:
    """`str(value)`, bounded, and an exact str: of a subclass the text that it is, not what it says of itself."""
    try:
        shown = str.__str__(value if issubclass(type(value), str) else str(value))
    except BaseException as error:
        return f"<str() of {type_name(type(value))} raised {type_name(type(error))}>"
    return shown if len(shown) <= longest else f"{shown[:longest]}… ({len(shown)} characters)"


def type_name(kind: type) -> str:
    """The type's qualified name, with its module where that is not builtins."""
    try:
        module, name = text(kind.__module__, 200), text(kind.__qualname__, 200)
    except BaseException:
        return "<a type without a name>"
    return name if module == "builtins" else f"{module}.{name}"


def stack_of(error: BaseException) -> "list[tuple[str, str, int]]":
    """`(function, path, line)` of the exception's traceback, outermost first; of a long one the two ends."""
    calls = []
    step: Any = _own(error, "__traceback__")
    while step is not None:
        code = step.tb_frame.f_code
        calls.append((code.co_name, code.co_filename, step.tb_lineno))
        step = step.tb_next
    if len(calls) > MOST_FRAMES:
        half = MOST_FRAMES // 2
        left_out = len(calls) - MOST_FRAMES
        calls[half:-half] = [(f"… {left_out} more calls", "<left out>", 0)]
    return calls


def _own(error: BaseException, name: str) -> "Any":
    """What the interpreter keeps in the exception under that name, whatever its class puts over it."""
    return BaseException.__dict__[name].__get__(error)


def describe_exception(error: BaseException) -> "dict[str, Any]":
    """The exception as plain values: type, message, notes, stack, and those it came from or holds, at most twenty."""
    seen: list[BaseException] = []

    def describe(error: BaseException) -> "dict[str, Any]":
        seen.append(error)
        tree: dict[str, Any] = {
            "type": type_name(type(error)),
            "message": text(error),
            "calls": [],
        }
        try:
            tree["calls"] = stack_of(error)
            add_details(tree, error)
        except BaseException:  # it does not let itself be looked at
            pass
        return tree

    def add_details(tree: "dict[str, Any]", error: BaseException) -> None:
        cause, context, suppressed = (_own(error, f"__{name}__") for name in ("cause", "context", "suppress_context"))
        for key, other in (("cause", cause), ("context", context)):
            hidden = key == "context" and (suppressed or cause is not None)
            if other is not None and not hidden and worth(other):
                tree[key] = describe(other)
        notes = getattr(error, "__notes__", None)
        if isinstance(notes, list):
            tree["notes"] = [text(note) for note in notes[:10]]
        if isinstance(error, ModuleNotFoundError) and isinstance(error.name, str):
            tree["missing"] = text(error.name)
        if isinstance(error, SyntaxError) and isinstance(error.filename, str):
            tree["syntax"] = (
                text(error.filename),
                error.lineno if isinstance(error.lineno, int) else 0,
                text(error.text),
            )
        members = getattr(error, "exceptions", None)
        if isinstance(members, tuple):  # an exception group, the backport's on 3.10 too
            tree["members"] = [
                describe(member) for member in members if isinstance(member, BaseException) and worth(member)
            ]

    def worth(other: BaseException) -> bool:
        return len(seen) < MOST_EXCEPTIONS and all(one is not other for one in seen)

    return describe(error)
