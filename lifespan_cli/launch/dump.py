"""What faulthandler writes, read back into stacks: the one witness when no Python can run in the probe."""

import re

from lifespan_cli.model.events import WireStack

CURRENT = "MainThread"
_HEAD = re.compile(r"(Current thread|Thread) (0x[0-9a-f]+)")
_CALL = re.compile(r'  File "(.*)", line (\d+) in (.*)$')


def parse_dump(dump: bytes) -> tuple[WireStack, ...]:
    """The stacks in the form of `events.Stacks.stacks`: outermost call first, the thread that got the signal first."""
    stacks: list[tuple[str, list[tuple[str, str, int]]]] = []
    for line in dump.decode("utf-8", "backslashreplace").splitlines():
        if head := _HEAD.match(line):
            stacks.append((CURRENT if head[1] == "Current thread" else f"thread {head[2]}", []))
        elif stacks and (call := _CALL.match(line)):
            stacks[-1][1].append((call[3], call[1], int(call[2])))
    stacks.sort(key=lambda stack: stack[0] != CURRENT)
    return tuple(("thread", name, tuple(calls[::-1])) for name, calls in stacks)
