"""Reports that somebody else wrote: those of earlier releases are shown, and hostile ones end in one sentence."""

import copy
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import TESTS
from rendering import render
from reports import PASSED
from slowness import SLOW

from lifespan_cli import cli
from lifespan_cli.errors import UsageError
from lifespan_cli.model import serialize
from lifespan_cli.model.serialize import from_dict, to_dict, to_json
from lifespan_cli.output import Style
from lifespan_cli.settings import FORMATS

VERSION_1 = sorted((TESTS / "reports_v1").glob("*.json"))
PLAIN = json.loads(to_json(to_dict(SLOW)))
MAPPINGS = ("packages", "statistics", "fields")
NUMBERS = (2**31 - 1, 10**18)
"""As large as a line and a time may be."""


@pytest.mark.parametrize("file", VERSION_1, ids=lambda file: file.stem)
def test_a_report_of_version_1_is_shown_in_every_format(file: Path):
    report = serialize.load(file)
    assert [target.target for target in report.targets] == [
        row["target"] for row in json.loads(file.read_text())["targets"]
    ]
    for name in FORMATS:
        assert render(name, report, Style(verbose=True)) or not any(target.findings for target in report.targets), name


def places(data: Any, path: tuple = ()) -> Iterator[tuple[tuple, Any]]:
    """Every value of a report, with the keys that lead to it."""
    yield path, data
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from places(value, (*path, key))


def with_value(path: tuple, value: Any) -> dict:
    """The report with another value at that place."""
    data = place = copy.deepcopy(PLAIN)
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return data


def named(path: tuple) -> str:
    """The place as a sentence names it."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")


FIELDS = {tuple("" if isinstance(key, int) else key for key in path): path for path, _ in places(PLAIN) if path}
"""One place of each kind."""


@pytest.mark.parametrize("wrong", [[[]], 1.5, True, "\ud800", -(10**30), 10**30])
def test_a_value_of_the_wrong_type_or_size_is_named_with_its_place(wrong):
    for path in FIELDS.values():
        mapping = next((index for index, key in enumerate(path) if key in MAPPINGS), len(path))
        where = named(path[: mapping + 1])  # the key of a mapping is not named
        assert refusal(with_value(path, wrong)).startswith(where) or isinstance(wrong, bool | str), path


def refusal(data: dict) -> str:
    """Why it is not a report; empty for one."""
    try:
        from_dict(data)
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("exit_code",), 77, "exit_code: invalid enum value 77"),
        (("targets", 0, "runs"), [], "targets[0].runs: expected array of length >= 1"),
        (("targets", 0, "verdict"), "maybe", "targets[0].verdict: invalid enum value 'maybe'"),
        (
            ("targets", 0, "runs", 0, "phases", 1, "wall_ns"),
            10**300,
            "targets[0].runs[0].phases[1].wall_ns: expected int <= 1000000000000000000",
        ),
    ],
)
def test_the_command_ends_with_one_sentence_and_2(tmp_path, capsys, path, value, sentence):
    file = tmp_path / "report.json"
    file.write_text(json.dumps(with_value(path, value)))
    assert cli.run(["--load", str(file)]) == 2
    assert capsys.readouterr() == (
        "",
        f"lifespan-check: error: --load: '{file}' is not a report of lifespan-check ({sentence}); "
        "write one with --output-format json\n",
    )


@pytest.mark.parametrize("number", [0, 1, *NUMBERS])
def test_the_largest_numbers_that_are_allowed_are_shown_at_once(number):
    data = copy.deepcopy(PLAIN)
    for path, value in places(PLAIN):
        if type(value) is int and path[-1] not in ("schema_version", "exit_code"):
            place = data
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = number
    report = accepted(data)
    began_s = time.process_time()
    for name in FORMATS:
        assert len(render(name, report, Style(verbose=True))) < 1_000_000, name
    assert time.process_time() - began_s < 20


def accepted(data: dict) -> Any:
    """The report, its numbers lowered where they are larger than is allowed."""
    while True:
        try:
            return from_dict(data)
        except ValueError as error:
            where, _, limit = str(error).partition(": expected int ")
            place, keys = data, where.replace("[", ".").replace("]", "").split(".")
            for key in keys[:-1]:
                place = place[int(key) if key.isdigit() else key]
            place[keys[-1]] = int(limit.split()[1])


def test_what_is_deep_but_not_too_deep_is_shown(tmp_path):
    frame = PLAIN["targets"][0]["runs"][0]["phases"][4]["frames"][0]
    for levels, good in ((400, True), (401, False), (100_000, False)):
        text = json.dumps({**frame, "children": []})
        before, after = text.split("[]")
        text = f"{before}[" * levels + text + f"]{after}" * levels
        file = tmp_path / "report.json"
        whole = json.dumps(with_value(("targets", 0, "runs", 0, "phases", 4, "frames"), ["here"]))
        file.write_text(whole.replace('"here"', text))
        if good:
            report = serialize.load(file)
            assert all(render(name, report, Style(verbose=True)) is not None for name in FORMATS)
        else:
            with pytest.raises(UsageError, match=r"nested too deeply|though it is JSON"):
                serialize.load(file)


def test_a_file_without_an_end_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr(serialize, "MOST_BYTES", 2**20)
    with pytest.raises(UsageError, match=r"'/dev/zero' is not a report of lifespan-check: it is larger than 1 MiB"):
        serialize.load(Path("/dev/zero"))


def test_half_a_surrogate_pair_is_kept_in_a_text_and_refused_in_a_word():
    data = json.loads(to_json(to_dict(PASSED)))
    data["targets"][0]["why"] = "\udc80"
    assert from_dict(data).targets[0].why == "\udc80"
    data["\udc80"] = 1
    assert from_dict(data).targets[0].why == "?"
    data["verdict"] = "\udc80"
    with pytest.raises(ValueError, match=r"^verdict: invalid enum value '\?'$"):
        from_dict(data)
