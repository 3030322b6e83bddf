"""Values of the records' annotations, for the tests of the wire and of JSON."""

import types
import typing
from collections.abc import Mapping

from hypothesis import strategies as st
from msgspec import Meta, Struct, structs

from lifespan_cli.model import Frame

# low surrogates, as undecodable bytes of a file's name become; a high and a low one would be read back as one character
NAMES = st.text(
    st.characters(exclude_categories=["Cs"]) | st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF), max_size=5
)


def values(hint: typing.Any, text: st.SearchStrategy[str], depth: int = 2) -> st.SearchStrategy[typing.Any]:
    """Values of an annotation of a record, all strings being of `text`, call trees no deeper than `depth`."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _bounded(arguments[0], arguments[1], text, depth)
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin in (types.UnionType, typing.Union):
        return st.one_of(values(option, text, depth) for option in arguments)
    if origin is tuple and arguments[-1] is ...:
        if arguments[0] is Frame and depth == 0:
            return st.just(())
        return st.lists(st.deferred(lambda: values(arguments[0], text, depth)), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*(values(argument, text, depth) for argument in arguments))
    if origin is Mapping:
        return st.dictionaries(values(arguments[0], text), values(arguments[1], text, depth), max_size=2)
    if isinstance(hint, type) and issubclass(hint, Struct):
        inner = depth - 1 if hint is Frame else depth
        hints = typing.get_type_hints(hint, include_extras=True)
        return st.builds(hint, **{item.name: values(hints[item.name], text, inner) for item in structs.fields(hint)})
    plain = st.none() | st.booleans() | st.integers() | text
    known = {str: text, bool: st.booleans(), int: st.integers(), type(None): st.none(), typing.Any: plain}
    return known[hint]


def _bounded(hint: typing.Any, meta: Meta, text: st.SearchStrategy[str], depth: int) -> st.SearchStrategy[typing.Any]:
    if hint is int:
        return st.integers(meta.ge, meta.le)
    if meta.pattern is not None:
        return st.from_regex(meta.pattern, fullmatch=True)
    return values(hint, text, depth).filter(lambda value: len(value) >= (meta.min_length or 0))
