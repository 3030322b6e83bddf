"""Phase request: a GET for each path that was asked for, sent to the application as an ASGI scope, without a server.

Twice each: what the first answer takes longer than the second is what the application builds lazily. Sources: ASGI
specification, HTTP & WebSocket Message Format: Connection Scope, Request, Response Start and Body; Lifespan State.
"""

from urllib.parse import quote, unquote

from lifespan_cli.probe.clock import monotonic_ns
from lifespan_cli.probe.wire import describe_exception, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lifespan_cli.probe.control import Observer
    from lifespan_cli.probe.lifespan.backends import Event, Loop
    from lifespan_cli.probe.wire import Wire

SERVER_ERROR = 500
RESERVED = "/?:@!$&'()*+,;=%"
"""What may stand in a path or a query as it is (RFC 3986, 3.3 and 3.4), and what is encoded already."""


class Requests:
    """Sends them, one after another."""

    def __init__(
        self, wire: "Wire", observer: "Observer", application: "Any", paths: "list[str]", loop: "Loop"
    ) -> None:
        self._wire = wire
        self._loop = loop
        self._observer = observer
        self._application = application
        self._paths = paths

    async def send(self, state: "dict[Any, Any] | None") -> None:
        """Ask for every path; each request gets a shallow copy of the state, as a server gives it."""
        watched = self._observer.awaitable
        self._wire.begin("request")
        statuses = {"ok"}
        try:
            for path in self._paths:
                statuses.add(await self._visit(path, state))
        finally:
            self._observer.awaitable = watched
            self._wire.end(next(status for status in ("crashed", "failed", "ok") if status in statuses))

    async def _visit(self, path: str, state: "dict[Any, Any] | None") -> str:
        """Ask for one path, twice; the status that this gives to the phase."""
        first, second = Answer(self._loop.event()), Answer(self._loop.event())
        await self._ask(path, state, first)
        if first.error is None:
            await self._ask(path, state, second)
        self._wire.put(
            "Answered",
            path=text(path),
            status=first.status,
            complete=first.complete,
            wall_ns=first.wall_ns,
            again_ns=second.wall_ns if second.complete else None,
            exception=None if first.error is None else describe_exception(first.error),
        )
        if first.error is not None:
            return "crashed"
        return "ok" if first.complete and (first.status or 0) < SERVER_ERROR else "failed"

    async def _ask(self, path: str, state: "dict[Any, Any] | None", answer: "Answer") -> None:
        at_ns = monotonic_ns()
        try:
            self._observer.awaitable = self._application(_scope(path, state), answer.receive, answer.send)
            await self._observer.awaitable
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            answer.error = error
        finally:
            answer.wall_ns = (answer.ended_ns or monotonic_ns()) - at_ns


class Answer:
    """One request's end of the channels, and what came over them."""

    def __init__(self, over: "Event") -> None:
        self.status: int | None = None
        self.complete = False
        self.ended_ns = 0
        self.wall_ns = 0
        self.error: BaseException | None = None
        self._asked = False
        self._over = over

    async def receive(self) -> "dict[str, Any]":
        """The request without a body, and the end of the connection when the answer is complete."""
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: "dict[str, Any]") -> None:
        """The answer's start and its body."""
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            self.complete = True
            self.ended_ns = monotonic_ns()
            self._over.set()


def _scope(path: str, state: "dict[Any, Any] | None") -> "dict[str, Any]":
    place, _, query = path.partition("?")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote(place),
        "raw_path": quote(place, RESERVED, errors="surrogateescape").encode("ascii"),
        "query_string": quote(query, RESERVED, errors="surrogateescape").encode("ascii"),
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"accept", b"*/*"), (b"user-agent", b"lifespan-check")],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
    }
    if state is not None:
        scope["state"] = dict(state)
    return scope
