"""Several runs of a target, and several targets at once: which run is shown, what is judged, and when it is over."""

import asyncio
import dataclasses
import json
import platform
import re
import signal
import subprocess
import sys
import time

import pytest
from conftest import Check, Start, Started
from lives import BORN, MS, UP, begin, end, exited, raised, received, sent
from msgspec.structs import replace

from lifespan_cli import check as check_application
from lifespan_cli import pipeline, trial
from lifespan_cli.discover import Plan
from lifespan_cli.machine import machine
from lifespan_cli.model import Report, Target
from lifespan_cli.model.events import Bye, Event, Finalized, Interrupted, Left
from lifespan_cli.settings import Settings

CLEAN = """\
async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""
PLAN = Plan("main:app", "main", "app", False, "/srv/shop", "/usr/bin/python", "--python", "", {}, Settings())
LEFT = Left("task", "Task-3", "poll", (("start", "/srv/shop/main.py", 12),), ())


def life(startup: int, *left: Left):
    """A life with a startup of so many ms, which leaves these."""
    done = 170 + startup
    return (
        *UP,
        sent("lifespan.startup.complete", "startup", done),
        end("ok", "startup", done),
        begin("hold", done),
        end("ok", "hold", done + 10),
        begin("shutdown", done + 10),
        received("lifespan.shutdown", "shutdown", done + 11),
        sent("lifespan.shutdown.complete", "shutdown", done + 20),
        end("ok", "shutdown", done + 20),
        begin("exit", done + 20),
        *left,
        Bye(BORN + (done + 25) * MS, 0, 0),
        Finalized(BORN + (done + 26) * MS),
        exited(done + 30),
    )


BYE = (Bye(BORN + 305 * MS, 0, 0), Finalized(BORN + 306 * MS))
CRASH = (*UP, end("crashed", "startup", 300), raised("startup"), begin("exit", 300), *BYE, exited(310))
REFUSAL = (*UP[:-1], end("unsupported", "startup", 172), raised("startup", name="ValueError"), *BYE, exited(310))
INTERRUPTED = (*UP, Interrupted(BORN + 300 * MS), exited(310))


@pytest.fixture
def runs(monkeypatch):
    """Judge lives, one for each run; also the labels under which they were run."""

    def judge(*lives, baseline=None, **settings):
        labels, left = [], iter(lives)

        def probe(plan, live, children, label):
            labels.append(label)
            return next(left)

        monkeypatch.setattr(trial, "_probe", probe)
        plan = dataclasses.replace(PLAN, settings=Settings(**settings))
        judged, interrupted = trial.judge(plan, False, baseline, trial.Children())
        target = judged.target
        assert interrupted == (target.judged_by == ())
        return target, labels

    return judge


def startups(target: Target) -> list[int]:
    return [run.phase("startup").wall_ns // MS for run in target.runs]


def test_one_run_is_one_process(runs):
    target, labels = runs(life(30))
    assert (len(target.runs), labels, target.verdict) == (1, ["main:app"], "passed")


def test_runs_are_counted_after_those_that_warm_up(runs):
    target, labels = runs(*(life(ms) for ms in (900, 800, 30, 50, 40)), runs=3, warmup=2)
    assert startups(target) == [30, 50, 40]
    assert (target.statistics["startup"].runs, target.statistics["startup"].median_ns) == (3, 40 * MS)
    assert labels == [
        "main:app warmup 1/2",
        "main:app warmup 2/2",
        "main:app run 1/3",
        "main:app run 2/3",
        "main:app run 3/3",
    ]


def test_the_budget_judges_the_median_run_and_no_other(runs):
    lives = [life(ms) for ms in (900, 30, 40)]
    assert runs(*lives, runs=3, max_startup_ns=50 * MS, select=("LS201",))[0].findings == ()
    (finding,) = runs(*lives, runs=3, max_startup_ns=35 * MS, select=("LS201",))[0].findings
    assert "startup takes 40 ms" in finding.message


def test_what_went_wrong_in_any_run_is_told_once(runs):
    lives = [life(30, LEFT), life(40), life(50, LEFT)]
    target, _ = runs(*lives, runs=3, select=("LS3",))
    assert [(finding.code, finding.line) for finding in target.findings] == [("LS301", 12)]
    other = replace(LEFT, origin=(("start", "/srv/shop/main.py", 20),))
    target, _ = runs(life(30, LEFT), life(40, other), life(50), runs=3, select=("LS3",))
    assert sorted(finding.line for finding in target.findings) == [12, 20]


def test_findings_of_all_runs_come_in_the_order_of_the_rules(runs):
    exception = Left("exception", "Task-9", "KeyError: 'x'", (), ())
    target, _ = runs(life(30, LEFT), life(40, exception), life(50), runs=3, max_startup_ns=MS)
    assert [finding.code for finding in target.findings] == ["LS201", "LS301", "LS305"]


@pytest.mark.parametrize("warmup", [0, 2])
def test_no_run_follows_one_that_failed(warmup, runs):
    target, labels = runs(life(30), CRASH, runs=5 - warmup, warmup=warmup)
    assert len(labels) == 2
    assert startups(target) == ([30, 130] if not warmup else [130])
    assert [finding.code for finding in target.findings] == ["LS102"]
    assert target.verdict == "failed"


def test_an_application_without_a_lifespan_is_run_as_often_as_any(runs):
    target, labels = runs(*[REFUSAL] * 3, runs=3)
    assert len(labels) == len(target.runs) == 3
    assert (target.lifespan, [finding.code for finding in target.findings]) == ("unsupported", ["LS101"])


def test_no_run_follows_one_that_was_interrupted_and_nothing_is_judged(runs):
    target, labels = runs(life(30, LEFT), INTERRUPTED, runs=5)
    assert (len(labels), target.verdict, target.findings) == (2, "failed", ())
    assert startups(target)[0] == 30


@pytest.mark.parametrize(("fail_on", "verdict"), [("error", "passed"), ("warning", "failed"), ("never", "passed")])
def test_what_makes_a_target_fail(fail_on, verdict, runs):
    target, _ = runs(life(30, LEFT), fail_on=fail_on, select=("LS3",))
    assert ([finding.severity for finding in target.findings], target.verdict) == (["warning"], verdict)


# the baseline


def baseline_of(target: Target) -> Report:
    return Report(2, "0.1.0", "passed", 0, (target,))


def test_a_baseline_is_compared_with_all_runs(runs):
    before, _ = runs(*(life(ms) for ms in (100, 102, 98)), runs=3)
    earlier = baseline_of(before)
    slower = [life(ms) for ms in (190, 200, 210)]
    target, _ = runs(*slower, runs=3, baseline=earlier, select=("LS202",))
    assert [finding.message.partition(":")[0] for finding in target.findings] == [
        "startup +100 ms (100 ms → 200 ms, +100 %)"
    ]
    assert target.verdict == "failed"
    allowed, _ = runs(*slower, runs=3, baseline=earlier, select=("LS202",), max_regression=1.5)
    assert allowed.findings == ()


def test_a_baseline_of_another_machine_is_compared_when_asked(runs):
    before, _ = runs(life(100))
    elsewhere = baseline_of(replace(before, environment=replace(before.environment, machine="another")))
    target, _ = runs(life(900), baseline=elsewhere, select=("LS202",))
    assert ([finding.severity for finding in target.findings], target.verdict) == (["info"], "passed")
    target, _ = runs(life(900), baseline=elsewhere, select=("LS202",), baseline_any=True)
    assert ([finding.severity for finding in target.findings], target.verdict) == (["error"], "failed")


def test_a_baseline_without_the_target_is_said_to_be_none_even_when_any_will_do(runs):
    empty = Report(2, "0.1.0", "passed", 0, ())
    target, _ = runs(life(900), baseline=empty, select=("LS202",), baseline_any=True)
    assert [finding.message for finding in target.findings] == [
        "not compared with the baseline: it has no target main:app"
    ]


def test_the_machine_is_told_by_what_times_depend_on():
    processor, architecture, cores = machine().rsplit(", ", 2)
    assert processor
    assert architecture == platform.machine()
    assert re.fullmatch(r"[1-9][0-9]* cores", cores)


# several targets, with the real command


def test_several_targets_at_once_are_all_told_in_their_order_with_one_verdict(check: Check):
    outcome = check("clean:app", "startup_crashes:app", "no_such_module:app", "clean_extra_keys:app", "--jobs", "3")
    assert outcome.exit_code == 1
    told = [(one.target, one.verdict, [finding.code for finding in one.findings]) for one in outcome.report.targets]
    assert told == [
        ("clean:app", "passed", []),
        ("startup_crashes:app", "failed", ["LS102"]),
        ("no_such_module:app", "failed", ["LS001"]),
        ("clean_extra_keys:app", "passed", []),
    ]
    assert outcome.survivors == ()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_all_jobs_and_reports_what_is_known(number: int, start: Start):
    targets = ("startup_waits_for_ever:app", "startup_waits_in_a_task:app", "clean:app", "clean_extra_keys:app")
    started = start(*targets, "--jobs", "2", "--output-format", "json")
    _wait_for_children(started, 2)
    started.signal(number)
    outcome = started.end()
    assert outcome.exit_code == 130
    report = outcome.report
    assert report.interrupted
    assert [target.target for target in report.targets][:2] == list(targets[:2])
    assert {target.verdict for target in report.targets[:2]} == {"failed"}
    assert outcome.survivors == ()


def test_a_second_interrupt_of_several_jobs_does_not_cost_the_report(start: Start):
    started = start("startup_waits_for_ever:app", "startup_waits_in_a_task:app", "--jobs", "2", "--output-format=json")
    _wait_for_children(started, 2)
    started.signal(signal.SIGINT)
    time.sleep(0.02)
    started.signal(signal.SIGINT)
    outcome = started.end()
    assert (outcome.exit_code, outcome.report.interrupted, outcome.survivors) == (130, True, ())


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupt_after_the_last_child_counts(jobs, monkeypatch: pytest.MonkeyPatch, tmp_path):
    def probe(*_: object) -> tuple[Event, ...]:
        signal.raise_signal(signal.SIGINT)  # heard before it returns; os.kill from a thread may be so later
        return life(30)

    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.py").write_text(CLEAN)
    (tmp_path / "other.py").write_text(CLEAN)
    monkeypatch.setattr(trial, "_probe", probe)
    report = pipeline.run(Settings(targets=("main:app", "other:app"), jobs=jobs)).report
    assert (report.exit_code, report.interrupted) == (130, True)


def test_an_interrupted_check_leaves_the_baseline_alone(start: Start, tmp_path):
    saved, copy = tmp_path / "baseline.json", tmp_path / "copy.json"
    saved.write_text("the old one")
    words = ("startup_waits_for_ever:app", "--save-baseline", str(saved), "--report", f"json={copy}")
    started = start(*words)
    _wait_for_children(started, 1)
    started.signal(signal.SIGINT)
    assert started.end().exit_code == 130
    assert saved.read_text() == "the old one"
    assert '"interrupted": true' in copy.read_text()


def _wait_for_children(started: Started, count: int) -> None:
    give_up_s = time.monotonic() + 20
    while len(started.children()) < count and time.monotonic() < give_up_s:
        time.sleep(0.05)
    time.sleep(0.5)
    assert len(started.children()) >= count


def test_a_target_that_cannot_be_checked_does_not_hide_the_others(tmp_path):
    """The one asks for an event loop that is not installed where it lives."""
    environment = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    (tmp_path / "up.py").write_text(CLEAN)
    (tmp_path / "pyproject.toml").write_text(
        f"""
        [tool.lifespan-check.targets."up:app"]
        [tool.lifespan-check.targets."up"]
        backend = "trio"
        python = "{environment}"
        """
    )
    done = subprocess.run(
        [sys.executable, "-m", "lifespan_cli", "--output-format", "json"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 2
    report = json.loads(done.stdout)
    assert [target["target"] for target in report["targets"]] == ["up:app"]
    assert report["exit_code"] == 2
    assert len(report["errors"]) == 1
    assert report["errors"][0].startswith("up: trio is not installed in the target's environment")
    assert report["errors"][0] in " ".join(done.stderr.split())


def test_the_api_works_inside_a_running_event_loop(tmp_path, monkeypatch):
    (tmp_path / "up.py").write_text(CLEAN)
    monkeypatch.chdir(tmp_path)

    async def main():
        return check_application("up:app")

    assert asyncio.run(main()).verdict == "passed"
