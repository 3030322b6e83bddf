"""Markdown: to the letter, and as a parser of it reads it."""

import re
from collections.abc import Iterator

import pytest
from golden import STYLE, expected, rendered
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec.structs import replace
from rendering import render
from reports import ALL, CRASHED, CRASHED_TARGET, EVIL, HOSTILE, PASSED_TARGET, ROOT, SEVERAL_TARGETS

from lifespan_cli.model import Report
from lifespan_cli.output.escape import inert
from lifespan_cli.output.markup import block, cell, code, prose

# tables and bare links are what GitHub and GitLab add to CommonMark
PARSER = MarkdownIt("commonmark", {"linkify": True}).enable(["table", "linkify"])
LEFT_OUT = "The rest is left out: there is no room for it here.\n"


def tokens(text: str) -> Iterator[Token]:
    """All tokens, those inside of paragraphs among them."""
    for token in PARSER.parse(text):
        yield token
        yield from token.children or ()


def contents(text: str, kind: str) -> list[str]:
    return [token.content for token in tokens(text) if token.type == kind]


@pytest.mark.parametrize("name", ALL)
def test_the_document_is_exactly_this(name):
    assert rendered("markdown", ALL[name]) == expected("markdown", name)


@pytest.mark.parametrize("name", ALL)
def test_the_document_has_the_structure_that_was_meant(name):
    report, text = ALL[name], rendered("markdown", ALL[name])
    several = len(report.targets) + len(report.errors) != 1
    headings = [token.tag for token in tokens(text) if token.type == "heading_open"]
    assert headings == (["h2"] if several else []) + [("h3" if several else "h2")] * len(report.targets)
    html = [part.strip() for part in contents(text, "html_block")]
    assert html == ["<details><summary>The whole report</summary>", "</details>"] * len(report.targets)
    folded = [
        render(
            "text",
            replace(report, targets=(target,), interrupted=False, errors=()),
            replace(STYLE, width=100, root=ROOT),
        )
        for target in report.targets
    ]
    assert contents(text, "fence") == folded
    kinds = {token.type for token in tokens(text)}
    assert not {kind for kind in kinds if kind.startswith(("link", "image", "html_inline", "hr", "blockquote"))}
    tables = len([token for token in tokens(text) if token.type == "table_open"])
    assert tables == len(report.targets) + (several and bool(report.targets))


def test_hostile_strings_are_code_and_nothing_else():
    text = rendered("markdown", HOSTILE)
    spans = contents(text, "code_inline")
    barred = inert(EVIL).replace("|", r"\x7c")
    one = [inert(EVIL), f"{inert(EVIL)}:1", inert(EVIL), inert(EVIL)]
    cause = [span for span in spans if span.startswith("startup crashed at ")]
    assert len(cause) == 1
    rest = [span.replace("shop/", "") for span in spans if span not in cause]
    assert rest == [barred, barred, inert(EVIL), *one, *one]
    prose_only = "".join(contents(text, "text"))
    assert not re.search(r"owned|@all|example\.org|:boom:", prose_only)


@pytest.mark.parametrize(
    "text",
    ["a", "`", "``", "`a`", " a", "a ", " a ", "a``b`c", "\\", "`\\", "a|b", "\\|", "*a*", "<b>", "@x #1", "é\u202e"],
)
def test_a_code_span_gives_back_what_was_put_in(text):
    assert contents(f"x {code(text)} y", "code_inline") == [inert(text)]
    row = f"| h | i |\n|---|---|\n| {cell(text)} | z |\n"
    assert contents(row, "code_inline") == [inert(text).replace("|", r"\x7c")]
    assert [token.content for token in tokens(row) if token.type == "inline"][-1] == "z"


def test_nothing_is_no_code():
    assert code("") == code("  ") == ""


@pytest.mark.parametrize("text", ["a", "```", "a\n````text\nb", "~~~", "</details>"])
def test_a_block_gives_back_what_was_put_in(text):
    (token,) = PARSER.parse(block(text))
    assert (token.type, token.content) == ("fence", f"{text}\n")


def test_our_own_words_are_shown_as_they_are():
    words = "a_b_c *d* [e](f) <g> #1 & ~h~ | \\ 2"
    assert "".join(contents(prose(words), "text")) == words
    assert contents(prose("call `a_b` now"), "code_inline") == ["a_b"]


def test_at_most_twenty_findings_stand_beside_the_whole_report():
    finding = CRASHED_TARGET.findings[0]
    found = tuple(replace(finding, message=f"number {index}") for index in range(23))
    text = rendered("markdown", replace(CRASHED, targets=(replace(CRASHED_TARGET, findings=found),)))
    assert "`number 19`\n- 3 more in the whole report\n\n<details>" in text


def test_without_unicode_nothing_but_ascii_is_written():
    for report in ALL.values():
        assert render("markdown", report, replace(STYLE, unicode=False)).isascii()
    assert render("markdown", CRASHED, replace(STYLE, unicode=False)).startswith("## failed: `shop.main:app` failed")


def within(room: int, report: Report = SEVERAL_TARGETS) -> str:
    text = render("markdown", report, replace(STYLE, room=room))
    assert len(text.encode()) <= max(room, 0)
    return text


@pytest.mark.parametrize("room", [-1, 0, 1, 50, *range(52, 9000, 331)])
def test_there_is_never_more_than_there_is_room_for(room):
    text = within(room)
    full = rendered("markdown", SEVERAL_TARGETS)
    assert text == full or text.endswith(LEFT_OUT) or room < len(LEFT_OUT)
    last = 0
    for line in text.removesuffix(LEFT_OUT).splitlines():  # in the order of the whole
        last = full.index(line, last)


def test_what_is_left_out_first_are_whole_reports_and_those_of_targets_that_passed():
    full = rendered("markdown", SEVERAL_TARGETS)
    size = len(full.encode())
    assert within(size + 3) == full
    assert within(size - 1).count("<details>") == 2
    shown = within(size - 600)
    assert "waiting here when the time ran out" in shown
    assert shown.count("<details>") < 3
    assert "### ✅ `legacy.asgi`" in shown
    some = [within(room) for room in range(700, 2400, 50)]
    tables = {("| startup | timeout |" in text, "| hold | 850 µs |" in text) for text in some}
    assert tables == {(False, False), (True, False), (True, True)}
    least = within(700)
    assert "| `legacy.asgi` | ✅ passed |" in least
    assert "| phase" not in least


def test_two_hundred_targets_fit_into_a_comment():
    targets = tuple(replace(PASSED_TARGET, target=f"shop.service{number}.main:app") for number in range(200))
    text = within(65_000, replace(SEVERAL_TARGETS, targets=targets))
    assert text.count("\n| `shop.service") == 200
    assert text.count("\n### ") == 200
