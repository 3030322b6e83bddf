"""The words for a stretch in which the event loop was blocked."""

from lifespan_cli.model import Block
from lifespan_cli.output import Style
from lifespan_cli.output.html.words import Words, place, share, when
from lifespan_cli.output.units import duration


def blocked_words(block: Block, whole_ns: int, style: Style) -> Words:
    """Of `whole_ns`, the time of its phase, the stretch took a share."""
    where = block.function
    if block.path is not None:
        where += f", {place(block.path, block.line, style)}"
    label = block.source or block.called or block.function
    rows = (
        f"the event loop was blocked for {duration(block.wall_ns)} ({share(block.wall_ns, whole_ns)})",
        label,
        where,
        f"called there: {block.called}" if block.called else "",
        when(block.at_ns, block.at_ns + block.wall_ns),
    )
    spots = ((block.path, block.line),) if block.path and block.line else ()
    return Words(label, "blocked", rows, spots)
