"""Statistics over runs and the comparison with a baseline: by value, and simulated with noise as machines make it."""

from math import exp
from random import Random

import pytest
from msgspec.structs import replace
from trees import LIB, MAIN, MS, frame, imported, library, phase, run

from lifespan_cli.analysis import baseline
from lifespan_cli.analysis.baseline import incomparable, is_slower
from lifespan_cli.analysis.diagnosis import diagnosed
from lifespan_cli.analysis.statistics import outliers, representative, statistics
from lifespan_cli.model import Environment, Statistics, Target
from lifespan_cli.model.diagnosis import Growth, Outlier, Regression

ENVIRONMENT = Environment("3.11.7", "/usr/bin/python", "linux", "asyncio", None, {}, "", "A processor, x86_64, 2 cores")


def target(*runs, name="shop.main:app", **environment):
    surroundings = replace(ENVIRONMENT, **environment)
    return Target(name, "passed", "supported", surroundings, tuple(runs), statistics(tuple(runs)), ())


def compare(before, after, max_regression=None):
    return baseline.compare(diagnosed(before), diagnosed(after), max_regression)


def moved(before, after, name):
    return baseline.moved(diagnosed(before).diagnosis, diagnosed(after).diagnosis, name)


def up(startup=800, *frames, imports=(), shutdown=60, import_=400, status="ok"):
    """A run whose phases took so many milliseconds; `imports` are those of its import."""
    return run(
        phase("boot", 20),
        phase("import", import_, at=20),
        phase("startup", startup, *frames, status=status, at=500),
        phase("shutdown", shutdown, at=2000),
        imports=imports,
    )


# statistics


def test_the_statistics_of_each_phase_are_those_of_the_runs_that_came_to_it():
    found = statistics((up(10), up(40), up(20), run(phase("boot", 30), phase("startup", 0, status="skipped"))))
    assert found["startup"] == Statistics(3, 10 * MS, 20 * MS, round(70 * MS / 3), 40 * MS, 15_275_252)
    assert (found["boot"].runs, found["boot"].max_ns) == (4, 30 * MS)
    assert statistics((up(10),))["startup"] == Statistics(1, *[10 * MS] * 4, 0)
    assert set(found) == {"boot", "import", "startup", "shutdown"}


def test_the_median_run_is_the_one_to_show():
    assert representative((up(30), up(10), up(20))) == 2
    assert representative((up(30), up(10), up(20), up(40))) == 2
    assert representative((up(10),)) == 0


def test_boot_and_exit_do_not_choose_a_run_unless_all_else_is_equal():
    slow_boot = run(phase("boot", 9000), phase("startup", 10))
    assert representative((up(30), slow_boot, up(20))) == 2
    assert representative((slow_boot, run(phase("boot", 1), phase("startup", 10)), run(phase("startup", 10)))) == 1


def test_the_first_run_that_did_not_end_well_comes_before_any_median():
    assert representative((up(30), up(10), up(20, status="crashed"), up(5, status="timeout"))) == 2
    assert representative((up(30), up(10, status="unsupported"), up(20))) == 2


def test_only_the_phases_that_are_asked_for_must_have_ended_well():
    crashed = up(10, status="crashed")
    assert not crashed.ended_well()
    assert crashed.ended_well(["import"])
    assert run(phase("import", 1)).ended_well(["startup"])


def test_a_run_that_took_much_longer_than_the_others_is_an_outlier():
    assert outliers((up(100), up(110), up(400), up(105))) == (Outlier("startup", 3, 400 * MS),)
    assert outliers((up(100), up(110), up(400), up(105, shutdown=900))) == (
        Outlier("startup", 3, 400 * MS),
        Outlier("shutdown", 4, 900 * MS),
    )


@pytest.mark.parametrize(
    "walls",
    [
        (100, 900),  # of two runs none is the other
        (10, 10, 10, 55),  # not by 50 ms
        (1000, 1000, 1000, 1400),  # not by half
        (100, 200, 300, 400, 500, 1100),  # the others scatter as much
        (100, 100, 100, 5),  # quicker
    ],
)
def test_what_is_no_outlier(walls):
    assert outliers(tuple(up(wall) for wall in walls)) == ()


# what counts as slower


