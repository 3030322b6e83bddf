"""The page as a reader uses it: on a telephone, in the dark, with the mouse and with the keyboard."""

import re
import shutil

import pytest
from devtools import Browser
from msgspec.structs import replace
from pages import html
from reports import ALL, HUNG, ROOT, SEVERAL_RUNS, SEVERAL_TARGETS
from slowness import SLOW

from lifespan_cli.model import Finding, Report

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BLOCKED = Finding("LS203", "event-loop-blocked", "warning", "blocked", "startup", f"{ROOT}/shop/search.py", 6, "")
CANVAS = "document.querySelector('.canvas')"
LINK = "document.querySelector('.finding a.show')"
SHOWN = "document.querySelector('.tip.shown')"
"""What is shown of a bar."""


def with_finding(finding: Finding) -> Report:
    (target,) = SLOW.targets
    return replace(SLOW, targets=(replace(target, findings=(finding,)),))


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    program = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    assert program is not None, f"these tests look at the page in a browser: install one of {', '.join(BROWSERS)}"
    started = Browser(program, tmp_path_factory.mktemp("profile"))
    yield started
    started.close()
    assert started.complaints == []


@pytest.fixture
def opened(browser, tmp_path):
    """Opens the page of a report."""

    def open_(shown: Report, **window) -> Browser:
        file = tmp_path / "report.html"
        file.write_text(html(shown), encoding="ascii")
        browser.open(file, **window)
        return browser

    return open_


# narrow


@pytest.mark.parametrize("shown", [SLOW, HUNG, SEVERAL_RUNS, SEVERAL_TARGETS], ids=["slow", "hung", "runs", "targets"])
@pytest.mark.parametrize("width", [400, 700, 1280])
def test_no_page_is_wider_than_its_window(opened, shown, width):
    page = opened(shown, width=width)
    page.value("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.value("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    texts = "[...document.querySelectorAll('td, tbody th, p, h2, h4, dd')].filter(one => !one.matches('.longest'))"
    cut = "one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline'"
    assert page.value(f"{texts}.filter({cut}).map(one => one.outerHTML)") == []


def test_on_a_narrow_page_rows_are_cards_whose_cells_are_named(opened):
    page = opened(SLOW, width=400)
    row = "document.querySelector('.phases tbody tr')"
    assert page.value(f"getComputedStyle({row}).display") == "flex"
    named = f"[...{row}.querySelectorAll('[data-label]')].map(one => getComputedStyle(one, '::before').content)"
    assert page.value(named) == ['"time "', '"CPU "', '"memory "']
    assert page.value("document.querySelector('.phases thead').getBoundingClientRect().height") <= 1
    assert opened(SLOW, width=1280).value(f"getComputedStyle({row}).display") == "table-row"


# dark


def test_the_page_is_dark_for_a_reader_who_prefers_that(opened):
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    assert opened(SLOW).value(ground) == "rgb(247, 247, 245)"
    assert opened(SLOW, dark=True).value(ground) == "rgb(19, 20, 23)"


# mouse


def test_over_a_bar_its_times_are_shown(opened):
    page = opened(SLOW)
    page.hover("document.querySelector('.blocks .b')")
    assert page.value(f"{SHOWN}.textContent").startswith("the event loop was blocked for 250 ms (12 %)")
    page.hover(
        "[...document.querySelectorAll('.trees .import')].find(one => one.ariaLabel.startsWith('import pandas'))"
    )
    assert "total 800 ms (53 %), self 300 ms" in page.value(f"{SHOWN}.textContent")
    page.mouse("mouseMoved", 1, 1)
    assert page.value(SHOWN) is None


@pytest.mark.parametrize("what", [LINK, "document.querySelector('.finding p')"], ids=["link", "card"])
@pytest.mark.parametrize("width", [400, 1280])
def test_a_click_on_a_finding_goes_to_its_bar(opened, what, width):
    page = opened(with_finding(BLOCKED), width=width)
    page.click(what)
    bar = "document.querySelector('.b.here')"
    assert page.value(f"{bar}.id") == page.value(f"{LINK}.hash.slice(1)")
    part = page.value(f"{bar}.getBoundingClientRect().width / document.querySelector('.scroll').clientWidth")
    assert 0.9 < part <= 1
    assert page.value(f"(({{top, bottom}}) => top >= 0 && bottom <= innerHeight)({bar}.getBoundingClientRect())")
    assert page.value(f"{SHOWN}.textContent").startswith("the event loop was blocked for 250 ms")


def test_a_button_shows_a_phase_and_another_the_whole_run(opened):
    page = opened(SLOW)
    page.click("[...document.querySelectorAll('.tools button')].find(one => one.textContent === 'startup')")
    assert page.value(f"parseFloat({CANVAS}.style.width)") == pytest.approx(188.8, abs=1)
    page.click("document.querySelector('.tools button')")
    assert page.value(f"{CANVAS}.style.width") == "100%"


# keyboard


def test_a_finding_is_followed_and_the_bars_are_walked_through_with_keys(opened):
    page = opened(with_finding(BLOCKED))
    page.value(f"{LINK}.focus()")
    page.key("Enter")
    assert page.value("document.activeElement.className") == "scroll"
    page.key("ArrowDown")
    assert "12 frames" not in page.value(f"{SHOWN}.textContent")
    assert page.value("document.querySelectorAll('.b.here').length") == 1
    page.key("Escape")
    assert page.value(f"[{CANVAS}.style.width, document.querySelector('.b.here')]") == ["100%", None]


def test_without_a_script_the_link_of_a_finding_still_leads_to_its_bar(browser, tmp_path):
    file = tmp_path / "report.html"
    file.write_text(re.sub(r"<script>.*?</script>", "", html(with_finding(BLOCKED)), flags=re.DOTALL), encoding="ascii")
    browser.open(file, height=600)
    browser.click(LINK)
    target = "document.querySelector('.b:target')"
    assert browser.value(f"{target}.classList.contains('blocked')")
    assert 0 <= browser.value(f"{target}.getBoundingClientRect().top") <= 600


@pytest.mark.parametrize("name", ALL)
def test_every_example_opens_without_complaint(opened, name):
    page = opened(ALL[name])
    assert page.value("document.documentElement.className") == "scripted"
    assert page.complaints == []
