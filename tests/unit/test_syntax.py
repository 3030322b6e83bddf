"""Several targets at once are read in several threads."""

import gc
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from lifespan_cli import syntax

NESTED = "(" * 60 + "1" + ",)" * 60
LINE = repr(("Sampled", {"rows": [(number, "function", f"/a/path/{number}.py") for number in range(300)]}))


def collected(phase, info):
    """What lets another thread run while a tree is built."""
    sum(range(100))


@pytest.fixture(autouse=True)
def threads_change_often():
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(5)
    gc.callbacks.append(collected)
    yield
    gc.callbacks.remove(collected)
    gc.set_threshold(*thresholds)
    sys.setswitchinterval(interval)


def test_threads_read_literals_at_once():
    with ThreadPoolExecutor(4) as pool:
        values = list(pool.map(syntax.literal, [LINE, NESTED] * 150))
    assert all(value == values[0] for value in values[::2])
    assert all(value == values[1] for value in values[1::2])


def test_threads_build_trees_at_once():
    with ThreadPoolExecutor(4) as pool:
        trees = list(pool.map(syntax.tree, [f"x = {LINE}", f"y = {NESTED}"] * 100))
    assert [type(tree.body[0]).__name__ for tree in trees] == ["Assign"] * 200