@pytest.mark.parametrize(
    ("before", "after", "limit", "expected"),
    [
        ([200], [251], None, True),
        ([200], [250], None, False),  # 25 %, not more
        ([100], [149], None, False),  # 49 %, but not 50 ms
        ([1000], [1200], None, False),
        ([1000], [1200], 0.1, True),
        ([1000], [1060], 0.1, False),
        ([200], [390], 1.0, False),
        ([200] * 5, [290], None, True),
        ([200] * 5, [200, 900], None, False),  # of two the quicker one counts as well
        ([200] * 5, [260, 900], None, True),
        ([200] * 3, [241] * 3, None, True),
        ([200] * 3, [239] * 3, None, False),
        ([200] * 5, [231] * 5, None, True),
        ([200] * 5, [229] * 5, None, False),
        ([100] * 5, [119] * 5, None, False),  # 19 %, but not 20 ms
        ([200] * 5, [231] * 5, 0.3, False),
        ([1000] * 5, [1100] * 5, 0.05, True),
        ([200] * 5, [200, 205, 290, 300, 900], None, False),
        ([150, 170, 200, 230, 250], [180, 210, 250, 270, 280], None, False),  # scatter like that is 25 %
        ([200] * 5, [200] * 5, None, False),
        ([200] * 5, [100] * 5, None, False),
        ([0], [51], None, True),
        ([0] * 5, [1] * 5, None, False),
    ],
)
def test_what_is_slower(before, after, limit, expected):
    assert is_slower([ms * MS for ms in before], [ms * MS for ms in after], limit) is expected


# what is compared, and what is named as the cause

POOL = {"function": "open_pool", "source": "await create_pool(URL)", "waiting": 0}


def test_a_slower_startup_names_the_line_that_grew_wherever_it_has_moved_to():
    before = up(800, frame(12, 100, at=0, **POOL), frame(14, 700, function="warm", source="await warm()"))
    after = up(2000, frame(41, 1200, at=0, **POOL), frame(43, 800, function="warm", source="await warm()"))
    assert compare(target(before), target(after)) == (
        Regression(
            "startup",
            800 * MS,
            2000 * MS,
            (
                Growth("await create_pool(URL)", MAIN, 41, 1100 * MS),
                Growth("await warm()", MAIN, 43, 100 * MS),
            ),
        ),
    )


def test_a_line_that_was_edited_has_grown_by_the_difference():
    before = up(800, frame(12, 50, source="sleep(0.05)"), frame(13, 400, source="await other()", at=60))
    after = up(1100, frame(12, 350, source="sleep(0.35)"), frame(13, 400, source="await other()", at=360))
    (regression,) = compare(target(before), target(after))
    assert regression.causes == (Growth("sleep(0.35)", MAIN, 12, 300 * MS),)
    assert moved(target(before), target(after), "startup") == regression.causes


def test_each_of_several_edited_lines_has_grown_by_its_own_difference():
    before = up(750, frame(19, 500, source="await sleep(0.5)"), frame(23, 250, source="sleep(0.25)", at=500))
    after = up(1000, frame(19, 400, source="await sleep(0.4)"), frame(23, 600, source="sleep(0.6)", at=400))
    (regression,) = compare(target(before), target(after))
    assert regression.causes == (Growth("sleep(0.6)", MAIN, 23, 350 * MS),)
    assert moved(target(before), target(after), "startup")[1] == Growth("await sleep(0.4)", MAIN, 19, -100 * MS)


def test_a_line_grows_by_more_than_the_phase_where_another_became_faster():
    before = up(400, frame(12, 380, function="left", source="await left()"))
    after = up(700, frame(30, 650, function="other", source="await other()"))
    (regression,) = compare(target(before), target(after))
    assert regression.causes == (Growth("await other()", MAIN, 30, 650 * MS),)


def test_a_line_that_is_new_has_grown_by_all_it_takes_and_one_that_is_gone_is_no_cause():
    before = up(800, frame(12, 700, function="left", source="await old()"))
    after = up(1600, frame(12, 1500, source="await new()"))
    (regression,) = compare(target(before), target(after))
    assert regression.causes == (Growth("await new()", MAIN, 12, 1500 * MS),)
    assert moved(target(before), target(after), "startup") == (
        Growth("await new()", MAIN, 12, 1500 * MS),
        Growth("await old()", MAIN, 12, -700 * MS),
    )


def test_a_slower_import_names_the_modules_that_grew():
    before = up(imports=[imported("shop.main", 400, 100, user=True), numpy(300)])
    after = up(imports=[imported("shop.main", 900, 100, user=True), numpy(310), torch(490)], import_=900)
    (regression,) = compare(target(before), target(after))
    assert (regression.phase, regression.after_ns) == ("import", 900 * MS)
    assert regression.causes == (
        Growth("torch", MAIN, 4, 490 * MS),
        Growth("numpy", MAIN, 3, 10 * MS),
    )


def numpy(total):
    return imported("numpy", total, parent="shop.main", depth=1, line=3)


def torch(total):
    return imported("torch", total, parent="shop.main", depth=1, line=4)


