"""Rules LS201, LS202, LS211 and LS212: by value."""

import pytest
from msgspec.structs import replace
from trees import LIB, MAIN, MS, frame, imported, library, phase, run

from lifespan_cli import rules
from lifespan_cli.analysis.diagnosis import diagnose
from lifespan_cli.model import Finding, NotMeasured
from lifespan_cli.model.diagnosis import Growth, Regression
from lifespan_cli.probe import internals
from lifespan_cli.rules import Budgets, Case

MB = 1_000_000
POOL = frame(12, 700, source="pool = await create_pool(URL)", waiting=700, cpu=2)


def up(startup=800, *frames, import_=400, shutdown=60, imports=(), status="ok"):
    return run(
        phase("boot", 5000),
        phase("preload", 5000),
        phase("import", import_, at=20),
        phase("resolve", 10),
        phase("runtime", 5000),
        phase("startup", startup, *frames, status=status, at=500),
        phase("shutdown", shutdown, at=2000),
        phase("exit", 5000),
        imports=imports,
    )


def judged(*runs, **budgets) -> tuple[Finding, ...]:
    codes = ("LS201", "LS202", "LS211", "LS212")
    case = Case("shop.main:app", runs[0], diagnose(runs[:1]), repeated=runs[1:] and runs, budgets=Budgets(**budgets))
    return rules.apply(case, select=codes)


def only(*runs, **budgets) -> Finding:
    (finding,) = judged(*runs, **budgets)
    return finding


def with_costs(the_run, **costs):
    """The run with these costs of its phases: CPU time in ms, or memory in MB."""
    unit = {"cpu_ns": MS, "rss_delta_bytes": MB}
    ((field, values),) = costs.items()
    phases = [replace(one, **{field: values[one.name] * unit[field]}) for one in the_run.phases if one.name in values]
    return replace(the_run, phases=tuple(phases))


# LS201: wall time


def test_nothing_is_judged_that_was_not_asked_for():
    assert judged(up(999_999, import_=999_999)) == ()


@pytest.mark.parametrize(
    ("budget", "limit", "says", "option"),
    [
        ("startup_ns", 500, "startup takes 800 ms, 300 ms over the budget of 500 ms", "--max-startup"),
        ("import_ns", 300, "import takes 400 ms, 100 ms over the budget of 300 ms", "--max-import"),
        ("shutdown_ns", 50, "shutdown takes 60 ms, 10 ms over the budget of 50 ms", "--max-shutdown"),
        (
            "total_ns",
            1000,
            "start and stop together take 1.27 s, 270 ms over the budget of 1.00 s",
            "--max-total",
        ),
    ],
)
def test_by_how_much_a_budget_is_exceeded(budget, limit, says, option):
    finding = only(up(), **{budget: limit * MS})
    assert (finding.code, finding.severity, finding.message) == ("LS201", "error", says)
    assert finding.hint == f"Spend less, or raise {option}."


@pytest.mark.parametrize("budget", ["startup_ns", "import_ns", "shutdown_ns", "total_ns"])
def test_what_a_budget_allows_may_be_used_up(budget):
    walls = {"startup_ns": 800, "import_ns": 400, "shutdown_ns": 60, "total_ns": 1270}
    assert judged(up(), **{budget: walls[budget] * MS}) == ()
    assert len(judged(up(), **{budget: walls[budget] * MS - 1})) == 1


def test_the_line_that_took_longest_is_named():
    finding = only(up(800, POOL, frame(14, 100, source="await warm()")), startup_ns=500 * MS)
    assert finding.message == (
        "startup takes 800 ms, 300 ms over the budget of 500 ms; the dearest is `pool = await create_pool(URL)`, 700 ms"
    )
    assert (finding.path, finding.line, finding.phase) == (MAIN, 12, "startup")
    assert "raise --max-startup" in finding.hint


