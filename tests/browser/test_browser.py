"""The page in a real browser: its script runs there and no other, and nothing is complained of."""

import re
import shutil
import subprocess

import pytest
from pages import hostile, html
from reports import HOSTILE, HUNG, SEVERAL_RUNS
from slowness import HOSTILE as HOSTILE_TREES
from slowness import SLOW

from lifespan_cli.model import Report

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--enable-logging=stderr",
    "--window-size=1400,1000",
    "--virtual-time-budget=1000",
)
LONGEST_S = 60


@pytest.fixture(scope="module")
def browser() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    assert found is not None, f"these tests look at the page in a browser: install one of {', '.join(BROWSERS)}"
    return found


@pytest.fixture
def opened(browser, tmp_path):
    """The page of a report as the browser holds it when its script has run; what stands on the browser's console."""

    def open_(shown: Report) -> tuple[str, list[str]]:
        file = tmp_path / "report.html"
        file.write_text(html(shown), encoding="ascii")
        profile = f"--user-data-dir={tmp_path / 'profile'}"
        command = [browser, *FLAGS, profile, "--dump-dom", file.as_uri()]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=LONGEST_S)
        assert done.returncode == 0, done.stderr
        return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]

    return open_


def started(dom: str) -> bool:
    """The page's own script came to its end."""
    return re.search(r'<html[^>]* class="scripted"', dom) is not None


def test_the_script_makes_the_tools_and_takes_the_titles_over(opened):
    dom, complaints = opened(SLOW)
    assert complaints == []
    assert started(dom)
    assert re.findall(r"<button[^>]*>([^<]+)</button>", dom)[:3] == ["whole run", "import", "startup"]
    assert 'aria-label="find in the timeline"' in dom
    body = dom.partition("<body>")[2]
    assert "<title>" not in body
    assert 'aria-label="import pandas\ntotal 800 ms (53 %), self 300 ms\n' in body


@pytest.mark.parametrize("shown", [SEVERAL_RUNS, HUNG], ids=["several runs", "hung"])
def test_every_kind_of_page_is_understood(opened, shown):
    dom, complaints = opened(shown)
    assert complaints == []
    assert started(dom)


@pytest.mark.parametrize("shown", [HOSTILE, HOSTILE_TREES], ids=["strings", "trees"])
def test_no_script_of_the_applications_runs(opened, shown):
    dom, complaints = opened(hostile(shown))
    assert complaints == []
    assert started(dom)
    assert not re.search(r"<title>owned", dom)
    assert len(re.findall(r"<script(?! type=.application/json.>)\b", dom)) == 1
    assert not re.search(r"<(img|iframe|object|link)\b", dom)


def test_a_script_that_got_in_all_the_same_would_be_refused(opened, monkeypatch):
    """The policy is a second lock: here markup is let in on purpose."""
    inside = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    text = html(SLOW).replace("<main>", f"<main>{inside}")
    monkeypatch.setattr("test_browser.html", lambda _: text)
    dom, complaints = opened(SLOW)
    assert "<title>owned" not in dom
    assert started(dom)
    assert any("Content Security Policy" in line for line in complaints)


def test_without_its_script_the_chart_and_the_tables_are_there(opened, monkeypatch):
    text = re.sub(r"<script>.*?</script>", "", html(SLOW), flags=re.DOTALL)
    monkeypatch.setattr("test_browser.html", lambda _: text)
    dom, complaints = opened(SLOW)
    assert complaints == []
    assert not started(dom)
    assert "<title>import pandas\ntotal 800 ms" in dom
    assert dom.count("<table") >= 3
    assert "<button" not in dom
