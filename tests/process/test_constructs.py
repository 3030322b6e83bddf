"""What a coroutine waits for in each construct of asyncio's is charged alike in every interpreter."""

import ast
import subprocess

from conftest import TESTS

CHARGED = {
    "shield": ["shield", "wait"],
    "shield_of_a_task": ["shield_of_a_task", "wait"],
    "gather": ["gather", "wait", "wait"],
    "gather_in_gather": ["gather_in_gather", "wait", "wait"],
    "shield_of_gather": ["shield_of_gather", "wait", "wait"],
    "wait_for": ["wait_for", "wait"],
    "wait_for_a_coroutine_that_gathers": ["wait_for_a_coroutine_that_gathers", "gather_in_gather", "wait", "wait"],
    "wait_for_shield": ["wait_for_shield", "wait"],
    "wait_for_several": ["wait_for_several", "wait", "wait"],
    "as_completed": ["as_completed", "wait", "wait"],
    "as_completed_through_another_iterator": ["as_completed_through_another_iterator", "wait", "wait"],
    "as_completed_of_an_async_generator": ["as_completed_of_an_async_generator", "results", "wait", "wait"],
    "task": ["task", "wait"],
    "async_for": ["async_for", "rows", "wait"],
    "anext_with_default": ["anext_with_default", "rows", "wait"],
    "thread": ["thread", "block"],
    "shield_of_a_thread": ["shield_of_a_thread", "block"],
    "future_with_a_callback_that_knows_other_futures": ["future_with_a_callback_that_knows_other_futures"],
}
SINCE = {
    (3, 11): {"timeout": ["timeout", "wait"], "task_group": ["task_group", "wait", "wait"]},
    (3, 12): {"eager_tasks": ["eager_tasks", "wait", "wait"]},
    (3, 13): {"async_for_as_completed": ["async_for_as_completed", "wait", "wait"]},
}


def run(python: str, *words: str) -> str:
    return subprocess.run([python, *words], capture_output=True, text=True, check=True, timeout=60).stdout


def test_what_is_waited_for_is_charged_once(python: str) -> None:
    version = ast.literal_eval(run(python, "-c", "import sys; print(sys.version_info[:2])"))
    expected = CHARGED | {name: path for since, new in SINCE.items() if version >= since for name, path in new.items()}
    seen, not_measured = ast.literal_eval(run(python, str(TESTS / "constructs.py")))
    assert seen == {name: [(function, 60) for function in path] for name, path in expected.items()}
    assert not_measured == []
