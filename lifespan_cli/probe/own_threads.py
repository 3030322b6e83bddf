"""The probe's own threads run nothing of the application's, and `threading` does not know them.

The garbage collector runs in whichever thread a collection becomes due, and with it finalizers of the application, that
must not find themselves in a thread that no server has. So it is off while one of our threads works, which gives up the
GIL for nobody; on Python 3.12 also in the very moment in which a thread has waited: there a collection may be due
already, and takes place after the next call that bytecode makes. Hence the wait, the question whether the collector is
on and its switching off are the steps of one iterator.
"""

import gc
from _thread import get_ident

from lifespan_cli.probe.internals.interpreter import forget_thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeVar

    T = TypeVar("T")


def rounds(waits: "Iterable[T]") -> "Iterator[tuple[T, bool, None]]":
    """What an iterator that waits yields, and whether the collector was on, which is off from then on.

    For threads of ours alone. Who takes a round has to end it with `end_round`. Nothing of `waits` may be Python code.
    """
    return zip(waits, iter(gc.isenabled, None), iter(gc.disable, 0), strict=False)


def end_round(was_enabled: bool) -> None:
    """The work of a round is done."""
    forget_thread(get_ident())  # a finalizer that ran here after all may have asked for its name
    if was_enabled:
        gc.enable()
