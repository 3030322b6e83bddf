"""Run → Life: which of all that was seen decides what a server does."""

from collections.abc import Sequence

from lifespan_cli.model import Failure, Message, Run
from lifespan_cli.servers.life import After, End, Life, Step, Unlike

_COMPLETE, _FAILED = "lifespan.startup.complete", "lifespan.startup.failed"
_SHUTDOWN = ("lifespan.shutdown.complete", "lifespan.shutdown.failed")
_UNREADABLE = ("bool", "bytearray", "bytes", "float", "int", "list", "NoneType", "set", "str", "tuple")
"""Types of messages which no server can ask for their "type"."""
_STEPS: tuple[Step, ...] = ("import", "resolve", "startup")


def read(run: Run, module: str, attribute: str, factory: bool) -> Life | None:
    """The run as a server sees it. None where the run does not tell: interrupted, or ended in a phase of its own."""
    if any(failure.phase in ("boot", "preload", "runtime") for failure in run.failures):
        return None
    found = _ending(run, module)
    if found is None:
        return None
    step, end, failure = found
    startup = run.phase("startup")
    sent = [message for message in run.messages if message.direction == "send"]
    outcome = _outcome(sent)
    return Life(
        module=module,
        attribute=(run.application and run.application.attribute) or attribute or "app",
        factory=factory,
        step=step,
        end=end,
        application=run.application,
        failure=failure,
        code=_code(failure, run) if failure and end in ("exits", "dies") else None,
        in_callback=failure is not None and "run_until_complete" in failure.traceback,
        refuses=startup is not None and startup.status == "unsupported",
        deaf=run.conduct.swallowed_cancellation,
        reason=_reason(outcome) if outcome and end == "failed" else "",
        unlike=_unlike(sent[: sent.index(outcome)] if outcome else sent),
        after=_after(failure, sent) if end == "complete" else "",
        at_once=run.conduct.ended_at_once,
        startup_ns=startup.wall_ns if startup else 0,
    )


def _ending(run: Run, module: str) -> tuple[Step, End, Failure | None] | None:
    """The step that a server does not come beyond, how that ends, and with which failure."""
    application, outcome = run.application, _outcome(run.messages)
    if outcome is not None:
        end: End = "complete" if outcome.type == _COMPLETE else "failed"
        return "startup", end, _failure(run, "startup", "hold")
    failure = _failure(run, *_STEPS)
    if failure is not None:
        step = next(step for step in _STEPS if step == failure.phase)
        return step, _end(failure, run, missing=failure.missing_module == module and failure.path is None), failure
    if application is None:
        return None
    if application.shape == "missing":
        return "resolve", "missing", None
    returned = run.conduct.ended_in == "startup"
    return ("startup", "returned", None) if returned else ("resolve", "unfit", None)


def _failure(run: Run, *phases: str) -> Failure | None:
    return next((failure for failure in run.failures if failure.phase in phases), None)


def _end(failure: Failure, run: Run, missing: bool) -> End:
    if failure.kind == "timeout":  # an event loop that can still run lets itself be told to cancel
        return "waits" if run.conduct.cancelled or run.conduct.ended_in else "blocks"
    if failure.kind == "exception":
        return "missing" if missing else "raised"
    if failure.kind == "lost":
        return "loses-loop"
    return "exits" if failure.type in ("SystemExit", "KeyboardInterrupt") else "dies"


def _code(failure: Failure, run: Run) -> int | None:
    """What a process ends with that lets the failure pass."""
    if run.exit.signal is not None:
        return -run.exit.signal
    if failure.type == "SystemExit":
        said = failure.message
        return int(said) & 0xFF if said.lstrip("-").isdigit() else 1 if said not in ("", "None") else 0
    return run.exit.code


def _outcome(messages: Sequence[Message]) -> Message | None:
    """The outcome of startup: the first counts, whatever was sent before it."""
    return next((item for item in messages if item.direction == "send" and item.type in (_COMPLETE, _FAILED)), None)


def _reason(outcome: Message) -> str | None:
    return outcome.message if outcome.fields.get("message", "str") == "str" else None


def _unlike(sent: Sequence[Message]) -> Unlike:
    for message in sent:
        if message.python_type != "dict":
            if message.python_type not in _UNREADABLE:
                return "mapping"
        elif message.type in _SHUTDOWN:
            return "shutdown"
        elif "type" in message.fields:
            return "unknown"
    return ""


def _after(failure: Failure | None, sent: Sequence[Message]) -> After:
    """What ended the application after startup.complete, where it was not its return."""
    if failure is None or failure.phase != "hold" or failure.kind == "timeout":
        return ""
    if failure.kind != "exception":
        return "dies"
    if not failure.from_probe:
        return "raised"
    if sent[-1].type in (_COMPLETE, _FAILED):
        return "complete" if sent[-1].type == _COMPLETE else "failed"
    return "unknown"
