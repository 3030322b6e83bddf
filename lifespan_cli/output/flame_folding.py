"""What makes a flame chart small enough to read: calls in libraries as one bar, and short bars as one. Pure."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from lifespan_cli.model import Frame
from lifespan_cli.output.flame import Bar, Chain, Few, Node

_WHOLLY = 0.98
"""The share of a library's frame that its only child must take for the two to be one bar."""


def fold_libraries(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """The tree with one node for all the calls in libraries between two lines of the application's.

    Below its last line only those are joined that do nothing but call the next: there the libraries do the work.
    """
    listed = list(nodes)
    return _folded(listed, _leading(listed))


def _folded(nodes: Iterable[Node], leading: set[int]) -> tuple[Node, ...]:
    result = []
    for node in nodes:
        frames, children = _calls(node, leading)
        item = Chain(tuple(frames)) if len(frames) > 1 else node.item
        result.append(replace(node, item=item, children=_folded(children, leading)))
    return tuple(result)


def _calls(node: Node, leading: set[int]) -> tuple[list[Frame], list[Node]]:
    """The frames that are one node with this one, outermost first, and what they lead to."""
    frames = [node.item] if isinstance(node.item, Frame) else []
    if not _of_library(node):
        return frames, list(node.children)
    children = []
    for child in node.children:
        joined = _of_library(child) and child.task is None
        if joined and (id(child) in leading if id(node) in leading else _is_only_call(child, node)):
            more, below = _calls(child, leading)
            frames += more
            children += below
        else:
            children.append(child)
    return frames, children


def _is_only_call(child: Node, node: Node) -> bool:
    return len(node.children) == 1 and child.total_ns >= _WHOLLY * node.total_ns


def _leading(nodes: Iterable[Node]) -> set[int]:
    """The identities of the nodes that have a line of the application's below them."""
    waiting, ordered = list(nodes), []
    while waiting:
        node = waiting.pop()
        ordered.append(node)
        waiting += node.children
    leading: set[int] = set()
    for node in reversed(ordered):
        if any(not _of_library(child) or id(child) in leading for child in node.children):
            leading.add(id(node))
    return leading


def _of_library(node: Node) -> bool:
    return isinstance(node.item, Frame) and not node.item.user


def fold(bars: Iterable[Bar], least_ns: int, depth: int) -> tuple[Bar, ...]:
    """The bars with neighbours shorter than `least_ns`, and whatever lies deeper than `depth`, drawn as one."""
    result: list[Bar] = []
    few: list[Bar] = []
    for bar in bars:
        drawn = bar.wall_ns >= least_ns and depth > 0
        if few and (drawn or bar.begin_ns - few[-1].end_ns > least_ns):
            result += _few(few, least_ns)
            few = []
        if drawn:
            result.append(replace(bar, children=fold(bar.children, least_ns, depth - 1)))
        else:
            few.append(bar)
    return (*result, *_few(few, least_ns))


def _few(bars: list[Bar], least_ns: int) -> list[Bar]:
    if not bars or bars[-1].end_ns - bars[0].begin_ns < least_ns:
        return []
    few = Few(sum(map(size, bars)), sum(bar.wall_ns for bar in bars))
    return [Bar(few, bars[0].begin_ns, bars[-1].end_ns)]


def size(bar: Bar) -> int:
    """How many bars there are in a tree."""
    return 1 + sum(size(child) for child in bar.children)


def lengths(bars: Iterable[Bar]) -> Iterator[int]:
    """The length of every bar in these trees."""
    for bar in bars:
        yield bar.wall_ns
        yield from lengths(bar.children)
