"""Rules LS204, LS205 and LS210, by value: what is told, what it says, and near misses."""

import pytest
from msgspec.structs import replace
from trees import APP, LIB, MAIN, MS, busy, frame, imported, judged, library, only, phase, run

# LS204


def importing(*imports, wall=1000, status="ok", **other):
    top = imported("shop.main", wall, 10, path=None, line=None, user=True)
    return run(phase("import", wall, status=status), imports=[top, *imports], **other)


def dependency(module="pandas", total=300, **other):
    return imported(module, total, **{"parent": "shop.main", "depth": 1, "line": 4, **other})


def test_a_slow_import_is_told_with_its_share_and_who_asks():
    inner = imported("numpy", 100, parent="pandas", depth=2, path=f"{LIB}/pandas.py")
    finding = only(importing(dependency(total=300, own=200), inner))
    assert (finding.code, finding.severity, finding.phase) == ("LS204", "info", "import")
    assert (finding.path, finding.line) == (MAIN, 4)
    assert finding.message == "importing pandas takes 300 ms, 30 % of the import: main.py:4 imports it with 2 modules"
    assert finding.hint == "If not every start needs pandas, import it in the function that uses it."


def test_an_import_that_waits_is_told_so():
    finding = only(importing(dependency(cpu=40)))
    assert finding.message.endswith("; it mostly waits (40 ms CPU)")
    assert "the network" in finding.hint
    assert "waits" not in only(importing(dependency(cpu=101))).message
    busy = importing(dependency(cpu=40), dependency("yaml", total=200, cpu=60))  # everything is slow
    assert judged(busy) == ()


@pytest.mark.parametrize(
    "imports",
    [
        (dependency(total=249),),
        (dependency("fastapi.routing", total=900),),
        (dependency("pydantic", total=900),),
        (dependency("asyncio", total=900),),
        (dependency("email.mime", total=900),),
        (dependency(path=None, line=None),),
        (dependency(path=f"{LIB}/plugins.py"),),
        (dependency("shop.db", user=True),),
        (dependency("fastapi_users", total=500, own=100), imported("fastapi", 400, parent="fastapi_users", depth=2)),
    ],
    ids=["short", "framework", "foundation", "loop", "standard", "unknown", "library", "user", "mostly framework"],
)
def test_imports_that_nothing_is_said_of(imports):
    assert judged(importing(*imports)) == ()


def test_a_small_share_is_no_slow_import():
    assert judged(importing(dependency(total=300), wall=1501)) == ()
    assert len(judged(importing(dependency(total=300), wall=1500))) == 1


def test_the_package_of_the_application_is_its_framework():
    own = replace(APP, type="robyn.application.Robyn")
    assert judged(importing(dependency("robyn", total=900), app=own)) == ()


def test_three_slow_imports_at_most_the_dearest_first():
    found = judged(
        importing(*(dependency(name, total=total) for name, total in zip("abcd", (260, 290, 270, 280), strict=True)))
    )
    assert [finding.message[10] for finding in found] == ["b", "d", "c"]


def test_on_a_busy_machine_imports_and_work_count_as_what_they_computed():
    assert judged(importing(*busy(dependency(total=300, cpu=75)))) == ()
    assert len(judged(importing(*busy(dependency(total=300, cpu=10))))) == 1  # it waits
    assert len(judged(importing(*busy(dependency(total=900, cpu=280))))) == 1
    working = phase("import", 1000, top_level(9, 150, cpu=40))
    assert judged(run(working, imports=busy(DB))) == ()
    assert len(judged(run(working, imports=[DB]))) == 1


@pytest.mark.parametrize("status", ["crashed", "timeout", "killed"])
def test_nothing_is_said_of_an_import_that_does_not_end_well(status):
    assert judged(importing(dependency(), status=status)) == ()


def test_what_a_factory_imports_counts():
    entries = [imported("shop.main", 100, user=True), dependency(name="resolve")]
    assert only(run(phase("import", 100), phase("resolve", 400), imports=entries)).code == "LS204"
    assert judged(run(phase("import", 100), phase("resolve", 400, status="crashed"), imports=entries)) == ()


# LS205

DB = imported("shop.db", 300, 150, parent="shop.main", depth=1, user=True, line=2)


def working(*frames, entry=DB, status="ok"):
    return run(phase("import", 1000, *frames, status=status), imports=[entry])


