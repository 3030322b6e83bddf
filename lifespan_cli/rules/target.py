"""LS001, LS002, LS006, LS009, LS010: getting hold of the target, by importing its module and calling its factory."""

import re
from collections.abc import Iterable
from pathlib import PurePath

from lifespan_cli.model import Failure, Finding, PhaseName
from lifespan_cli.rules.rule import Case, Place, Placed, Rule
from lifespan_cli.rules.wording import code, end_of_process, gave_up, place, told
from lifespan_cli.sources import process_wide_changes

_FILE = re.compile(r"(?P<file>.+\.py)(?::.*)?", re.DOTALL)
_CALLED_WITHOUT_CHANNELS = re.compile(
    r"missing 3 required positional arguments: '_*scope', '_*receive',? and '_*send'$", re.MULTILINE
)
"""What Python says of an ASGI application that is called like a factory."""
_DOING: dict[PhaseName, str] = {
    "boot": "starting the target's interpreter",
    "preload": "importing what --preload names",
    "import": "importing {module}",
    "resolve": "getting the application from {target}",
    "runtime": "loading the event loop after {module}",
}


def _doing(case: Case, phase: PhaseName) -> str:
    return _DOING[phase].format(module=case.module, target=case.target)


def _modules_named(target: str) -> set[str]:
    """The target's module and its parent packages; of a file, the name that it is imported under."""
    if file := _FILE.fullmatch(target):
        return {PurePath(file["file"]).stem}
    words = target.partition(":")[0].split(".")
    return {".".join(words[:count]) for count in range(1, len(words) + 1)}


def _is_missing_target(case: Case, failure: Failure) -> bool:
    """The module that was named is not there, and no line of the user's own asked for it."""
    if failure.type != "ModuleNotFoundError" or failure.missing_module is None or failure.path is not None:
        return False
    return failure.phase == "preload" or failure.missing_module in _modules_named(case.target)


def _not_found(case: Case) -> Iterable[Finding]:
    failure = case.crash("preload", "import", "runtime")
    if failure is None or not _is_missing_target(case, failure):
        return
    by = "asked for by --preload" if failure.phase == "preload" else f"asked for by the target {case.target}"
    yield MODULE_NOT_FOUND.finding(
        f"there is no module {failure.missing_module} in the target's environment, {by}",
        hint=_other_module(case, failure),
        phase=failure.phase,
        at=failure,
    )


def _other_module(case: Case, failure: Failure) -> str:
    """What the user may have meant."""
    module, _, name = (failure.missing_module or "").rpartition(".")
    if module and failure.message.endswith("is not a package"):
        return f"{module} is a module and no package: name the attribute after a colon, {module}:{name}."
    meant = "Check the spelling; name"
    if case.nearby and failure.phase != "preload":
        meant = f"Did you mean {' or '.join(case.nearby)}? Else name"
    return f"{meant} the folder that holds it with --app-dir, or the interpreter that has it installed with --python."


def _import_failed(case: Case) -> Iterable[Finding]:
    failure = case.crash("preload", "import", "runtime")
    if failure is None or _is_missing_target(case, failure):
        return
    if failure.phase == "runtime":
        yield _without_event_loop(case, failure)
        return
    yield IMPORT_ERROR.finding(
        f"{_doing(case, failure.phase)} failed: {told(failure)}",
        hint=_remedy(case, failure),
        phase=failure.phase,
        at=failure,
    )


def _without_event_loop(case: Case, failure: Failure) -> Finding:
    """The application left an interpreter in which no event loop can be made: where the exception came through, or
    else the first line of its modules that changes the standard library."""
    at: Placed = failure
    after = ""
    paths = dict.fromkeys(entry.file for entry in case.run.imports if entry.user and entry.file)
    changes = ((Place(path, line), source) for path in paths for line, source in process_wide_changes(path))
    if failure.path is None and (change := next(changes, None)):
        at, source = change
        after = f", after {code(source)} at {place(at.path or '', at.line)}"
    return IMPORT_ERROR.finding(
        f"{_doing(case, 'runtime')} failed{after}: {told(failure)}",
        hint="Leave what is changed there as it was: servers make their event loop after the import, or use it then.",
        phase="runtime",
        at=at,
    )


def _remedy(case: Case, failure: Failure) -> str:
    """What usually mends an exception of this type."""
    for file in case.run.shadowed:
        if f"from '{file.module}' (" in failure.message or f"module '{file.module}' has no" in failure.message:
            return f"Rename {file.name}: the standard library's {file.module} is imported in its place."
    if failure.missing_module is not None:
        return (
            f"Install the package that provides {failure.missing_module} in the interpreter of the check, "
            "or name another interpreter with --python."
        )
    if failure.type == "ImportError" and "partially initialized module" in failure.message:
        return "Break the circle of imports: move one of them into the function that needs it."
    if failure.type == "KeyError" or failure.type.endswith("ValidationError"):
        return "If a setting is missing from the environment, set it, or name a file of settings with --env-file."
    if failure.type in ("SyntaxError", "IndentationError", "TabError"):
        return "Fix the syntax error, or run with the Python version this code needs: --python PATH."
    return "Fix the exception above. If this step can fail at run time (network, files), move it into the lifespan."


def _factory_failed(case: Case) -> Iterable[Finding]:
    failure = case.crash("resolve")
    application = case.run.application
    if failure is None or (application is not None and application.shape == "missing"):
        return
    remedy = _remedy(case, failure)
    if failure.type == "TypeError" and failure.path is None and _CALLED_WITHOUT_CHANNELS.search(failure.message):
        remedy = "It is an application already, not a factory: drop --factory, or the () after its name."
    yield FACTORY_FAILED.finding(
        f"{_doing(case, 'resolve')} failed: {told(failure)}", hint=remedy, phase="resolve", at=failure
    )


