"""Reports in files: what is refused before the run, and that a file is written whole or not at all after it."""

import errno
import json
import os
import stat
import threading
from pathlib import Path

import pytest
from golden import STYLE
from msgspec.structs import replace
from rendering import diagnosed, render
from reports import ALL, CRASHED, PASSED, SEVERAL_TARGETS

from lifespan_cli.configuration import load
from lifespan_cli.errors import ToolError, UsageError
from lifespan_cli.model import Report
from lifespan_cli.options import Destination
from lifespan_cli.output import files
from lifespan_cli.settings import FORMATS


def refusal(*destinations: Destination, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(UsageError) as caught:
        files.check(destinations, environ or {})
    return str(caught.value)


def write(report: Report, *destinations: Destination, **environ: str) -> None:
    files.check(destinations, environ)
    files.write(diagnosed(report), destinations, STYLE, environ)


def content(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# what is refused before the run


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("junit", "'junit' is no report; write its format and its file: junit=report.xml, say"),
        ("junit=", "'junit=' is no report; write its format and its file: junit=report.xml, say"),
        ("xml=a.xml", f"'xml' is no format; choose one of {', '.join(FORMATS)}"),
        ("=a.xml", f"'' is no format; choose one of {', '.join(FORMATS)}"),
        ("json=-", "'json=-' names no file; for a report on stdout there is --output-format json"),
        ("json=out/", "'json=out/' names a folder; name a file in it"),
        ("json=a\0b", "'a\\x00b' is no path"),
    ],
)
def test_what_is_no_report_is_refused(tmp_path, text, sentence):
    with pytest.raises(UsageError) as caught:
        load({"report": (text,)}, {}, tmp_path)
    assert str(caught.value) == f"--report: {sentence}"


def test_a_path_starts_where_its_option_stands(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.lifespan-check]\nreport = ['junit=a.xml']\n")
    (tmp_path / "deep").mkdir()
    assert load({}, {}, tmp_path / "deep").report == (Destination("junit", tmp_path / "a.xml"),)
    flag = load({"report": ("junit=a.xml",)}, {}, tmp_path / "deep").report
    assert flag == (Destination("junit", tmp_path / "deep" / "a.xml"),)


def test_two_reports_for_one_file(tmp_path):
    (tmp_path / "link").symlink_to("a.xml")
    one, other = Destination("junit", tmp_path / "a.xml"), Destination("json", tmp_path / "link")
    assert refusal(one, other) == f"two reports, {one} and {other}, are meant for one file; give each a file of its own"


def test_a_folder_that_is_missing_and_one_in_the_files_place(tmp_path):
    missing = Destination("junit", tmp_path / "out" / "a.xml")
    assert refusal(missing) == f"the report {missing} cannot be written: there is no folder {tmp_path}/out"
    folder = Destination("junit", tmp_path)
    assert refusal(folder) == f"the report {folder} cannot be written: that is a folder"
    (tmp_path / "file").write_text("")
    below = Destination("junit", tmp_path / "file" / "a.xml")
    assert refusal(below) == f"the report {below} cannot be written: Not a directory (in {tmp_path}/file)"
    long = Destination("junit", tmp_path / ("x" * 300))
    assert refusal(long) == f"the report {long} cannot be written: File name too long (in {tmp_path})"


def test_a_folder_in_which_nothing_can_be_made(tmp_path):
    folder = Path("/proc/self")  # even for root
    if os.geteuid():
        folder = tmp_path
        folder.chmod(0o500)
    report = Destination("junit", folder / "a.xml")
    assert refusal(report).startswith(f"the report {report} cannot be written: ")
    assert refusal(report).endswith(f" (in {os.path.realpath(folder)})")


def test_a_file_that_may_not_be_written(tmp_path, monkeypatch):
    (tmp_path / "a.xml").write_text("old")
    monkeypatch.setattr(os, "access", lambda path, mode: (str(path), mode) != (str(tmp_path / "a.xml"), os.W_OK))
    assert refusal(Destination("junit", tmp_path / "a.xml")).endswith("the file that is there may not be written")


def test_looking_leaves_nothing_behind(tmp_path):
    (tmp_path / "a.xml").write_text("old")
    files.check([Destination("junit", tmp_path / "a.xml"), Destination("json", tmp_path / "b.json")], {})
    assert content(tmp_path) == {"a.xml"}
    assert (tmp_path / "a.xml").read_text() == "old"


# what is written after it


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_can_be_written(tmp_path, name):
    write(CRASHED, Destination(name, tmp_path / "report"))
    style = replace(STYLE, width=files.WIDTH)
    assert (tmp_path / "report").read_text("utf-8") == render(name, CRASHED, style)


def test_a_file_knows_neither_colours_nor_a_narrow_terminal(tmp_path):
    style = replace(STYLE, color=True, width=40, unicode=False)
    files.write(diagnosed(CRASHED), [Destination("text", tmp_path / "a")], style, {})
    assert (tmp_path / "a").read_text("utf-8") == render("text", CRASHED, replace(STYLE, width=100))


def test_hostile_strings_can_be_written_in_any_format(tmp_path):
    for name in FORMATS:
        write(ALL["hostile"], Destination(name, tmp_path / name))
        assert (tmp_path / name).read_bytes().decode("utf-8")


