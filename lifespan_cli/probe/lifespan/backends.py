"""Phase runtime: the event loop and what drives the application in it, from the target's environment or borrowed."""

import sys
from _frozen_importlib_external import PathFinder

from lifespan_cli.probe.frameworks.context_managers import Spans
from lifespan_cli.probe.frameworks.identity import identify
from lifespan_cli.probe.frameworks.registered import Registered
from lifespan_cli.probe.leaks.audit import Audit
from lifespan_cli.probe.loading.callable_shape import DRIVEN, shape_of
from lifespan_cli.probe.loading.resolver import report_found
from lifespan_cli.probe.sampler.loop_steps import steps_of
from lifespan_cli.probe.wire import text, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

    from lifespan_cli.probe.config import Options
    from lifespan_cli.probe.control import Observer
    from lifespan_cli.probe.sampler.sampler import Sampler
    from lifespan_cli.probe.wire import Wire

BORROWED = ("anyio", "asgiref", "exceptiongroup", "idna", "sniffio", "typing_extensions")


class Lender:
    """Finds anyio, asgiref and what they need in the tool's own environment, when nothing before it found them."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def find_spec(
        self, name: str, _path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        """The import system's question; only whole packages are lent."""
        if name not in BORROWED:
            return None
        spec: ModuleSpec | None = PathFinder.find_spec(name, [self._folder], target)
        return spec


