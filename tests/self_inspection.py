"""What an application can find out about itself and its process; put beside one as the module `self_inspection`.

Every observation is a line of JSON, written at once, so that those of destructors at the interpreter's end count too.
Frames and modules of the server that runs the application are named `<server>`: those differ, as they do between any
two servers. Runs on every Python that the probe supports.
"""

import faulthandler
import gc
import inspect
import json
import os
import signal
import sys
import threading
import warnings

SERVERS = ("uvicorn", "lifespan_cli", "click")
OBSERVERS = (None, "lifespan-check")
OUTPUT = os.open("observations", os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def note(name, value, write=os.write, dumps=json.dumps, output=OUTPUT):
    """Write one observation. The names are bound here: at the interpreter's end the module's own are gone."""
    write(output, (dumps([name, value], default=repr) + "\n").encode())


def note_all(moment, application=None):
    """Write everything that can be seen at this moment, each under the moment's name."""
    for name, see in {**OBSERVATIONS, **DIFFERENT}.items():
        note(f"{moment}: {name}", see())
    if application is not None:
        note(f"{moment}: application", of_object(application))


def of_object(value):
    """Type, identity, signature and attributes of an object of the application's own."""
    return {
        "type": repr(type(value)),
        "is function": inspect.isfunction(value),
        "is class": inspect.isclass(value),
        "is coroutine function": inspect.iscoroutinefunction(value),
        "signature": _signature(value),
        "attributes": sorted(getattr(value, "__dict__", ())),
        "public names": [name for name in dir(value) if not name.startswith("_")],
    }


def of_channel(value):
    """What an application can learn of `receive` or `send`, whose makers differ."""
    return {
        "kind": "method" if inspect.ismethod(value) else "function" if inspect.isfunction(value) else "object",
        "is coroutine function": inspect.iscoroutinefunction(value),
        "signature": _signature(value),
    }


def _signature(value):
    try:
        return [str(parameter.kind) for parameter in inspect.signature(value).parameters.values()]
    except (TypeError, ValueError):
        return None


def stack():
    """The present stack, outermost call first: `module.function`, what is the same one above the other taken together.

    That is what the server's functions are; and from 3.12 on `asyncio.run` calls a method `run` in the same module.
    """
    names = []
    frame = sys._getframe(1)
    while frame is not None:
        name = _frame_name(frame)
        if name not in (__name__, *names[-1:]):
            names.append(name)
        frame = frame.f_back
    return names[::-1]


def _frame_name(frame):
    module = frame.f_globals.get("__name__", "")
    if module == __name__:
        return module
    root = module.partition(".")[0]
    if root in SERVERS or (module == "__main__" and not frame.f_code.co_filename.endswith("app.py")):
        return "<server>"
    return f"{module}.{frame.f_code.co_name}"


def handlers():
    """What is installed for the signals that servers handle."""
    return {number.name: _handler(signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM)}


def _handler(handler):
    if inspect.ismethod(handler):
        return f"method({', '.join(inspect.signature(handler).parameters)})"
    return repr(handler)


def tasks():
    """The tasks of the running loop, by name, and the present one."""
    asyncio = sys.modules.get("asyncio")
    try:
        present = asyncio.current_task() if asyncio else None
    except RuntimeError:
        present = None
    if present is None:
        return None
    everyone = asyncio.all_tasks()
    return {
        "present": present.get_name(),
        "all": sorted(task.get_name() for task in everyone),
        "coroutines are of the server": present.get_coro().cr_frame.f_globals["__name__"].partition(".")[0] in SERVERS,
        "cancelling": present.cancelling() if hasattr(present, "cancelling") else 0,
    }


def loop():
    """The running loop, and what can be set on one."""
    asyncio = sys.modules.get("asyncio")
    try:
        running = asyncio.get_running_loop() if asyncio else None
    except RuntimeError:
        running = None
    if running is None:
        return None
    return {
        "type": repr(type(running)),
        "is the one that get_event_loop gives": asyncio.get_event_loop() is running,
        "debug": running.get_debug(),
        "attributes": sorted(getattr(running, "__dict__", ())),
        "task factory": repr(running.get_task_factory()),
        "exception handler": repr(running.get_exception_handler()),
        "methods": {name: _is_own(running, name) for name in ("create_task", "call_exception_handler", "close")},
    }


def _is_own(instance, name):
    """Whether that method is the class's own and not put before it."""
    return name not in getattr(instance, "__dict__", ())


def monitoring():
    """The tools of sys.monitoring that are in use, and what is traced otherwise."""
    known = getattr(sys, "monitoring", None)
    return {
        "tools": [name for number in range(6) if (name := known.get_tool(number)) not in OBSERVERS] if known else [],
        "trace": repr(sys.gettrace()),
        "profile": repr(sys.getprofile()),
        "coroutine origins": sys.get_coroutine_origin_tracking_depth(),
    }


def frames_of_threads():
    """What `sys._current_frames` shows: the module of each thread's innermost frame."""
    roots = [frame.f_globals.get("__name__", "") for frame in sys._current_frames().values()]
    return sorted("<server>" if root.partition(".")[0] in SERVERS else root for root in roots)


DIFFERENT = {
    "frames of threads": frames_of_threads,
    "faulthandler": faulthandler.is_enabled,
    "line buffering": lambda: [sys.stdout.line_buffering, sys.stderr.line_buffering],
    "leads its process group": lambda: os.getpgid(0) == os.getpid(),
}
"""What is not the same under the tool, and known not to be."""
OBSERVATIONS = {
    "stack": stack,
    "signal handlers": handlers,
    "tasks": tasks,
    "loop": loop,
    "monitoring": monitoring,
    "threads": lambda: [(type(thread).__name__, thread.name, thread.daemon) for thread in threading.enumerate()],
    "flags": lambda: repr(sys.flags),
    "garbage collection": lambda: [gc.isenabled(), gc.get_threshold(), gc.get_freeze_count(), len(gc.callbacks)],
    "warnings": lambda: [repr(entry) for entry in warnings.filters],
    "hooks": lambda: {
        "import": __builtins__["__import__"].__module__,
        "display": sys.displayhook is sys.__displayhook__,
        "exceptions": sys.excepthook is sys.__excepthook__,
        "unraisable": sys.unraisablehook is sys.__unraisablehook__,
        "exceptions in threads": threading.excepthook is threading.__excepthook__,
        "asynchronous generators": [hook is None for hook in sys.get_asyncgen_hooks()],
        "show warnings": [warnings.showwarning.__module__, warnings._showwarnmsg.__module__],
        "path": [repr(hook) for hook in sys.path_hooks],
        "meta path": [repr(finder) for finder in sys.meta_path],
    },
    "limits": lambda: [sys.getrecursionlimit(), sys.getswitchinterval()],
    "path": lambda: [path for path in sys.path[1:] if not path.endswith("/bin")],  # a console script's own folder
}