def test_permissions_are_those_of_the_file_before_or_of_any_new_one(tmp_path):
    (tmp_path / "old").write_text("old")
    (tmp_path / "old").chmod(0o604)
    if not os.geteuid():
        os.chown(tmp_path / "old", 12345, 54321)
    owner = (tmp_path / "old").stat().st_uid, (tmp_path / "old").stat().st_gid
    before = os.umask(0o027)
    try:
        write(PASSED, Destination("json", tmp_path / "old"), Destination("json", tmp_path / "new"))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "old").stat().st_mode) == 0o604
    assert ((tmp_path / "old").stat().st_uid, (tmp_path / "old").stat().st_gid) == owner
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "link").symlink_to("out/real.json")
    write(PASSED, Destination("json", tmp_path / "link"))
    assert (tmp_path / "link").is_symlink()
    assert json.loads((tmp_path / "out" / "real.json").read_text())["verdict"] == "passed"


class FullDisk:
    """A file of which only the first bytes can be written."""

    def __init__(self, file):
        self._file = file

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def write(self, data):
        self._file.write(data[:10])
        self._file.flush()
        raise OSError(errno.ENOSPC, "No space left on device")

    def truncate(self, size):
        return self._file.truncate(size)


def test_a_full_disk_leaves_the_old_file_and_the_other_reports(tmp_path, monkeypatch):
    (tmp_path / "a.xml").write_text("old")
    fdopen, calls = os.fdopen, []

    def first_is_full(descriptor, mode):
        calls.append(mode)
        return FullDisk(fdopen(descriptor, mode)) if len(calls) == 1 else fdopen(descriptor, mode)

    monkeypatch.setattr(os, "fdopen", first_is_full)
    first, second = Destination("junit", tmp_path / "a.xml"), Destination("json", tmp_path / "b.json")
    with pytest.raises(ToolError) as caught:
        files.write(diagnosed(PASSED), [first, second], STYLE, {})
    assert str(caught.value) == f"the report {first} cannot be written: No space left on device"
    assert content(tmp_path) == {"a.xml", "b.json"}
    assert (tmp_path / "a.xml").read_text() == "old"
    assert json.loads((tmp_path / "b.json").read_text())["verdict"] == "passed"


def test_a_pipe_gets_what_is_written(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_text()))
    reader.start()
    write(PASSED, Destination("gitlab", tmp_path / "pipe"))
    reader.join(10)
    assert read == ["[]\n"]
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_device_that_is_full_is_said():
    full = Destination("json", Path("/dev/full"))
    files.check([full], {})
    with pytest.raises(ToolError, match="No space left on device"):
        files.write(diagnosed(PASSED), [full], STYLE, {})


# the summary of a step on GitHub


def test_markdown_is_added_to_the_summary_and_every_other_file_is_replaced(tmp_path):
    summary = tmp_path / "summary.md"
    summary.write_text("# before\n")
    environ = {"GITHUB_STEP_SUMMARY": str(summary)}
    write(PASSED, Destination("markdown", summary), **environ)
    write(CRASHED, Destination("markdown", summary), **environ)
    assert summary.read_text() == "# before\n" + "".join(render("markdown", item, STYLE) for item in (PASSED, CRASHED))
    write(PASSED, Destination("gitlab", summary), **environ)
    assert summary.read_text() == "[]\n"
    other = tmp_path / "other.md"
    for _ in range(2):
        write(PASSED, Destination("markdown", other), **environ)
    assert other.read_text() == render("markdown", PASSED, STYLE)


def test_the_summary_needs_no_folder_that_can_be_written_and_may_not_be_there_yet(tmp_path, monkeypatch):
    summary = tmp_path / "summary.md"
    environ = {"GITHUB_STEP_SUMMARY": str(summary)}
    write(PASSED, Destination("markdown", summary), **environ)
    assert summary.read_text().startswith("## ✅ `shop.main:app`")
    monkeypatch.setattr(files, "_open_temporary", lambda _: pytest.fail("a file was made in the folder"))
    write(PASSED, Destination("markdown", summary), **environ)


@pytest.mark.parametrize("free", [-5, 0, 30, 700, 5000])
def test_the_summary_never_grows_beyond_what_github_takes(tmp_path, free):
    summary = tmp_path / "summary.md"
    before = files.SUMMARY_BYTES - free
    summary.write_bytes(b"x" * before)
    write(SEVERAL_TARGETS, Destination("markdown", summary), GITHUB_STEP_SUMMARY=str(summary))
    assert before <= summary.stat().st_size <= max(before, files.SUMMARY_BYTES)
    assert (summary.stat().st_size > before) == (free >= 52)


def test_an_empty_summary_takes_more_than_a_comment(tmp_path):
    summary = tmp_path / "summary.md"
    many = replace(SEVERAL_TARGETS, targets=SEVERAL_TARGETS.targets * 30)
    write(many, Destination("markdown", summary), GITHUB_STEP_SUMMARY=str(summary))
    assert summary.read_text().count("<details>") == 90
    write(many, Destination("markdown", tmp_path / "comment.md"))
    assert len((tmp_path / "comment.md").read_bytes()) <= 65_000


def test_a_summary_that_cannot_be_finished_is_as_it_was(tmp_path, monkeypatch):
    summary = tmp_path / "summary.md"
    summary.write_text("# before\n")
    opened = Path.open
    monkeypatch.setattr(Path, "open", lambda path, *args, **options: FullDisk(opened(path, *args, **options)))
    with pytest.raises(ToolError, match="No space left on device"):
        files.write(diagnosed(PASSED), [Destination("markdown", summary)], STYLE, {"GITHUB_STEP_SUMMARY": str(summary)})
    monkeypatch.undo()
    assert summary.read_text() == "# before\n"
