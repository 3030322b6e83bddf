"""Where the time went, by value: call trees folded to the user's lines, costs, the chain, imports, top-level code."""

import pytest
from trees import APP, LIB, MAIN, MS, frame, imported, library, phase, run

from lifespan_cli.analysis import import_costs as importing
from lifespan_cli.analysis.import_costs import import_tree
from lifespan_cli.analysis.user_lines import package, steps


def folded(*frames, wall=100):
    return steps(phase("startup", wall, *frames))


def outline(found):
    return [(step.line, outline(step.children)) if step.children else step.line for step in found]


def split(step):
    """Own time as (own, waiting, computing, blocking), in milliseconds."""
    parts = step.own_ns, step.own_waiting_ns, step.own_cpu_ns, step.own_ns - step.own_waiting_ns - step.own_cpu_ns
    return tuple(part // MS for part in parts)


# folding


def test_library_frames_are_folded_under_the_users_line_that_entered_them():
    inner = frame(7, 30, function="connect")
    (step,) = folded(library("fastapi", "call", 100, frame(3, 100, library("pool", "open", 40, inner), waiting=100)))
    assert outline([step]) == [(3, [7])]
    assert (step.called, step.children[0].called) == ("pool: open", "")
    assert split(step) == (70, 70, 0, 0)


def test_what_is_called_is_the_package_that_took_longest():
    (step,) = folded(frame(3, 50, library("small", "a", 10), library("large", "b", 40)))
    assert step.called == "large: b"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"{LIB}/asyncpg/pool.py", "asyncpg"),
        (f"{LIB}/six.py", "six"),
        ("/usr/lib/python3/dist-packages/yaml/__init__.py", "yaml"),
        ("/usr/lib/python3.12/asyncio/tasks.py", "asyncio"),
        ("/usr/lib/python3.12/contextlib.py", "contextlib"),
        ("/opt/python3.12", "python3"),
        ("<frozen runpy>", "<frozen runpy>"),
        ("/opt/odd/name.py", "name"),
    ],
)
def test_the_package_of_a_path(path, name):
    assert package(path) == name


def test_a_line_reached_through_different_library_frames_is_one_line():
    twice = [library(name, "enter", 20, frame(3, 20, waiting=20, cpu=1, at=at)) for name, at in (("a", 40), ("b", 0))]
    (step,) = folded(*twice)
    assert (step.total_ns, step.waiting_ns, step.cpu_ns) == (40 * MS, 40 * MS, 2 * MS)
    assert (step.at_ns, step.until_ns) == (0, 60 * MS)


def test_steps_are_in_the_order_of_time():
    assert outline(folded(frame(9, 10, at=50), frame(4, 10, at=20), frame(7, 10, at=0))) == [7, 4, 9]


