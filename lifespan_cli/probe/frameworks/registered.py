"""What the framework has registered for the lifespan, also of mounted applications, and what of it really ran.

Nothing is guessed from attributes alone: a context counts as entered when contextlib's class was seen to enter it
(`spans`), a handler as called when the framework took it out of its list to call it. The lists are replaced by ones
that take note; the functions themselves stay as they are, so that no frame of ours stands in a traceback. Starlette and
FastAPI keep a router with `lifespan_context`, `on_startup`, `on_shutdown`, and mount applications as routes.
"""

from time import monotonic_ns

from lifespan_cli.probe.wire import text, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType
    from typing import Any

    from lifespan_cli.probe.frameworks.context_managers import Spans
    from lifespan_cli.probe.wire import Wire

MOST_REGISTERED = 500
DEEPEST = 10
INNER = ("app", "_app", "asgi_app", "application", "_application", "inner", "wrapped", "middleware_stack")
"""Under what a middleware keeps the application that it wraps, and Starlette its own stack."""
MERGED = ("original_context", "nested_context")
"""FastAPI's `include_router` merges two lifespans into a function that holds both."""
EVENTS = ("startup", "shutdown")
MOUNTS = {"Mount", "Host"}


class Taken(list):  # type: ignore[type-arg]  # of anything
    """A list of handlers that notes which of them were taken to be called, and how long each kept the caller."""

    def __init__(self, handlers: "Any", calls: "dict[int, list[int]]") -> None:
        super().__init__(handlers)
        self._calls = calls

    def __iter__(self) -> "Iterator[Any]":
        for handler in list.__iter__(self):
            at_ns = monotonic_ns()
            times = self._calls.setdefault(id(handler), [])
            times.append(-at_ns)
            try:
                yield handler
            finally:
                times[-1] = monotonic_ns() - at_ns


class Called:
    """Stands for a lifespan that is no function of contextlib's, a class say, and notes how often it was asked for."""

    def __init__(self, context: "Any", calls: "dict[int, int]") -> None:
        self._context = context
        self._counts = calls

    def __call__(self, app: "Any") -> "Any":
        self._counts[id(self._context)] = self._counts.get(id(self._context), 0) + 1
        return self._context(app)

    def __getattr__(self, name: str) -> "Any":
        return getattr(self._context, name)


class Registered:
    """Looks an application over before its startup, and tells afterwards what ran."""

    def __init__(self, wire: "Wire", spans: "Spans") -> None:
        self._wire = wire
        self._spans = spans
        self._contexts: list[tuple[str, Any]] = []
        self._handlers: list[tuple[str, str, Any, bool]] = []
        self._calls: dict[int, list[int]] = {}
        self._asked: dict[int, int] = {}
        self._seen: set[int] = set()

    def look(self, application: "Any") -> None:
        """Find all that is registered: nothing in an application that does not let itself be looked over."""
        try:
            for app in layers(application):
                self._look_at(app, "", 0)
        except Exception:
            self._contexts, self._handlers = [], []

    def _look_at(self, app: "Any", mount: str, depth: int) -> None:
        router = getattr(app, "router", app)
        if id(router) in self._seen or depth > DEEPEST:
            return
        self._seen.add(id(router))
        if hasattr(router, "lifespan_context"):
            leaves = list(_leaves(router.lifespan_context, 0))
            routers = [leaf._router for leaf in leaves if hasattr(leaf, "_router")]
            self._contexts.extend((mount, leaf) for leaf in leaves if _function(leaf) is not None)
            if not hasattr(router.lifespan_context, "_router") and _function(router.lifespan_context) is None:
                self._contexts.append((mount, router.lifespan_context))
                router.lifespan_context = Called(router.lifespan_context, self._asked)
            for one in [router, *(other for other in routers if other is not router)]:
                self._watch(one, mount, ignored=one not in routers)
        for route in list(getattr(router, "routes", None) or [])[:MOST_REGISTERED]:
            inner = getattr(route, "app", None)
            if inner is not None and MOUNTS & {base.__name__ for base in type(route).__mro__}:
                where = mount + str(getattr(route, "path", "") or getattr(route, "host", ""))
                for layer in layers(inner):
                    self._look_at(layer, where or "/", depth + 1)

    def _watch(self, router: "Any", mount: str, ignored: bool) -> None:
        for event in EVENTS:
            handlers = getattr(router, f"on_{event}", None)
            if isinstance(handlers, list) and handlers and not isinstance(handlers, Taken):
                self._handlers.extend((mount, event, handler, ignored) for handler in handlers)
                setattr(router, f"on_{event}", Taken(handlers, self._calls))

    def tell(self) -> None:
        """Write what was registered and what of it ran."""
        rows = []
        for mount, context in self._contexts[:MOST_REGISTERED]:
            function = _function(context)
            entered, left = self._spans.counts.get(id(function), (0, 0))
            if function is None:
                entered = left = self._asked.get(id(context), 0) or int(self._is_entered_otherwise(context))
            rows.append(_row("lifespan", mount, function or _unwrapped(context), entered, left, 0))
        for mount, event, handler, ignored in self._handlers[:MOST_REGISTERED]:
            times = self._calls.get(id(handler), [])
            spent_ns = sum(time for time in times if time > 0)
            rows.append(_row(f"ignored {event}" if ignored else event, mount, handler, len(times), 0, spent_ns))
        if rows:
            self._wire.put("Registered", rows=tuple(rows))

    def _is_entered_otherwise(self, context: "Any") -> bool:
        """Nobody asked for it, but what it would have entered was entered all the same, as far as names tell.

        So it is with the session manager of an MCP server, of which a mounted application's lifespan is a mere lambda.
        """
        entered = self._spans.entered
        code = getattr(context, "__code__", None)
        asks_for = {function.__name__ for function in entered} & set(getattr(code, "co_names", ()))
        named_by = {name for function in entered for name in function.__code__.co_names}
        return bool(asks_for) or getattr(context, "__name__", "") in named_by