def top_level(line, total, *children, **other):
    return frame(line, total, *children, **{"path": "/srv/shop/db.py", "function": "<module>", **other})


def test_work_at_import_names_the_line():
    finding = only(working(top_level(8, 40, cpu=40), top_level(9, 80, cpu=80, source="TABLE = build()")))
    assert (finding.code, finding.severity, finding.path, finding.line) == ("LS205", "warning", "/srv/shop/db.py", 9)
    assert finding.message == (
        "top-level code of shop.db takes 120 ms at import (computing, 120 ms CPU), mostly at line 9: `TABLE = build()`"
    )
    assert "lifespan" in finding.hint


def test_work_at_import_that_blocks():
    message = only(working(top_level(9, 155, cpu=5))).message
    assert "takes 150 ms at import (blocking, 5 ms CPU)" in message  # what the import itself took, no more


def test_a_sleep_on_a_busy_machine_is_not_computing_and_what_was_starved_is_not_blocking():
    sleeps, starved = top_level(9, 150, cpu=5, delay_ns=2 * MS), top_level(9, 150, cpu=30, delay_ns=110 * MS)
    for line, kind in ((sleeps, "blocking"), (starved, None)):
        the_run = working(line)
        phases = tuple(replace(one, delay_ns=line.delay_ns, cpu_ns=line.cpu_ns) for one in the_run.phases)
        found = judged(replace(the_run, phases=phases))
        assert [kind in one.message for one in found] == ([True] if kind else [])  # alone it would have taken 40 ms


def test_lines_of_which_none_took_half_are_not_called_most_of_it():
    lines = [top_level(line, 50, cpu=50, at=line) for line in (7, 8, 9)]
    assert ", the longest at line 7" in only(working(*lines)).message


@pytest.mark.parametrize(
    "the_run",
    [
        working(),
        working(top_level(9, 99)),
        working(top_level(9, 150), entry=replace(DB, self_ns=99 * MS)),
        working(top_level(9, 150), entry=replace(DB, user=False)),
        working(top_level(9, 150), status="crashed"),
        working(top_level(9, 150), entry=replace(DB, phase="startup")),
        working(top_level(9, 150, library("fastapi", "include_router", 140))),
        working(top_level(9, 150, library("pydantic", "ModelMetaclass", 140))),
        working(top_level(9, 150, frame(4, 140, library("pandas", "<module>", 130), function="load"))),
    ],
    ids=["unseen", "short", "little of its own", "library", "crashed", "later", "routes", "models", "imports"],
)
def test_what_is_no_work_at_import(the_run):
    assert judged(the_run) == ()


# LS210


def compiled(wall, reason="PYTHONDONTWRITEBYTECODE", startup=500, imports=()):
    phases = phase("import", 1000), phase("startup", startup), phase("runtime", 5000), phase("shutdown", 5000)
    return run(*phases, compiled=(846, wall, reason), imports=imports)


@pytest.mark.parametrize(
    ("reason", "severity", "why", "fix"),
    [
        ("PYTHONDONTWRITEBYTECODE", "warning", "PYTHONDONTWRITEBYTECODE is set", "or unset PYTHONDONTWRITEBYTECODE"),
        ("read-only", "warning", "their folders are read-only", "before the file system becomes read-only"),
        ("first run", "info", "this was the first run", "run once more"),
        ("something new", "warning", "because of something new", "python -m compileall"),
    ],
)
def test_missing_bytecode(reason, severity, why, fix):
    finding = only(compiled(600, reason))
    assert (finding.code, finding.severity, finding.path) == ("LS210", severity, None)
    assert finding.message.startswith("846 modules were compiled from source, which took 600 ms, 40 % of the start: ")
    assert why in finding.message
    assert "python -m compileall" in finding.hint
    assert fix in finding.hint


def test_few_compilations_are_not_worth_a_word():
    assert judged(compiled(199)) == ()
    assert judged(compiled(200, startup=1001)) == ()
    assert len(judged(compiled(200, startup=1000))) == 1
    assert judged(run(phase("import", 1000))) == ()


def test_a_cold_start_is_not_taken_for_a_slow_import():
    entries = [imported("shop.main", 10, user=True), dependency(total=900)]
    slow, cold = judged(compiled(600, "first run", imports=entries))
    assert (slow.code, cold.code) == ("LS204", "LS210")
    assert slow.message.endswith("; compiling 846 modules is a part of this, see LS210")
    assert "LS210" not in judged(compiled(100, imports=entries))[0].message