class Runner:
    """Brings up the backend that was asked for and lets the application live in it."""

    def __init__(self, wire: "Wire", options: "Options", observer: "Observer", sampler: "Sampler") -> None:
        self.wire = wire
        self._options = options
        self._observer = observer
        self._sampler = sampler
        self._living = False
        self._driven: Any = None
        self._up_and_down = False

    def run(self, module: "ModuleType", attribute: str, value: "Any", unfinished: bool) -> None:
        """Import what is needed, then run `value`, or what it comes to when it is an async factory's coroutine."""
        wire = self.wire
        wire.begin("runtime")
        prepared = self._prepare(value, unfinished)
        if prepared is None:
            return
        from lifespan_cli.probe.lifespan.driver import hide_present_task

        application, loop = prepared
        framework, packages = identify(value)
        wire.put("Identified", backend=self._options.backend, framework=framework, packages=packages)
        wire.end("ok")

        audit = Audit(wire)

        async def main() -> None:
            driven = application
            if self._options.measure:
                self._sampler.steps = steps_of(self._options.backend)
            self._heed_end_of_loop()
            hide_present_task()
            if unfinished:
                driven = await self._finish(module, attribute, value)
            if driven is not None:
                await self._live(driven, audit)
            self._living = False

        self._run_loop(main, loop)
        self._step_aside()
        audit.end_of_loop()
        if self._options.restart and self._up_and_down:
            self._restart(loop)
        self._step_back()

    def _prepare(self, value: "Any", unfinished: bool) -> "tuple[Any, dict[str, Any]] | None":
        """The application as it is called, and the backend's options; None where the backend cannot be used."""
        lender = Lender(self._options.borrow)
        if self._options.borrow:
            # Where anyio is lent, what it needs is lent too: the target's own may be too old for it.
            place = len(sys.meta_path) if PathFinder.find_spec("anyio", sys.path) else 0
            sys.meta_path.insert(place, lender)
        try:
            loop = self._import_backend()
            if loop is None:
                return None

            return (value if unfinished else self._single_callable(value)), loop
        except Exception as error:
            reason = f"{type_name(type(error))}: {text(error)}"
            self.wire.put(
                "Refused", message=f"{self._options.backend} does not work in the target's environment: {reason}"
            )
            return None
        finally:
            if lender in sys.meta_path:
                sys.meta_path.remove(lender)

    def _restart(self, backend_options: "dict[str, Any]") -> None:
        """The second life. It may end in the ways of the first."""
        from lifespan_cli.probe.lifespan.restart import live_again

        async def again() -> None:
            self._living = True
            if self._options.measure:
                self._sampler.steps = steps_of(self._options.backend)
            await live_again(self.wire, self._observer, self._driven)
            self._living = False

        self.wire.begin("restart")
        self._run_loop(again, backend_options)
        self.wire.phase = "exit"

    async def _live(self, application: "Any", audit: Audit) -> None:
        """The application's one life, with all that is to be seen of it from within the loop."""
        from lifespan_cli.probe.lifespan.driver import Lifespan
        from lifespan_cli.probe.lifespan.http_requests import Requests
        from lifespan_cli.probe.lifespan.middleware_depth import tell_depth

        spans = Spans(self.wire)
        registered = Registered(self.wire, spans)
        registered.look(application)
        paths = self._options.request
        visit = Requests(self.wire, self._observer, application, paths).send if paths else None
        life = Lifespan(self.wire, self._observer, application, self._options.hold_ns, visit)
        audit.begin()
        self._driven = application
        with spans:
            await life.run()
        self._up_and_down = life.up_and_down
        registered.tell()
        if life.silent:
            await tell_depth(self.wire, application)
        self._step_aside()
        await audit.end_of_lifespan()
        self._step_back()

    def _step_aside(self) -> None:
        """What follows is the tool's own: the exit of the application is not charged for it."""
        if self.wire.phase == "exit":
            self.wire.end("ok")

    def _step_back(self) -> None:
        if self.wire.phase == "exit":
            self.wire.begin("exit")

    def _import_backend(self) -> "dict[str, Any] | None":
        """Import the backend; its anyio options, or None when it is not installed where the target lives."""
        backend = self._options.backend
        if backend != "asyncio":
            try:
                __import__(backend)
            except ModuleNotFoundError:
                install = f"{sys.executable} -m pip install {backend}"
                self.wire.put("Refused", message=f"{backend} is not installed in the target's environment: {install}")
                return None
        __import__("anyio._backends._trio" if backend == "trio" else "anyio._backends._asyncio")
        return {"use_uvloop": True} if backend == "uvloop" else {}

    def _run_loop(self, main: "Any", backend_options: "dict[str, Any]") -> None:
        """Run the loop to its end. What comes out of it is the application's: a task that called sys.exit, say."""
        import anyio

        backend = "trio" if self._options.backend == "trio" else "asyncio"
        try:
            anyio.run(main, backend=backend, backend_options=backend_options)
        except BaseException as error:
            self._lose(error)

    def _heed_end_of_loop(self) -> None:
        """Tell of a loop that is ended under the application before what closes it cancels all that is left."""
        self._living = True
        if self._options.backend == "trio":
            return
        import asyncio

        loop = asyncio.get_running_loop()
        run = loop.run_until_complete

        def run_again(future: "Any") -> "Any":
            if not loop.is_running():  # whoever closes it: nobody else runs it once more
                self._lose(sys.exc_info()[1] or RuntimeError("the event loop was stopped"))
            return run(future)

        loop.run_until_complete = run_again  # type: ignore[method-assign]  # to see its end

    def _lose(self, error: BaseException) -> None:
        if self._living or self.wire.phase == "runtime":
            self._living = False
            self.wire.end("crashed")
            self.wire.raised(error, kind="lost")
            self.wire.begin("exit")

    def _single_callable(self, value: "Any") -> "Any":
        """The application as one callable with three arguments; asgiref bridges the double callable of ASGI 2."""
        if shape_of(value) != "asgi2":
            return value
        from asgiref.compatibility import double_to_single_callable

        return double_to_single_callable(value)  # type: ignore[no-untyped-call]  # asgiref has none

    async def _finish(self, module: "ModuleType", attribute: str, coroutine: "Awaitable[Any]") -> "Any":
        """The second part of phase resolve: what an async factory comes to, or None when that is no application."""
        wire = self.wire
        wire.begin("resolve")
        self._observer.awaitable = coroutine
        try:
            value = await coroutine
        except BaseException as error:
            wire.end("crashed")
            wire.raised(error)
            return None
        finally:
            self._observer.awaitable = None
        wire.end("ok")
        shape = shape_of(value)
        report_found(wire, module, attribute, value, shape, awaited=True)
        return self._single_callable(value) if shape in DRIVEN else None
