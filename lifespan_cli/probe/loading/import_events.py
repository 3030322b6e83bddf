"""Says when the import of a module begins and ends, without a frame of its own below the module that is imported.

A module can ask who imports it: with `warnings.warn(stacklevel=2)`, `sys._getframe(n)` or `inspect.stack()`, and would
meet a function that is put in the place of one of importlib's. What importlib does around the import is used instead:
up to 3.14 the context manager of the module's lock; from 3.15 on the events of `sys.monitoring` on the one code object
through which all imports come, which in older versions do not say that an exception ends it.
"""

from lifespan_cli.probe.internals.importing import (
    FIND_AND_LOAD,
    LOADS,
    MODULE_LOCK_MANAGER,
    first_argument,
    free_tool,
    monitoring,
)
from lifespan_cli.probe.internals.interpreter import GETFRAME, frame_above
from lifespan_cli.probe.loading.modules import loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any

    Begin = Callable[[str, FrameType | None], Any]
    End = Callable[[Any, bool], None]


def watch_imports(begin: "Begin", end: "End") -> None:
    """Call `begin(module, frame)` when an import begins and, with what that returned, `end(begun, failed)` at its end.

    The frame is importlib's, called by whoever imports; None where an audit hook forbids to look. Neither may raise.
    Where this Python's importlib is another than is known, nothing is called, and the parent is told.
    """
    if MODULE_LOCK_MANAGER.works():
        _watch_locks(begin, end)
    elif FIND_AND_LOAD.works():
        _watch_calls(begin, end)


def _watch_locks(begin: "Begin", end: "End") -> None:
    original: Any = MODULE_LOCK_MANAGER.get()

    class _ModuleLockManager(original):  # type: ignore[misc]  # importlib's own
        __module__ = original.__module__

        def __init__(self, name: str, *args: "Any", **kwargs: "Any") -> None:
            original.__init__(self, name, *args, **kwargs)
            self._module = name
            self._begun: Any = None

        def __enter__(self, *args: "Any", **kwargs: "Any") -> "Any":
            caller = frame_above(1)
            reloads = caller is not None and caller.f_code.co_name != LOADS
            if not reloads and self._module not in loaded:
                self._begun = begin(self._module, caller)
            try:
                return original.__enter__(self, *args, **kwargs)
            except BaseException:
                self.__leave(failed=True)
                raise

        def __exit__(self, *args: "Any", **kwargs: "Any") -> "Any":
            try:
                return original.__exit__(self, *args, **kwargs)
            finally:
                self.__leave(failed=args[0] is not None)

        def __leave(self, failed: bool) -> None:
            begun, self._begun = self._begun, None
            if begun is not None:
                end(begun, failed)

    for function in (_ModuleLockManager.__init__, _ModuleLockManager.__enter__, _ModuleLockManager.__exit__):
        # an exception that comes through one of these is shown without it, as without those of importlib
        function.__code__ = function.__code__.replace(co_filename="<frozen importlib._bootstrap>")
    MODULE_LOCK_MANAGER.replace(_ModuleLockManager)


def _watch_calls(begin: "Begin", end: "End") -> None:
    code = FIND_AND_LOAD.get().__code__
    begun: dict[FrameType, Any] = {}

    def started(code: "CodeType", _offset: int) -> None:
        frame = _frame_of_import()
        name = first_argument(code, frame) if frame is not None else None
        if frame is not None and type(name) is str and name not in loaded:
            begun[frame] = begin(name, frame)

    def returned(_code: "CodeType", _offset: int, value: object) -> None:
        one = ended(frame_above(1))
        if one is not None:
            end(one, value is None)  # a submodule that may be missing

    def unwound(_code: "CodeType", _offset: int, _error: BaseException) -> None:
        one = ended(frame_above(1))
        if one is not None:
            end(one, True)

    def ended(frame: "FrameType | None") -> "Any":
        if frame is None and begun:
            return begun.popitem()[1]
        return begun.pop(frame, None) if frame is not None else None

    tool = free_tool()
    if tool is None:
        return
    events = monitoring.events
    monitoring.use_tool_id(tool, "lifespan-check")
    for event, callback in ((events.PY_START, started), (events.PY_RETURN, returned), (events.PY_UNWIND, unwound)):
        monitoring.register_callback(tool, event, callback)
    monitoring.set_local_events(tool, code, events.PY_START | events.PY_RETURN | events.PY_UNWIND)


def _frame_of_import() -> "FrameType | None":
    """The frame that the caller was told of. Where an audit hook forbids to look, imports are not measured."""
    frame = frame_above(2)
    if frame is None and not GETFRAME.works():
        FIND_AND_LOAD.fail("cannot be watched without sys._getframe")
    return frame
