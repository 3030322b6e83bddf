"""What an awaitable without a frame stands for: the tasks, and the work in threads, that somebody waits for there.

Found in what the libraries keep: a task's coroutine, and what `internals.awaiting` knows.
"""

from lifespan_cli.probe.internals.awaiting import QueueWay, completing, gathered, sources
from lifespan_cli.probe.loading.server_imports import standard_if_loaded
from lifespan_cli.probe.sampler.await_chain import awaited_frames
from lifespan_cli.probe.sampler.frames import SHIFT, meet, met, place_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType
    from typing import Any

    from lifespan_cli.probe.sampler.frames import Place

    Joined = tuple[Any, Any, int]

MOST_JOINED = 64
LOOKED_BACK = 4
"""How many frames above the innermost one may hold what is waited for."""


def joined(awaitable: "Any", frames: "list[FrameType]", leaf: "Any") -> "list[Any]":
    """The futures and tasks that are waited for in the innermost of `frames`, or that `leaf` stands for."""
    return counted(awaitable, frames, leaf)[0]


def counted(awaitable: "Any", frames: "list[FrameType]", leaf: "Any", runs: "Any" = None) -> "tuple[list[Any], int]":
    """The futures and tasks waited for in the innermost of `frames`, or that `leaf` stands for, and how many there are.

    The frames are those of what `awaitable` awaits. Of very many only some are in the list, and among them `runs`, the
    task that the thread runs, if it is one of them.
    """
    for frame in reversed(frames[-LOOKED_BACK:]):
        way = place_of(frame).holds
        held = None if way is None else way.follow(frame)
        if type(way) is QueueWay:
            passed: list[Any] = []
            for _ in awaited_frames(awaitable, passed):
                pass
            held = completing(passed, held)
        if held is not None:
            return _pending(held if isinstance(held, (set, list, tuple, frozenset)) else [held], runs)
    if leaf is None:
        return [], 0
    children = gathered(leaf)
    if children is not None:
        return _pending(children, runs)
    if hasattr(leaf, "get_coro"):
        return [leaf], 1
    return _pending(sources(leaf), runs)


def waited_for(
    awaitable: "Any", frames: "list[FrameType]", leaf: "Any", weight: int, runs: "Any"
) -> "tuple[list[Joined], bool]":
    """What `counted` finds, of each that is a task its coroutine, and for how many of all, times `weight`, it stands.

    A future of several, as gather's in a gather, is replaced by these. Where nothing is found, it is `leaf` without a
    coroutine. The second value tells whether there are too many to be told apart.
    """
    found: list[Joined] = []
    crowded = False
    seen: set[int] = set()
    left = [(awaitable, frames, leaf, weight)]
    while left:
        awaitable, frames, leaf, weight = left.pop()
        try:
            items, count = counted(awaitable, frames, leaf, runs)
        except BaseException:  # whatever an object of the application's does when it is looked at
            items, count = [], 0
        if not items:
            found.append((leaf, None, weight))
            continue
        crowded |= count > len(items)
        each, rest = divmod(weight * count, len(items))
        for number, item in enumerate(items):
            share = each + (number < rest)
            coroutine = coroutine_of(item)
            if coroutine is not None:
                found.append((item, coroutine, share))
            elif id(item) not in seen:  # a future may, by way of others, wait for itself
                seen.add(id(item))
                left.append((None, [], item, share))
    return found, crowded


def _pending(items: "Iterable[Any]", runs: "Any") -> "tuple[list[Any], int]":
    """Those that are not done: of very many the first and the last, since the last to finish is what delays."""
    waiting = [item for item in list(items) if item is not None and not _done(item)]
    count = len(waiting)
    if count > MOST_JOINED:
        half = MOST_JOINED // 2
        waiting[half:-half] = [item for item in waiting[half:-half] if item is runs]
    return waiting, count


def _done(item: "Any") -> bool:
    done = getattr(item, "done", None)
    return bool(done()) if callable(done) else False


def coroutine_of(item: "Any") -> "Any":
    """The coroutine that a task of asyncio or trio, or a task handle of anyio's, runs; or None."""
    try:
        get_coroutine = getattr(item, "get_coro", None)
        return get_coroutine() if callable(get_coroutine) else getattr(item, "coro", None)
    except Exception:  # a task of the application's own making
        return None


def name_of(item: "Any") -> str:
    """A task's name; that of its class when it does not tell."""
    try:
        get_name = getattr(item, "get_name", None)
        return str(get_name() if callable(get_name) else getattr(item, "name", ""))
    except Exception:  # as above
        return type(item).__name__


def busy_workers(threads: "dict[int, FrameType]") -> "list[tuple[int, Any, list[Place]]]":
    """The threads that work for a coroutine somewhere: what the frame that waits for one has, too, and their stacks.

    Of each stack the places, innermost first.
    """
    found = []
    for ident, innermost in threads.items():
        frame: FrameType | None = innermost
        held, places = None, []
        while frame is not None:
            place = met(id(frame.f_code) + (frame.f_lasti << SHIFT)) or meet(frame)
            places.append(place)
            if held is None and place.works:
                held = place.works.follow(frame)
            frame = frame.f_back
        if held is not None:
            found.append((ident, held, places))
    return found


def awaited_work(frames: "list[FrameType]", leaf: "Any") -> "list[Any]":
    """What a thread that does the work waited for has, too; empty where no thread's work is waited for."""
    work = [one for one in (leaf, *sources(leaf)) if _is_of_executor(one)]
    work += [way.follow(frame, leaf) for frame in frames[-LOOKED_BACK:] if (way := place_of(frame).hands) is not None]
    return work


def _is_of_executor(future: "Any") -> bool:
    futures: Any = standard_if_loaded("concurrent.futures")
    return futures is not None and issubclass(type(future), futures.Future)