def test_the_import_that_took_longest_is_named_with_the_line_that_asked_for_it():
    imports = [
        imported("shop.main", 400, 20, user=True),
        imported("torch", 300, 10, parent="shop.main", depth=1, line=3),
        imported("torch.nn", 290, parent="torch", depth=2, path=f"{LIB}/torch/__init__.py"),
    ]
    finding = only(up(imports=imports), import_ns=100 * MS)
    assert finding.message.endswith("; the dearest is importing torch, 300 ms")
    assert (finding.path, finding.line, finding.phase) == (MAIN, 3, "import")


def test_of_all_phases_together_the_dearest_thing_of_any_is_named():
    the_run = up(800, POOL, imports=[imported("torch", 300, line=3)])
    assert only(the_run, total_ns=MS).line == 12
    closing = run(phase("startup", 10), phase("shutdown", 900, frame(20, 900, source="await drain()"), at=100))
    assert only(closing, total_ns=MS).phase == "shutdown"


def test_a_library_without_a_line_of_the_users_is_named_by_its_function():
    finding = only(up(800, library("asyncpg", "create_pool", 700)), startup_ns=MS)
    assert "; the dearest is `asyncpg: create_pool`, 700 ms" in finding.message


def test_of_several_runs_the_median_is_judged():
    runs = [up(900), up(300), up(1000)]
    finding = only(*runs, startup_ns=500 * MS)
    assert finding.message == "startup takes 900 ms, 400 ms over the budget of 500 ms (median of 3 runs)"
    assert judged(*runs, startup_ns=900 * MS) == ()
    assert only(up(300), up(900), startup_ns=500 * MS).message.startswith("startup takes 600 ms")


@pytest.mark.parametrize("status", ["crashed", "failed", "timeout", "killed"])
def test_a_phase_that_did_not_end_well_is_told_by_another_rule(status):
    assert judged(up(9000, status=status), startup_ns=MS, total_ns=MS) == ()
    assert only(up(9000, status=status), import_ns=MS).phase is None
    assert only(up(9000, status=status), up(700), startup_ns=500 * MS).message.startswith("startup takes 700 ms")


def test_an_application_without_a_lifespan_has_a_total_too():
    the_run = run(phase("import", 900), phase("startup", 1, status="unsupported"))
    assert only(the_run, total_ns=500 * MS).message.startswith("start and stop together take 901 ms")


# LS201: CPU time and memory


def test_cpu_time_counts_until_startup_is_complete_and_waiting_costs_none():
    busy = frame(14, 100, source="parse(schema)", cpu=100)
    the_run = with_costs(up(800, POOL, busy), cpu_ns={"import": 300, "startup": 150, "shutdown": 900})
    finding = only(the_run, cpu_ns=400 * MS)
    assert finding.message == (
        "450 ms of CPU time until startup is complete, 50 ms over the budget of 400 ms; "
        "the dearest is `parse(schema)`, 100 ms"
    )
    assert (finding.line, finding.phase) == (14, "startup")
    assert judged(the_run, cpu_ns=450 * MS) == ()


def test_an_import_that_computes_is_dearer_than_one_that_waits():
    imports = [imported("slow", 300, cpu=10, line=3), imported("busy", 90, cpu=90, line=4)]
    the_run = with_costs(up(imports=imports), cpu_ns={"import": 100})
    assert "the dearest is importing busy, 90 ms" in only(the_run, cpu_ns=MS).message


def test_memory_counts_until_startup_is_complete():
    the_run = with_costs(up(), rss_delta_bytes={"import": 150, "startup": 100, "shutdown": 900})
    finding = only(the_run, memory_bytes=200 * MB)
    assert finding.message == ("memory grows by 250 MB until startup is complete, 50 MB over the budget of 200 MB")
    assert (finding.path, finding.phase, finding.hint) == (None, None, "Spend less, or raise --max-memory.")
    assert judged(the_run, memory_bytes=250 * MB) == ()
    large = with_costs(up(), rss_delta_bytes={"import": 2500})
    assert (
        "2500 MB until startup is complete, 1500 MB over the budget of 1000 MB"
        in only(large, memory_bytes=1000 * MB).message
    )


