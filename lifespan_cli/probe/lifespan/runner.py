"""Phase runtime and what follows it: the event loop is brought up, and the application runs in it."""

import sys

from lifespan_cli.probe.code_events import CodeEvents
from lifespan_cli.probe.frameworks.context_managers import Spans
from lifespan_cli.probe.frameworks.identity import identify
from lifespan_cli.probe.frameworks.registered import Registered
from lifespan_cli.probe.leaks.audit import Audit
from lifespan_cli.probe.lifespan.backends import FOREVER_S, open_loop
from lifespan_cli.probe.lifespan.driver import Lifespan
from lifespan_cli.probe.lifespan.middleware_depth import Depth
from lifespan_cli.probe.lifespan.restart import start_again
from lifespan_cli.probe.lifespan.signals import Signals
from lifespan_cli.probe.loading.callable_shape import DRIVEN, shape_of
from lifespan_cli.probe.loading.modules import loaded
from lifespan_cli.probe.loading.resolver import report_found
from lifespan_cli.probe.loading.server_imports import server_imports, standard
from lifespan_cli.probe.sampler.loop_steps import NoSteps, steps_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import ModuleType
    from typing import Any

    from lifespan_cli.probe.config import Options
    from lifespan_cli.probe.control import Observer
    from lifespan_cli.probe.lifespan.backends import Loop, Steps
    from lifespan_cli.probe.loading.import_hook import Recorder
    from lifespan_cli.probe.sampler.sampler import Sampler
    from lifespan_cli.probe.wire import Wire

REQUESTS = "lifespan_cli.probe.lifespan.http_requests"
NEEDED_LATER = ("concurrent.futures.thread", "functools", "signal", "socket", "threading", "warnings", "weakref")
"""What the probe uses while the application runs. Servers have loaded nearly all of it before the application."""


