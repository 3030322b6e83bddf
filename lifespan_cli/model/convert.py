"""Plain values → records, from any thread."""

import threading
from typing import Any, TypeVar, overload

import msgspec

T = TypeVar("T")
_LOCK = threading.Lock()
"""msgspec reads the annotations of a record at its first use; a second thread that comes then finds half of them."""


@overload
def convert(data: Any, kind: type[T]) -> T: ...
@overload
def convert(data: Any, kind: Any) -> Any: ...
def convert(data: Any, kind: Any) -> Any:
    """The data as a value of that type. Raises msgspec.ValidationError with the place of what is not one."""
    with _LOCK:
        return msgspec.convert(data, kind)