@pytest.mark.parametrize(("limit", "says"), [(20, "20 B"), (340_000, "340 kB"), (1_500_000, "1.5 MB")])
def test_small_amounts_of_memory_have_small_units(limit, says):
    the_run = with_costs(up(), rss_delta_bytes={"import": 250, "resolve": 0, "startup": 0})
    assert only(the_run, memory_bytes=limit).message.endswith(f"over the budget of {says}")


@pytest.mark.parametrize("phases", [("import", "resolve", "startup"), ("resolve",)])
def test_a_budget_whose_cost_is_not_known_never_passes(phases):
    rest = {"cpu_ns": None, "rss_delta_bytes": None}
    unknown = replace(up(), phases=tuple(replace(one, **rest) if one.name in phases else one for one in up().phases))
    assert judged(unknown) == ()
    for runs in ((unknown,), (up(), unknown, up())):
        cpu, memory = judged(*runs, cpu_ns=10**12, memory_bytes=10**12)
        assert {(finding.code, finding.severity, finding.phase) for finding in (cpu, memory)} == {
            ("LS201", "error", None)
        }
        assert cpu.message == "--max-cpu could not be judged: this system does not tell what CPU time the process uses"
        assert memory.message == (
            "--max-memory could not be judged: this system does not tell what memory the process has"
        )


def test_of_a_run_that_did_not_come_up_the_cost_need_not_be_known():
    phases = tuple(replace(one, cpu_ns=None, rss_delta_bytes=None) for one in up(status="killed").phases)
    assert judged(replace(up(), phases=phases), cpu_ns=1, memory_bytes=1) == ()


@pytest.mark.parametrize(
    ("budget", "code", "option"),
    [
        ({"forbidden": ("torch", "numpy")}, "LS211", "--forbid-import"),
        ({"modules": 10**6}, "LS212", "--max-modules"),
    ],
)
def test_a_limit_on_imports_never_passes_where_they_are_not_measured(budget, code, option):
    off = replace(up(), not_measured=(NotMeasured(internals.IMPORTS, "it takes other arguments"),))
    assert judged(off) == ()
    finding = only(off, **budget)
    assert (finding.code, finding.severity) == (code, "error")
    assert finding.message == f"{option} could not be judged: imports are not measured (it takes other arguments)"
    assert finding.hint.endswith(f"or leave out {option}.")
    other = replace(up(), not_measured=(NotMeasured(internals.COMPILATIONS, "it is not called"),))
    assert judged(other, **budget) == ()


# LS211


def chain(*modules, phase="import"):
    """Each imports the next."""
    parents = (None, *modules)
    rows = zip(modules, parents, strict=False)
    return [
        imported(name, 100, parent=parent, depth=depth, line=depth + 1, name=phase)
        for depth, (name, parent) in enumerate(rows)
    ]


def test_a_forbidden_import_names_the_statement_and_what_led_there():
    finding = only(up(imports=chain("main", "a", "b", "c", "torch", "torch.nn")), forbidden=("torch",))
    assert (finding.code, finding.severity) == ("LS211", "error")
    assert finding.message == "torch is loaded in import, 100 ms: a → b → c → torch"
    assert (finding.path, finding.line, finding.phase) == (MAIN, 5, "import")


@pytest.mark.parametrize(
    ("modules", "says"),
    [
        (("main", "torch"), "main → torch"),
        (("main", "pandas", "io", "torch"), "main → pandas → io → torch"),
        (("main", "pandas", "io", "b", "c", "torch"), "main → pandas → … → c → torch"),
    ],
)
def test_a_forbidden_import_is_told_at_the_line_of_the_users_that_led_there(modules, says):
    first, *rest = chain(*modules)
    finding = only(up(imports=[replace(first, user=True), *rest]), forbidden=("torch",))
    assert finding.message.endswith(f": {says}")
    assert finding.line == 2
    assert finding.hint.startswith(f"Import {modules[1]} in")


def test_a_module_within_a_forbidden_package_is_forbidden_and_one_of_a_like_name_is_not():
    the_run = up(imports=chain("torch.nn", "torchvision", "mytorch"))
    assert only(the_run, forbidden=("torch",)).message.endswith(": torch.nn")
    assert judged(the_run, forbidden=("torch.nn.functional", "vision", "tor", "nn")) == ()
    assert [finding.code for finding in judged(the_run, forbidden=("torch", "mytorch"))] == ["LS211"] * 2


