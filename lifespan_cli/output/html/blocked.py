"""The words for a stretch in which the event loop was blocked: every line of it with its time."""

from lifespan_cli.model import Block, BlockLine
from lifespan_cli.output import Style
from lifespan_cli.output.html.words import Words, place, share, when
from lifespan_cli.output.units import duration


def blocked_words(block: Block, whole_ns: int, style: Style) -> Words:
    """The label names every line of the stretch, the longest first; its share is of `whole_ns`, its phase's time."""
    # reports of older versions name one line only
    lines = block.lines or (
        BlockLine(block.function, block.path, block.line, block.wall_ns, 0, block.called, block.source),
    )
    delay = f"{duration(block.delay_ns)} of it waiting for a processor" if block.delay_ns else ""
    rows = (
        f"the event loop was blocked for {duration(block.wall_ns)} ({share(block.wall_ns, whole_ns)})",
        *(f"{duration(line.wall_ns)}: {_what(line)}{_where(line, style)}" for line in lines),
        delay,
        when(block.at_ns, block.at_ns + block.wall_ns),
    )
    label = _what(lines[0]) if len(lines) == 1 else ", ".join(f"{_what(one)} {duration(one.wall_ns)}" for one in lines)
    spots = [(block.path, block.line), *((line.path, line.line) for line in lines)]
    return Words(label, "blocked", rows, tuple((path, line) for path, line in spots if path and line))


def _what(line: BlockLine) -> str:
    return line.source or line.called or line.function


def _where(line: BlockLine, style: Style) -> str:
    """` in build, shop/search.py:6`, the function unless it is named already."""
    where = place(line.path, line.line, style)
    within = f" in {line.function}" if _what(line) != line.function else ""
    called = f", which called {line.called}" if line.called and line.source and line.called not in line.source else ""
    return within + (f", {where}" if where else "") + called