def test_a_librarys_time_under_no_line_of_the_users_is_told_when_it_is_large():
    inner = frame(3, 30, waiting=30)
    found = folded(library("litestar", "startup", 100, inner, waiting=80, cpu=15), library("quick", "call", 1))
    assert [(step.function, step.user, step.own_ns // MS) for step in found] == [
        ("lifespan", True, 30),
        ("litestar: startup", False, 70),
    ]
    assert split(found[1]) == (70, 50, 15, 5)


# own time


def test_own_time_leaves_out_the_children():
    (step,) = folded(frame(3, 100, frame(7, 60, waiting=50, cpu=5, function="connect"), waiting=70, cpu=20))
    assert split(step) == (40, 20, 15, 5)
    assert split(step.children[0]) == (60, 50, 5, 5)


def test_of_tasks_side_by_side_only_the_critical_one_is_taken_off():
    slow = frame(7, 80, waiting=80, function="warm", task="Task-3", width=1, at=0)
    fast = frame(8, 50, waiting=50, function="fill", task="Task-4", width=1, at=0, critical=False)
    (step,) = folded(frame(3, 100, slow, fast, waiting=90))
    assert split(step) == (20, 10, 0, 10)
    assert [child.critical for child in step.children] == [True, False]


def test_the_work_of_a_thread_is_waiting_for_whoever_awaits_it():
    load = frame(20, 90, cpu=80, function="load_model", task="asyncio_0")
    (step,) = folded(frame(3, 100, library("asyncio", "to_thread", 90, load, waiting=90), waiting=90, cpu=10))
    assert split(step) == (10, 0, 10, 0)
    assert (step.waiting_ns, split(step.children[0])) == (90 * MS, (90, 0, 80, 10))


def test_a_task_that_blocks_the_loop_blocks_whoever_awaits_it():
    blocking = frame(20, 90, cpu=10, function="fill", task="Task-3", width=1)
    (step,) = folded(frame(3, 100, blocking, waiting=10, cpu=10))
    assert split(step) == (10, 10, 0, 0)
    assert split(step.children[0]) == (90, 0, 10, 80)


def test_below_a_line_that_is_not_critical_the_time_in_which_any_of_its_tasks_was_there_is_taken_off():
    tasks = [
        frame(line, total, waiting=total, task=str(line), width=1, critical=False, at=at)
        for line, total, at in ((7, 30, 0), (8, 20, 20), (9, 10, 50))
    ]
    gathered = frame(3, 60, frame(6, 5, waiting=5, critical=False), *tasks, waiting=60, critical=False)
    (step,) = folded(gathered)
    assert (step.own_ns, step.own_critical_ns) == (5 * MS, 0)


def test_a_task_begins_at_the_first_line_of_the_users_in_it():
    wrapped = library("anyio", "run", 50, frame(7, 50, frame(9, 50)), task="Task-2", width=4)
    (step,) = folded(frame(3, 50, wrapped))
    (child,) = step.children
    assert (child.task, child.width, child.children[0].task) == ("Task-2", 4, None)


def test_tasks_of_one_line_at_one_time_are_told_apart():
    first = library("a", "run", 50, frame(7, 50, critical=False), task="one", width=2, lane=1, critical=False)
    second = library("b", "run", 80, frame(7, 80, at=10), task="two", width=3, lane=2, at=10)
    (step,) = folded(frame(3, 90, first, second))
    assert [(child.total_ns // MS, child.width, child.lane, child.critical) for child in step.children] == [
        (50, 2, 1, False),
        (80, 3, 2, True),
    ]
    assert step.own_ns == 10 * MS


def test_what_comes_after_a_task_in_its_lane_is_added():
    pair = [
        library(name, "run", 40, frame(7, 40, at=at), task=name, width=1, lane=1, at=at)
        for name, at in (("a", 0), ("b", 40))
    ]
    (child,) = folded(frame(3, 80, *pair))[0].children
    assert (child.total_ns, child.width) == (80 * MS, 1)


def test_a_task_at_several_lines_in_turn_has_both_in_its_lane():
    turns = [
        frame(line, 30, waiting=30, task="poll", width=1, lane=4, at=at, until=at + 50)
        for line, at in ((7, 0), (9, 10))
    ]
    (step,) = folded(frame(3, 60, *turns, waiting=60))
    assert [(child.line, child.total_ns // MS, child.lane) for child in step.children] == [(7, 30, 4), (9, 30, 4)]
    assert step.own_ns == 0


def test_a_line_has_what_a_thread_did_for_it_in_a_librarys_code():
    pool = library("pool", "run", 90, cpu=60, task="asyncio_0", width=0)
    (step,) = folded(frame(3, 100, library("asyncio", "to_thread", 90, pool, waiting=90), waiting=90, cpu=10))
    assert (step.own_ns, step.own_thread_ns, step.own_waiting_ns) == (100 * MS, 90 * MS, 90 * MS)
    assert step.own_cpu_ns == 70 * MS


@pytest.mark.parametrize("name", ["<lambda>", "startup.<locals>.<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>"])
def test_what_a_statement_runs_of_its_own_is_a_part_of_it(name):
    inner = frame(3, 80, frame(20, 30, function="load", cpu=30), cpu=30, function=name)
    (step,) = folded(frame(3, 100, library("builtins", "apply", 90, inner, cpu=30), cpu=40))
    assert outline([step]) == [(3, [20])]
    assert split(step) == (70, 0, 10, 60)


def test_a_lambda_of_another_line_is_a_line_of_its_own():
    assert outline(folded(frame(3, 100, frame(9, 80, function="<lambda>")))) == [(3, [9])]
    other = frame(3, 80, function="<lambda>", path="/srv/shop/other.py")
    assert outline(folded(frame(3, 100, other))) == [(3, [3])]


def test_a_comprehension_of_several_lines_is_a_part_of_its_statement_but_not_of_a_loop_around_it(tmp_path):
    file = tmp_path / "main.py"
    file.write_text("rows = [\n    load(x)\n    for x in names\n]\nfor x in names:\n    f = lambda: load(x)\n    f()\n")
    part = frame(2, 80, function="<listcomp>", path=str(file))
    assert outline(folded(frame(3, 100, part, path=str(file)))) == [3]
    own = frame(6, 80, function="<lambda>", path=str(file))
    assert outline(folded(frame(7, 100, own, path=str(file)))) == [(7, [6])]


# imports


def import_costs(the_run, phase):
    return importing.import_costs(the_run, phase)


def shop():
    """main.py imports fastapi, then db, which imports a driver; a plugin of the user's is imported by a library."""
    return [
        imported("shop.main", 1000, 100, path=None, line=None, user=True),
        imported("fastapi", 400, 300, parent="shop.main", depth=1, line=2),
        imported("pydantic", 100, 100, parent="fastapi", depth=2, path=f"{LIB}/fastapi/main.py"),
        imported("shop.db", 450, 60, parent="shop.main", depth=1, line=3, user=True),
        imported("driver", 390, parent="shop.db", depth=2, path="/srv/shop/db.py", cpu=40),
        imported("plugins", 50, 20, parent="shop.main", depth=1, line=4),
        imported("shop.plugin", 30, parent="plugins", depth=2, path=f"{LIB}/plugins.py", user=True),
        imported("lazy", 70, name="startup", line=30),
    ]


def test_the_tree_of_imports_is_by_cost():
    (root,) = import_tree(run(imports=shop()), "import")
    assert [node.entry.module for node in root.children] == ["shop.db", "fastapi", "plugins"]
    assert (root.modules, root.children[1].modules) == (7, 2)
    assert [node.entry.module for node in import_tree(run(imports=shop()), "startup")] == ["lazy"]
    assert import_tree(run(), "import") == ()


def test_costs_of_imports_are_libraries_whole_and_the_users_modules_alone():
    found = import_costs(run(imports=shop()), "import")
    assert [(cost.module, cost.wall_ns // MS, cost.modules, cost.user) for cost in found] == [
        ("fastapi", 400, 2, False),
        ("driver", 390, 1, False),
        ("shop.main", 100, 1, True),
        ("shop.db", 60, 1, True),
        ("shop.plugin", 30, 1, True),
        ("plugins", 20, 1, False),
    ]
    assert sum(cost.wall_ns for cost in found) == 1000 * MS
    assert (found[1].path, found[1].line, found[1].cpu_ns) == ("/srv/shop/db.py", 1, 40 * MS)


def test_a_module_counts_once_however_often_it_was_tried_and_one_that_failed_does_not():
    entries = (
        imported("fastapi", 50, 10),
        imported("ujson", 10, parent="fastapi", depth=1, failed=True),
        imported("json", 20, parent="fastapi", depth=1),
        imported("json", 10, parent="fastapi", depth=1),
        imported("json", 10),
    )
    shown = run(phase("import", 100), imports=entries)
    assert [node.modules for node in import_tree(shown, "import")] == [2, 0]
    assert [(cost.module, cost.modules) for cost in import_costs(shown, "import")] == [("fastapi", 2), ("json", 0)]


def test_imports_of_several_threads_do_not_get_into_each_other():
    mixed = [
        imported("a", 100, 10, path=MAIN),
        imported("other", 80, 20, path="/srv/shop/thread.py"),
        imported("a.inner", 90, parent="a", depth=1),
        imported("other.inner", 60, parent="other", depth=1),
    ]
    nodes = import_tree(run(imports=mixed), "import")
    assert [(node.entry.module, [inner.entry.module for inner in node.children]) for node in nodes] == [
        ("a", ["a.inner"]),
        ("other", ["other.inner"]),
    ]


def test_an_import_whose_parent_belongs_to_another_phase_is_a_root():
    entries = [imported("outer", 9, name="import"), imported("inner", 5, parent="outer", depth=1, name="startup")]
    assert [node.entry.module for node in import_tree(run(imports=entries), "startup")] == ["inner"]


# top-level code


def module(line, total, *children, path="/srv/shop/db.py", **other):
    return frame(line, total, *children, path=path, function="<module>", **other)


DB = imported("shop.db", 450, 300, parent="shop.main", depth=1, line=3, user=True)
DRIVER = imported("driver", 150, parent="shop.db", depth=2, path="/srv/shop/db.py", line=1)


def work(*frames, passed_over=()):
    imports = phase("import", 500, frame(3, 450, *frames, function="<module>"))
    return importing.module_work(run(imports, imports=[DB, DRIVER]), DB, passed_over)


def test_top_level_code_is_the_modules_lines_but_its_imports():
    connects = module(9, 200, library("driver", "connect", 200), cpu=5, source="POOL = connect()")
    found = work(module(1, 150), module(8, 90, cpu=90), connects)
    assert (found.wall_ns, found.cpu_ns) == (290 * MS, 95 * MS)
    assert (found.longest.line, found.longest.wall_ns, found.longest.source) == (9, 200 * MS, "POOL = connect()")
    both = phase("import", 500, module(1, 150), module(9, 200), module(8, 50), module(9, 20))
    lines = importing.top_level_lines(run(both, imports=[DB, DRIVER]), DB)
    assert [(line.line, line.wall_ns) for line in lines] == [(9, 220 * MS), (8, 50 * MS)]


def test_a_module_takes_no_longer_than_its_own_code():
    assert work(module(9, 400)).wall_ns == DB.self_ns


def test_a_module_that_no_sample_met_did_nothing_that_is_known():
    assert work() is None
    assert work(module(1, 150)) is None
    assert work(frame(9, 100, path="/srv/shop/db.py", function="connect")) is None


def test_imports_further_down_do_not_count():
    lazily = frame(30, 90, library("driver", "<module>", 80, cpu=70), path="/srv/shop/db.py", function="load", cpu=75)
    found = work(module(9, 100, lazily, cpu=80))
    assert (found.wall_ns, found.cpu_ns) == (20 * MS, 10 * MS)
    asked = frame(1, 90, path="/srv/shop/db.py", function="<module>")  # the import statement, within exec()
    assert work(module(9, 100, asked)).wall_ns == 10 * MS


def test_packages_passed_over_do_not_count_wherever_they_are_entered():
    routes = frame(40, 95, library("fastapi", "include_router", 90, frame(50, 60)), function="create_app")
    assert work(module(9, 100, routes)).wall_ns == 100 * MS
    assert work(module(9, 100, routes), passed_over={"fastapi"}).wall_ns == 10 * MS


def test_an_application_in_an_odd_place_has_no_top_level_code_that_is_known():
    hidden = imported("x", 300, user=True, file=None)
    the_run = run(phase("import", 500, module(9, 100)), imports=[hidden], app=APP)
    assert importing.module_work(the_run, hidden, ()) is None