@pytest.mark.parametrize(
    ("where", "counts"),
    [("import", True), ("resolve", True), ("startup", True), ("preload", False), ("runtime", False), ("hold", False)],
)
def test_what_counts_is_loaded_by_the_application_until_it_is_up(where, counts):
    the_run = up(imports=chain("torch", phase=where))
    assert [finding.phase for finding in judged(the_run, forbidden=("torch",))] == ([where] if counts else [])
    assert bool(judged(up(imports=chain("a", "b", phase=where)), modules=1)) == counts


def test_an_import_that_failed_is_none():
    failed = [replace(entry, failed=True) for entry in chain("torch")]
    assert judged(up(imports=failed), forbidden=("torch",), modules=0) == ()


def test_modules_that_import_each_other_do_not_turn_the_chain_into_a_circle():
    circle = [imported("a", 1, parent="b"), imported("b", 1, parent="a")]
    assert only(up(imports=circle), forbidden=("b",)).message.endswith(": a → b")


# LS212


def test_too_many_modules():
    imports = [
        *chain("main", "pandas", "pandas.core", "pandas.core.frame"),
        imported("shop.db", 1, line=9),
    ]
    finding = only(up(imports=imports), modules=3)
    assert (finding.code, finding.severity) == ("LS212", "error")
    assert finding.message == (
        "5 modules are loaded until startup is complete, 2 over the budget of 3; most come with main 4, shop.db 1"
    )
    assert (finding.path, finding.line, finding.phase) == (MAIN, 1, "import")
    assert judged(up(imports=imports), modules=5) == ()


def test_a_module_that_is_loaded_twice_is_one():
    assert judged(up(imports=[*chain("a", "b"), *chain("a", "b")]), modules=2) == ()


# LS202


def regressed(*regressions, **told):
    case = Case("shop.main:app", up(), diagnose((up(),)), regressions=regressions, **told)
    return rules.apply(case, select=("LS202",))


def test_a_regression_says_how_much_and_what_grew():
    causes = (Growth("await create_pool(URL)", "/srv/shop/db.py", 41, 1100 * MS), Growth("numpy", None, None, 90 * MS))
    (finding,) = regressed(Regression("startup", 800 * MS, 2000 * MS, causes))
    assert (finding.code, finding.severity, finding.phase) == ("LS202", "error", "startup")
    assert finding.message == (
        "startup +1.20 s (800 ms → 2.00 s, +150 %): await create_pool(URL) db.py:41 +1.10 s, numpy +90 ms"
    )
    assert (finding.path, finding.line) == ("/srv/shop/db.py", 41)


def test_a_regression_of_nothing_in_particular_and_of_nothing_at_all():
    first, second = regressed(Regression("import", 100 * MS, 200 * MS, ()), Regression("resolve", 0, 60 * MS, ()))
    assert first.message == "import +100 ms (100 ms → 200 ms, +100 %)"
    assert second.message == "resolve +60 ms (0 ms → 60 ms)"
    assert (first.path, first.line) == (None, None)


def test_a_baseline_that_says_nothing_is_told_and_fails_nothing():
    another = "it was made with another Python (3.12.1, here 3.11.7)"
    (finding,) = regressed(not_compared=another, comparable=True)
    assert (finding.severity, finding.phase) == ("info", None)
    assert finding.message == ("not compared with the baseline: it was made with another Python (3.12.1, here 3.11.7)")
    assert "--baseline-any" in finding.hint
    (finding,) = regressed(not_compared="it has no target main:app")
    assert "--baseline-any" not in finding.hint


def test_hostile_names_stay_short():
    imports = chain("x" * 5000, "torch")
    assert len(only(up(imports=imports), forbidden=("torch",)).message) < 300
    (finding,) = regressed(Regression("startup", MS, 999 * MS, (Growth("y" * 5000, None, None, MS),)))
    assert len(finding.message) < 300
