"""The probe's one way: the phases in their order."""

import atexit
import sys
from faulthandler import enable, register
from os import getpid

from lifespan_cli.probe.clock import monotonic_ns
from lifespan_cli.probe.config import Options
from lifespan_cli.probe.control import Observer
from lifespan_cli.probe.internals import report_to
from lifespan_cli.probe.internals.interpreter import CURRENT_FRAMES, FUNCTIONS, REF
from lifespan_cli.probe.lifespan.runner import Runner
from lifespan_cli.probe.loading.callable_shape import DRIVEN, shape_of
from lifespan_cli.probe.loading.import_hook import Recorder
from lifespan_cli.probe.loading.resolver import import_phases, report_found
from lifespan_cli.probe.loading.server_imports import server_imports
from lifespan_cli.probe.loading.standard_library import prefer_standard_library, shadowed
from lifespan_cli.probe.sampler.sampler import Sampler
from lifespan_cli.probe.stack_chunk import with_own_chunk
from lifespan_cli.probe.wire import Wire, private, resident_bytes, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any


def run(words: "list[str]", born_ns: int, born_cpu_ns: int, held: "list[object]") -> None:
    """Probe the target that the words name; all that is seen goes to the wire."""
    options = Options(words)
    try:
        wire = Wire(options.wire)
    except OSError:
        sys.exit("the descriptors that it is started with are closed before Python runs")
    _introduce(wire, born_ns, born_cpu_ns)
    report_to(wire)
    atexit.register(_finalize, wire)  # the first to be registered is run last
    dump = private(options.dump)
    private(options.lifeline)
    enable(file=dump, all_threads=True)
    register(options.dump_signal, file=dump, all_threads=True, chain=False)
    observer = Observer(wire, options.control)
    observer.start()
    server_imports.reserve_descriptors()
    path = tuple(sys.path)
    prefer_standard_library(path)
    _dress(options)
    sampler = Sampler(wire, observer, options.seen, options.blocking_ns)
    recorder = _measure(wire, observer, sampler) if options.measure else None
    with_own_chunk(lambda: _probe(Runner(wire, options, observer, sampler, held, recorder), options, path))
    wire.put("Bye", at_ns=monotonic_ns(), cpu_ns=wire.cpu_ns(), rss_bytes=resident_bytes())


def _finalize(wire: Wire) -> None:
    server_imports.release()
    wire.put("Finalized", at_ns=monotonic_ns())


def _probe(runner: Runner, options: Options, path: "tuple[str, ...]") -> None:
    """All phases. What comes out of the probe itself was done to it, by an audit hook of the application's say."""
    try:
        _run_phases(runner, options, path)
    except BaseException as error:
        runner.wire.end("crashed")
        runner.wire.raised(error)


def _run_phases(runner: Runner, options: Options, path: "tuple[str, ...]") -> None:
    found = import_phases(runner.wire, options)
    rows = tuple((module, text(file)) for module, file in shadowed(options.app_dir, path))
    if rows:
        runner.wire.put("Shadowed", rows=rows)
    if found is not None:
        _drive(runner, *found)


def _measure(wire: Wire, observer: Observer, sampler: Sampler) -> Recorder:
    """Record imports and sample from now on; write both whenever a phase has ended."""
    recorder = Recorder(wire)

    def flush() -> None:
        recorder.flush(unfinished=True)
        sampler.flush()

    def end() -> None:
        recorder.flush()
        sampler.end()

    wire.on_begin, wire.on_end, observer.flush = sampler.begin, end, flush
    wire.own_cpu_ns = sampler.own_cpu_ns
    sampler.garbage.on_collected = recorder.exclude
    recorder.install()
    if CURRENT_FRAMES.works() and FUNCTIONS.works() and REF.works():
        sampler.start()
    return recorder


def _introduce(wire: Wire, born_ns: int, born_cpu_ns: int) -> None:
    library = [sys.base_prefix + "/lib/", sys.base_exec_prefix + "/lib/", *_site_folders()]
    wire.put(
        "Hello",
        at_ns=born_ns,
        cpu_ns=born_cpu_ns,
        rss_bytes=resident_bytes(),
        python="{}.{}.{}".format(*sys.version_info[:3]),
        implementation=sys.implementation.name,
        free_threaded="t" in sys.abiflags,
        executable=text(sys.executable),
        pid=getpid(),
        platform=sys.platform,
        library=tuple(dict.fromkeys(library)),
        ours=(__file__.rpartition("/")[0] + "/",),
    )


def _site_folders() -> "list[str]":
    return [text(path) + "/" for path in sys.path if path.endswith(("site-packages", "dist-packages"))]


def _dress(options: Options) -> None:
    """Let the application see what it sees under a server: the command's words, its folder first on the path."""
    sys.argv[:] = ["lifespan-check", options.target]
    sys.path.insert(0, options.app_dir)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a pipe would keep the last words of an application that is killed
            reconfigure(line_buffering=True)


def _drive(runner: Runner, module: "ModuleType", attribute: str, value: "Any") -> None:
    """Phase runtime, then the application's life in an event loop."""
    unfinished = hasattr(type(value), "cr_await")  # of an async factory: only the loop can finish it
    if not unfinished:
        shape = shape_of(value)
        report_found(runner.wire, module, attribute, value, shape)
        if shape not in DRIVEN:
            return
    runner.run(module, attribute, value, unfinished)