def layers(application: "Any") -> "list[Any]":
    """The application and those that it wraps, outermost first: middleware, down to the framework's own."""
    found: list[Any] = []
    while application is not None and len(found) < DEEPEST * 2 and not any(application is one for one in found):
        found.append(application)
        application = _inner(application)
    return found


def _inner(application: "Any") -> "Any":
    values = getattr(application, "__dict__", {})
    for name in INNER:
        if callable(values.get(name)) and not isinstance(values.get(name), type):
            return values[name]
    code, closure = getattr(application, "__code__", None), getattr(application, "__closure__", None)
    for name, cell in zip(getattr(code, "co_freevars", ()), closure or (), strict=False):  # a wrapper may lack either
        if name in INNER and callable(cell.cell_contents):
            return cell.cell_contents
    return None


def _leaves(context: "Any", depth: int) -> "Iterator[Any]":
    """The lifespans that a merged one is made of."""
    function = _function(context)
    names = getattr(getattr(function, "__code__", None), "co_freevars", ())
    if depth < 100 and all(name in names for name in MERGED):
        cells = dict(zip(names, function.__closure__ or (), strict=False))
        for name in MERGED:
            yield from _leaves(cells[name].cell_contents, depth + 1)
    else:
        yield context


def _function(context: "Any") -> "Any":
    """The generator function behind `@asynccontextmanager`; None for any other kind of context manager."""
    function = getattr(getattr(context, "func", context), "__wrapped__", None)  # a partial's, too
    code = getattr(function, "__code__", None)
    is_async_generator = bool(getattr(code, "co_flags", 0) & 0x200)
    return function if is_async_generator else None


def _unwrapped(context: "Any") -> "Any":
    """What the user wrote: a class, or the function that the framework has wrapped."""
    return getattr(context, "__wrapped__", context)


def _code(function: "Any") -> "CodeType | None":
    """The code of a function or method; of a class, or of an object that is called, that of what is run first."""
    owners = (getattr(function, "__func__", function), getattr(function, "__aenter__", None))
    for owner in (*owners, getattr(type(function), "__call__", None)):  # noqa: B004  # the method is wanted
        code: CodeType | None = getattr(owner, "__code__", None)
        if code is not None:
            return code
    return None


def _row(kind: str, mount: str, function: "Any", ran: int, left: int, wall_ns: int) -> "tuple[Any, ...]":
    """The columns of `events.Registered`."""
    code = _code(function)
    name = getattr(function, "__qualname__", None)
    return (
        kind,
        text(mount, 200),
        text(name, 200) if isinstance(name, str) else type_name(type(function)),
        text(code.co_filename) if code else None,
        code.co_firstlineno if code else None,
        ran,
        left,
        wall_ns,
    )
