"""importlib's functions through which every import, and every compilation of a source file, comes."""

import _frozen_importlib as _bootstrap
import _frozen_importlib_external as _external
import os
import sys

from lifespan_cli.probe.internals import (
    COMPILATIONS,
    IMPORTS,
    NEWEST,
    OLDEST,
    OTHER_ARGUMENTS,
    SHADOWING,
    Internal,
)
from lifespan_cli.probe.loading.modules import attributes, loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType, FunctionType, ModuleType
    from typing import Any

VAR_POSITIONAL = 0x4  # flag of a code object, as in inspect's table

NOT_CALLED = "is not called by the import system"
NO_TOOL = "cannot be watched: every tool id of sys.monitoring is in use"
TOOL_IDS = (3, 4, 5, 2, 0, 1)
"""Of sys.monitoring, in the order in which they are tried: those first that no kind of tool claims, a coverage tool's
last."""
_IMPORTED = "lifespan_check_self_test"
LOADS = "_find_and_load"
"""The function of importlib's that loads a module."""


monitoring: "Any" = getattr(sys, "monitoring", None)
"""The events of code objects (PEP 669); None before 3.12."""


class _NoFinder:
    """Finds nothing, so that the self-test's import searches no folder; notes the instruction that asked for it."""

    opcode = -1

    def find_spec(self, _name: str, _path: object = None, _target: object = None) -> None:
        frame = sys._getframe(1)
        while frame.f_code is not _import_nothing.__code__ and frame.f_back is not None:
            frame = frame.f_back
        self.opcode = frame.f_code.co_code[frame.f_lasti]


def _import_nothing() -> int:
    """Have an import statement ask for a module that does not exist. Returns the statement's opcode."""
    finders, finder = sys.meta_path, _NoFinder()
    sys.meta_path = [finder]
    try:
        import lifespan_check_self_test  # type: ignore[import-not-found]  # noqa: F401
    except ModuleNotFoundError:
        pass
    finally:
        sys.meta_path = finders
    return finder.opcode


import_opcode = _import_nothing


def _test_module_lock_manager() -> str:
    """Have a stand-in note how a failing import uses it: `_find_and_load` enters it, and the exception leaves it."""
    original: Any = _bootstrap._ModuleLockManager  # type: ignore[attr-defined]  # importlib's own
    entered, left = [], []

    class StandIn(original):  # type: ignore[misc]  # the same
        def __init__(self, name: str, *args: "Any", **kwargs: "Any") -> None:
            original.__init__(self, name, *args, **kwargs)
            self.asked = name

        def __enter__(self, *args: "Any", **kwargs: "Any") -> "Any":
            entered.append((self.asked, sys._getframe(1).f_code.co_name))
            return original.__enter__(self, *args, **kwargs)

        def __exit__(self, *args: "Any", **kwargs: "Any") -> "Any":
            left.append(args[0])
            return original.__exit__(self, *args, **kwargs)

    _bootstrap._ModuleLockManager = StandIn  # type: ignore[attr-defined]  # for this one import
    try:
        _import_nothing()
    finally:
        _bootstrap._ModuleLockManager = original  # type: ignore[attr-defined]  # as it was
    if (entered, left) == ([(_IMPORTED, LOADS)], [ModuleNotFoundError]):
        return ""
    return OTHER_ARGUMENTS if entered else NOT_CALLED


MODULE_LOCK_MANAGER = Internal(
    "importlib._bootstrap._ModuleLockManager",
    IMPORTS,
    (OLDEST, (3, 14)),
    _test_module_lock_manager,
    lambda: _bootstrap,
)
"""The context manager that `_find_and_load`, where the `import` statement's C code and `importlib.import_module` both
come through, enters around the import of a module that is not loaded yet: made with its name, left with what that
raised."""


def free_tool() -> "int | None":
    """An id of sys.monitoring that no tool uses."""
    return next((number for number in TOOL_IDS if monitoring.get_tool(number) is None), None)


def _test_find_and_load() -> str:
    """Watch the code run for a failing import: it starts with the name first, and an exception leaves it."""
    code = _bootstrap._find_and_load.__code__  # type: ignore[attr-defined]  # importlib's own
    tool = free_tool()
    if tool is None:
        return NO_TOOL
    events, seen = monitoring.events, []
    monitoring.use_tool_id(tool, _IMPORTED)
    try:
        monitoring.register_callback(
            tool, events.PY_START, lambda code, _offset: seen.append(first_argument(code, sys._getframe(1)))
        )
        monitoring.register_callback(tool, events.PY_UNWIND, lambda _code, _offset, error: seen.append(type(error)))
        monitoring.set_local_events(tool, code, events.PY_START | events.PY_UNWIND)
        _import_nothing()
        monitoring.set_local_events(tool, code, 0)
    finally:
        for event in (events.PY_START, events.PY_UNWIND):
            monitoring.register_callback(tool, event, None)
        monitoring.free_tool_id(tool)
    return "" if seen == [_IMPORTED, ModuleNotFoundError] else OTHER_ARGUMENTS if seen else NOT_CALLED