class Runner:
    """Brings up the backend that was asked for and runs the application in it."""

    def __init__(
        self,
        wire: "Wire",
        options: "Options",
        observer: "Observer",
        sampler: "Sampler",
        held: "list[object]",
        recorder: "Recorder | None" = None,
    ) -> None:
        """`held` takes what a server holds until the interpreter ends. Without a recorder no import is seen."""
        self._recorder = recorder
        self._held = held
        self.wire = wire
        self._options = options
        self._observer = observer
        self._sampler = sampler
        self._runs = False
        """The steps are not through: what ends the loop now ends it under the application."""
        self._application: Any = None
        self._up_and_down = False
        self._events = CodeEvents()

    def run(self, module: "ModuleType", attribute: str, value: "Any", unfinished: bool) -> None:
        """Import what is needed, then run `value`, or what it comes to when it is an async factory's coroutine."""
        wire = self.wire
        wire.begin("runtime")
        loop = self._open_loop()
        if loop is None:
            return
        framework, packages = identify(value)
        wire.put("Identified", backend=self._options.backend, framework=framework, packages=packages)
        wire.end("ok")
        audit, on_end = Audit(wire, self._events, self._sampler.garbage), wire.on_end
        self._events.begin()
        self._run_loop(loop, self._steps(loop, module, attribute, value, unfinished, audit))
        self._events.end()
        self._step_aside()
        audit.end_of_loop()
        if self._options.restart and self._up_and_down:
            audit.listens = False  # of what was told once
            self._restart()
            audit.listens = True
        audit.end()
        self._let_go(on_end)
        self._step_back()

    def _let_go(self, on_end: "Callable[[], None]") -> None:
        """Keep nothing alive that a server would not: the threads of the probe live until the process is gone."""
        self._application = None
        self._sampler.steps = NoSteps()
        self._observer.awaitable = self._observer.cancel = None
        self.wire.on_end = on_end

    def _open_loop(self) -> "Loop | None":
        """The backend's event loop; None where it is not installed in the target's environment, or cannot be loaded."""
        backend = self._options.backend
        try:
            with server_imports:
                if self._options.request:
                    __import__(REQUESTS)
                for name in NEEDED_LATER:
                    standard(name)
                return open_loop(backend)
        except BaseException as error:
            if issubclass(type(error), ModuleNotFoundError) and error.name == backend:  # type: ignore[attr-defined]
                install = f"{sys.executable} -m pip install {backend}"
                self.wire.put("Refused", message=f"{backend} is not installed in the target's environment: {install}")
            else:  # a server has loaded it before: so it is the application that is in the way
                self.wire.end("crashed")
                self.wire.raised(error)
            return None

    def _run_loop(self, loop: "Loop", steps: "Steps") -> None:
        """Run the loop to its end."""
        self._act(lambda: loop.run(steps))
        steps.close()  # after which the signal handlers are those from before
        self._act(loop.close)

    def _act(self, action: "Callable[[], None]") -> None:
        """What comes out of the loop is the application's: a task that called sys.exit, say."""
        try:
            action()
        except BaseException as error:
            if self._runs or self.wire.phase == "runtime":
                self._runs = False
                self.wire.end("crashed")
                self.wire.raised(error, kind="lost")
                self.wire.begin("exit")

    def _steps(
        self, loop: "Loop", module: "ModuleType", attribute: str, value: "Any", unfinished: bool, audit: Audit
    ) -> "Steps":
        """What happens within the loop."""
        self._begin_steps()
        signals = Signals(self.wire, loop)
        signals.install()
        try:
            if unfinished:
                finishing = loop.start(lambda: self._finish_factory(module, attribute, value))
                while not finishing.done:
                    yield FOREVER_S
            else:
                self._application = self._single_callable(value)
            if self._application is not None:
                yield from self._lifespan(loop, signals, audit)
            self._runs = False
        finally:
            signals.restore()

    def _begin_steps(self) -> None:
        self._runs = True
        if self._options.measure:
            self._sampler.steps = steps_of(self._options.backend)

    def _lifespan(self, loop: "Loop", signals: Signals, audit: Audit) -> "Steps":
        """The application's lifespan, with all that is to be seen of it from within the loop."""
        application = self._application
        Spans(self.wire, self._events)
        registered = Registered(self.wire, self._events, application)
        registered.look()
        self._look_again_when_ready(registered)
        visit = None
        if self._options.request:
            requests: Any = loaded[REQUESTS]
            visit = requests.Requests(self.wire, self._observer, application, self._options.request, loop).send
        hold_ns, look = self._options.hold_ns, audit.look_at_tasks
        depth = Depth(self.wire, self._events, application)
        lifespan = Lifespan(self.wire, self._observer, application, loop, hold_ns, visit, signals, look, depth)
        self._held.append(lifespan.state)
        with server_imports:  # what it uses of the standard library imports more of it
            audit.begin()
        if self._recorder is not None:
            self._recorder.on_imported = audit.imported
        yield from lifespan.conduct()
        self._up_and_down = lifespan.up_and_down
        self._events.end_recording()
        registered.tell()
        self._step_aside()
        yield from audit.end_of_lifespan(lifespan.task)
        self._step_back()

    def _look_again_when_ready(self, registered: Registered) -> None:
        """Applications mount others during startup; no phase is charged for the search."""
        on_end = self.wire.on_end

        def end() -> None:
            on_end()
            if self.wire.phase == "startup":
                registered.look()

        self.wire.on_end = end

    def _restart(self) -> None:
        """The second lifespan, in a loop of its own. It may end in the ways of the first."""
        loop = open_loop(self._options.backend)

        def steps() -> "Steps":
            self._begin_steps()
            signals = Signals(self.wire, loop)
            signals.install()
            try:
                yield from start_again(self.wire, self._observer, self._application, loop)
                self._runs = False
            finally:
                signals.restore()

        self.wire.begin("restart")
        self._run_loop(loop, steps())
        self.wire.phase = "exit"

    def _step_aside(self) -> None:
        """What follows is the tool's own: the exit of the application is not charged for it."""
        if self.wire.phase == "exit":
            self.wire.end("ok")

    def _step_back(self) -> None:
        if self.wire.phase == "exit":
            self.wire.begin("exit")

    def _single_callable(self, value: "Any") -> "Any":
        """The application as one callable with three arguments, made of the double callable of ASGI 2 where it is one.

        As uvicorn does it. Source: ASGI specification, Legacy Applications.
        """
        if shape_of(value) != "asgi2":
            return value

        async def single(scope: "Any", receive: "Any", send: "Any") -> None:
            await value(scope)(receive, send)

        return single

    async def _finish_factory(self, module: "ModuleType", attribute: str, coroutine: "Awaitable[Any]") -> None:
        """The second part of phase resolve: what an async factory comes to."""
        wire = self.wire
        wire.begin("resolve")
        self._observer.awaitable = coroutine
        try:
            value = await coroutine
        except BaseException as error:
            wire.end("crashed")
            wire.raised(error)
            return
        finally:
            self._observer.awaitable = None
        wire.end("ok")
        shape = shape_of(value)
        report_found(wire, module, attribute, value, shape, awaited=True)
        if shape in DRIVEN:
            self._application = self._single_callable(value)