def test_at_most_three_causes_of_at_least_10_ms_are_named():
    lines = [frame(number, 9 + number, source=f"await step({number})") for number in range(1, 6)]
    (regression,) = compare(target(up(100)), target(up(700, *lines)))
    assert [cause.label for cause in regression.causes] == ["await step(5)", "await step(4)", "await step(3)"]
    (regression,) = compare(target(up(100)), target(up(700, frame(3, 9, source="await step()"))))
    assert regression.causes == ()


def test_a_library_without_a_line_of_the_users_is_named_by_its_function():
    (regression,) = compare(target(up(100)), target(up(700, library("asyncpg", "create_pool", 600))))
    (cause,) = regression.causes
    assert (cause.label, cause.path) == ("asyncpg: create_pool", f"{LIB}/asyncpg/core.py")


def test_the_median_run_of_each_side_tells_the_causes():
    before = target(*(up(ms, frame(12, ms, **POOL)) for ms in (800, 820, 790)))
    after = target(*(up(ms, frame(12, ms, **POOL)) for ms in (1500, 1200, 1300)))
    (regression,) = compare(before, after)
    assert (regression.before_ns, regression.after_ns) == (800 * MS, 1300 * MS)
    assert [cause.grown_ns for cause in regression.causes] == [500 * MS]


def test_every_phase_of_the_application_is_compared_and_no_other():
    before = target(run(*(phase(name, 100) for name in ("boot", "preload", "runtime", "exit"))), up(100, shutdown=100))
    after = target(run(*(phase(name, 900) for name in ("boot", "preload", "runtime", "exit"))), up(300, shutdown=300))
    assert [regression.phase for regression in compare(before, after)] == ["startup", "shutdown"]


def test_a_phase_that_did_not_end_well_on_either_side_is_not_compared():
    assert compare(target(up(100)), target(up(9000, status="timeout"))) == ()
    assert compare(target(up(10, status="crashed")), target(up(900))) == ()
    assert compare(target(up(100), up(9000, status="timeout")), target(up(110))) == ()
    assert compare(target(run()), target(up(900))) == ()


# whether a baseline is one


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, ""),
        ({"executable": "/elsewhere/python", "packages": {"fastapi": "1"}}, ""),
        (
            {"machine": "Another, arm64, 8 cores"},
            "it was made with another machine (Another, arm64, 8 cores, here A processor, x86_64, 2 cores)",
        ),
        ({"machine": ""}, "it was made with another machine (unknown, here A processor, x86_64, 2 cores)"),
        ({"python": "3.12.1"}, "it was made with another Python (3.12.1, here 3.11.7)"),
        ({"backend": "uvloop"}, "it was made with another event loop (uvloop, here asyncio)"),
    ],
)
def test_a_baseline_of_other_surroundings_is_said_to_be_none(environment, says):
    assert incomparable(target(up(), **environment), target(up())) == says


def test_a_baseline_without_the_target_or_that_never_came_up_is_none():
    assert incomparable(None, target(up())) == "it has no target shop.main:app"
    for failed in (up(status="crashed"), run(phase("import", 1, status="crashed"))):
        assert incomparable(target(failed), target(up())) == "its own run did not come up"
    assert incomparable(target(up(status="unsupported")), target(up())) == ""


# noise

PAIRS = 1000
BASES = {"import": 400, "resolve": 3, "startup": 800, "shutdown": 60}
SCATTER = 0.05
"""Of single runs: the standard deviation."""
DRIFT = 0.03
"""Of a whole side, which ran on another day: the same."""
DISTURBED = 0.08
"""The share of runs in which something else takes the machine: they last up to twice as long."""


def side(random, runs, slower=1.0):
    """So many runs of one day, with a startup that is so many times slower."""
    drift = exp(random.gauss(0, DRIFT))
    return target(*(noisy(random, drift, slower) for _ in range(runs)))


def noisy(random, drift, slower):
    walls = {}
    for name, base in BASES.items():
        disturbed = 1 + random.uniform(0.2, 1) * (random.random() < DISTURBED)
        walls[name] = base * drift * disturbed * exp(random.gauss(0, SCATTER))
    walls["startup"] *= slower
    return run(*(phase(name, round(wall)) for name, wall in walls.items()))


def share_found(runs, slower, seed):
    random = Random(seed)
    found = [compare(side(random, runs), side(random, runs, slower)) for _ in range(PAIRS)]
    return sum(any(one.phase == "startup" or slower == 1 for one in regressions) for regressions in found) / PAIRS


@pytest.mark.parametrize("runs", [3, 5, 10])
def test_noise_alone_is_found_in_less_than_two_of_a_hundred_comparisons(runs):
    assert share_found(runs, 1.0, seed=1) < 0.02


def test_a_startup_that_takes_30_percent_longer_is_found_in_more_than_95_of_a_hundred():
    assert share_found(5, 1.3, seed=2) > 0.95
