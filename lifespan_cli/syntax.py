"""Python source as syntax trees and as literals, one at a time.

CPython 3.11 and 3.12 fail with a SystemError where two threads build a syntax tree at once (python/cpython#106905).
"""

import ast
import threading
from typing import Any

_ONE = threading.Lock()


def literal(text: str) -> Any:
    """The value of a literal. Raises what `ast.literal_eval` does, MemoryError and RecursionError among it."""
    with _ONE:
        return ast.literal_eval(text)


def tree(source: str | bytes) -> ast.Module:
    """The syntax tree of a module. Raises what `ast.parse` does, MemoryError and RecursionError among it."""
    with _ONE:
        return ast.parse(source)