def _import_timeout(case: Case) -> Iterable[Finding]:
    failure = case.timeout("boot", "preload", "import", "resolve")
    if failure is None:
        return
    yield IMPORT_TIMEOUT.finding(
        f"{_doing(case, failure.phase)} took too long{gave_up(failure)}",
        hint="Move what waits or computes there into the lifespan, or allow it more time with --import-timeout.",
        phase=failure.phase,
        at=failure,
    )


def _exit_during_import(case: Case) -> Iterable[Finding]:
    failure = case.ending("boot", "preload", "import", "resolve")
    if failure is None:
        return
    hint = "Raise an exception that says what is wrong: whoever imports the module can then report it."
    if failure.kind == "signal":
        hint = "Import the module alone under `python -X faulthandler` to see which call of C code it was in."
    yield EXIT_DURING_IMPORT.finding(
        f"the process ended while {_doing(case, failure.phase)}: {end_of_process(failure, case.run.exit)}",
        hint=hint,
        phase=failure.phase,
        at=failure,
    )


MODULE_NOT_FOUND = Rule(
    code="LS001",
    slug="module-not-found",
    severity="error",
    summary="The module that the target names cannot be found.",
    explanation="""\
Neither the module nor one of the packages it lies in is on the import path of the target's interpreter. Servers
look in the current directory (or in their own --app-dir) and in the installed packages, and so does this check.

Mostly the name is misspelt, the command runs in another folder than usual, or the project is installed in
another virtual environment: name that one's interpreter with --python, or the folder with --app-dir. A module
that is found but whose own imports fail is another matter, LS002.""",
    source="Python Language Reference, The import system: Searching (ModuleNotFoundError)",
    bad="""\
# The project's file is shop/main.py, and the command is
#     lifespan-check main:app
async def app(scope, receive, send): ...""",
    good="""\
# The project's file is shop/main.py, and the command is
#     lifespan-check shop.main:app
async def app(scope, receive, send): ...""",
    judge=_not_found,
)

IMPORT_ERROR = Rule(
    code="LS002",
    slug="import-error",
    severity="error",
    summary="The target's module was found, but raises an exception while it is imported.",
    explanation="""\
Code at module level runs when a server, a worker, a test or a tool imports the module. When it raises, there is
no application at all. The finding names the deepest line of your own code, which is where to look first; the
traceback in the report has the rest.

A missing package has to be installed for that interpreter, a missing setting has to be set (--env-file reads a
file of them). Whatever depends on the outside world, a database or a file, is better opened in the lifespan:
there its failure can be reported as lifespan.startup.failed, and the module stays importable.""",
    source="Python Language Reference, The import system: Loading",
    bad="""\
import os

DATABASE_URL = os.environ["DATABASE_URL"]


async def app(scope, receive, send): ...""",
    good="""\
import os


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        if "DATABASE_URL" not in os.environ:
            reason = "DATABASE_URL is not set"
            await send({"type": "lifespan.startup.failed", "message": reason})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_import_failed,
)

FACTORY_FAILED = Rule(
    code="LS006",
    slug="factory-failed",
    severity="error",
    summary="The name was found, but making the application from it raises an exception.",
    explanation="""\
The module was imported and holds the name; the exception came from the factory's call, or from code that runs
when the attribute is read (a property, a module's __getattr__, a lazy object).

A factory is called without arguments. Give every parameter a default, read settings inside, and leave
connections to the lifespan, so that making the application cannot fail for want of a network.""",
    source="inferred from ASGI specification, Applications: a server needs a callable before it can serve anything",
    bad="""\
def create_app():
    raise RuntimeError("no database")""",
    good="""\
def create_app():
    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            ...  # connect here, where a failure can be reported

    return app""",
    judge=_factory_failed,
)

IMPORT_TIMEOUT = Rule(
    code="LS009",
    slug="import-timeout",
    severity="error",
    summary="Importing the module or calling the factory takes longer than the limit.",
    explanation="""\
Until the module is imported a server cannot listen, answer a health check or shut down in order. The finding
says what the main thread was executing when the time ran out.

Waiting for a database, downloading a model or joining a thread at module level is the usual cause. Do it in the
lifespan, where it is awaited, bounded by a timeout of its own and paid by the server only, not by every test
and tool that imports the module.""",
    source='inferred from the documentation of FastAPI and Starlette, "Lifespan Events": load at startup',
    bad="""\
import time

time.sleep(3600)  # waits for the database


async def app(scope, receive, send): ...""",
    good="""\
import asyncio


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        async with asyncio.timeout(10):
            ...  # wait for the database
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})""",
    judge=_import_timeout,
)

EXIT_DURING_IMPORT = Rule(
    code="LS010",
    slug="exit-during-import",
    severity="error",
    summary="The process ends while the target is imported: sys.exit, os._exit or a signal.",
    explanation="""\
sys.exit at module level takes the server down with it, and takes the test runner and every tool down as well.
os._exit and a crash in C code do the same without a traceback.

Scripts should keep such calls behind `if __name__ == "__main__":`, and a module that cannot work should raise
an exception that says why. For a signal such as SIGSEGV, look at compiled packages built for another Python or
another machine; SIGKILL that nobody here sent is most often the system's out-of-memory killer.""",
    source="Python documentation, sys.exit and os._exit; inferred: a server imports the module in its own process",
    bad="""\
import os
import sys

if "TOKEN" not in os.environ:
    sys.exit(1)


async def app(scope, receive, send): ...""",
    good="""\
import os

if "TOKEN" not in os.environ:
    raise RuntimeError("TOKEN is not set")


async def app(scope, receive, send): ...""",
    judge=_exit_during_import,
)