def first_argument(code: "CodeType", frame: "FrameType") -> object:
    """What a function that just starts was given first by position, whatever it calls that."""
    values = frame.f_locals
    if code.co_argcount:
        return values.get(code.co_varnames[0])
    given = values.get(code.co_varnames[code.co_kwonlyargcount]) if code.co_flags & VAR_POSITIONAL else ()
    return given[0] if given else None


FIND_AND_LOAD = Internal(
    "importlib._bootstrap._find_and_load", IMPORTS, ((3, 15), NEWEST), _test_find_and_load, lambda: _bootstrap
)
"""Where the `import` statement's C code and `importlib.import_module` both come through for a module that is not loaded
yet, with its name first; a Python function, whose code can be watched up to an exception that leaves it."""


def _test_compile() -> str:
    """Have a loader ask for the code of an empty file: source and path are given first, both by position."""
    asked = []

    class Loader(_external.SourceLoader):
        def get_filename(self, _fullname: str) -> str:
            return _IMPORTED

        def get_data(self, _path: "Any") -> bytes:
            return b""

    _external.compile = lambda *args, **_options: asked.append(args[:2])  # type: ignore[attr-defined]  # over the built-in function
    try:
        Loader().get_code(_IMPORTED)
    finally:
        del _external.compile  # type: ignore[attr-defined]  # as it was
    return "" if asked == [(b"", _IMPORTED)] else OTHER_ARGUMENTS if asked else NOT_CALLED


COMPILE = Internal("importlib._bootstrap_external.compile", COMPILATIONS, test=_test_compile, owner=lambda: _external)
"""The built-in function under a global name of importlib's: called with the source and its path first for a source file
for which there is no valid bytecode."""


def _test_find_spec() -> str:
    """It is asked by the name, and a finder keeps its folder as `path`."""
    code = _external.FileFinder.find_spec.__code__
    names = code.co_varnames[: code.co_argcount]
    return "" if names == ("self", "fullname", "target") and _external.FileFinder("").path else OTHER_ARGUMENTS


FIND_SPEC = Internal(
    "importlib.machinery.FileFinder.find_spec",
    SHADOWING,
    test=_test_find_spec,
    owner=lambda: _external.FileFinder,
)
"""Looks for a module in one folder, its `path`."""


def _copied_import_module() -> "FunctionType":
    """`importlib.import_module` without the module importlib, which a bare interpreter has not loaded; of code of its
    own, by which its frames are known."""
    module = loaded.get("importlib")
    if module is not None:
        found: CodeType = attributes(module)["import_module"].__code__
        return _Function(found.replace(), attributes(module), found.co_name, (None,))
    path = os.path.join(os.path.dirname(os.__file__), "importlib", "__init__.py")
    module_code: Any = _external.SourceFileLoader("importlib", path).get_code("importlib")
    (found,) = (code for code in module_code.co_consts if getattr(code, "co_name", "") == "import_module")
    names = {"__name__": "importlib", "__package__": "importlib", "__file__": path, "_bootstrap": _bootstrap}
    return _Function(found, {**names, "__builtins__": vars(sys.modules["builtins"])}, found.co_name, (None,))


_Function: "type[FunctionType]" = type(_import_nothing)  # type: ignore[assignment]  # what `types` does


class _ImportModule:
    """How servers import the target: the frame below the target's own, but for importlib's hidden ones."""

    def __init__(self) -> None:
        self._function: FunctionType | None = None

    def prepare(self) -> str:
        """Make the function; a self-test."""
        function = _copied_import_module()
        if function("sys") is not sys:
            return OTHER_ARGUMENTS
        self._function = function
        return ""

    def __call__(self, name: str) -> "ModuleType":
        """The module of that dotted name, imported as `importlib.import_module` does it."""
        if IMPORT_MODULE.works() and self._function is not None:
            return self._function(name)  # type: ignore[no-any-return]  # it does
        __import__(name)
        return loaded[name]

    def runs(self, code: "CodeType") -> bool:
        """The code is that of the call by which the probe imports, and of no call of the application's."""
        return self._function is not None and code is self._function.__code__


import_module = _ImportModule()
IMPORT_MODULE = Internal("importlib.import_module", "who imports the target", test=import_module.prepare)
"""Documented, but taken from its file without the module that it is in."""
IMPORT_MODULE.works()  # now: while nothing is measured
