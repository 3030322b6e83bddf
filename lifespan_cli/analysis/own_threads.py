"""What the application wrote, without the threads of the tool in a dump of faulthandler's."""

import re
from collections.abc import Iterable, Iterator

from lifespan_cli.analysis.tracebacks import UserCode

_THREAD = re.compile(r"(Current thread|Thread) 0x[0-9a-f]+ .*\(most recent call first\):")
_CALL = re.compile(r'  File "(.*)", line (\d+|\?\?\?) in ')


def without_own_threads(lines: Iterable[str], user: UserCode) -> tuple[str, ...]:
    """The lines but for the stacks in which all calls are the tool's."""
    return tuple(line for block in _blocks(lines) if not _is_ours(block, user) for line in block)


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    """The stack of a thread with its heading and the empty line after it; any other line by itself."""
    block: list[str] = []
    for line in lines:
        continues = block and (_CALL.match(line) or not line.strip())
        if block and not continues:
            yield block
            block = []
        if continues or _THREAD.match(line):
            block.append(line)
        else:
            yield [line]
        if block and not line.strip():
            yield block
            block = []
    if block:
        yield block


def _is_ours(block: list[str], user: UserCode) -> bool:
    calls = [call[1] for line in block if (call := _CALL.match(line))]
    return bool(calls) and all(user.is_ours(user.absolute(path)) for path in calls)
