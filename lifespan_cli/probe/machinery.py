"""Which frames are nobody's business: the probe's own, the import system's, and the event loop's own machinery."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

_OURS = __file__.rpartition("/")[0] + "/"
_LOOPS = (
    "/asyncio/base_events.py",
    "/asyncio/events.py",
    "/asyncio/runners.py",
    "/asyncio/unix_events.py",
    "/selectors.py",
)
_SELECTOR_LOOP = "/asyncio/selector_events.py"


def is_ours(frame: "FrameType") -> bool:
    """The frame is the probe's own or the import system's."""
    path = frame.f_code.co_filename
    return path.startswith((_OURS, "<frozen importlib"))


def is_machinery(frame: "FrameType") -> bool:
    """The frame belongs to what runs tasks and callbacks, not to one of them."""
    path = frame.f_code.co_filename
    if path.startswith(_OURS) or path.endswith(_LOOPS):
        return True
    if path.endswith("/_core/_eventloop.py") and "anyio" in path:
        return True
    if path.endswith(("/anyio/_backends/_asyncio.py", "/anyio/_backends/_trio.py")):
        return frame.f_code.co_name in ("run", "wrapper", "_run_wrapped_task", "_run_coro")
    return "/trio/_core/" in path


def above_machinery(stack: "list[FrameType]") -> "list[FrameType]":
    """Of the loop thread's stack, innermost first, the frames of the task or callback that runs, outermost first.

    Empty while the loop waits for events or turns over its own queue.
    """
    frames = stack[::-1]
    for index, frame in enumerate(frames):
        if not is_machinery(frame):
            return [one for one in frames[index:] if not is_ours(one)]
    return []
