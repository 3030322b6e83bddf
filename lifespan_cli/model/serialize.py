"""A report to and from JSON, and the JSON Schema of reports, which is made from the records' own types and docstrings.

Reading never trusts the file: its size, its nesting and every value are bounded, and what is wrong gets one sentence.
"""

import json
import re
from itertools import count, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from lifespan_cli import model
from lifespan_cli.errors import UsageError
from lifespan_cli.model.convert import convert
from lifespan_cli.model.phase import Block, BlockLine, Frame
from lifespan_cli.model.report import SCHEMA_VERSION, Report

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES = 256 * 1024 * 1024
"""More than a report of 100 runs of a large application has."""
MOST_DEPTH = 400
"""How many calls may be nested in a call tree; the probe writes no more."""
EARLIER_VERSIONS = (1,)
"""Versions that lack nothing but keys which have a default, or follow from the others."""
_TOO_DEEP = "it is nested too deeply"
_LONGEST = 200
"""Characters of a reason."""
_WORDS = ("null", "true", "false", "-")
_REFUSED = re.compile(r"(?P<why>.*?)(?: - at `\$\.?(?P<place>.*)`)?", re.DOTALL)
"""How msgspec says what it refuses, and where."""


def to_dict(report: Report) -> dict[str, Any]:
    """The report as the JSON contract's plain dictionaries, lists, strings and integers."""
    data: dict[str, Any] = msgspec.to_builtins(report)
    return data


def to_json(data: Any) -> str:
    """The data as JSON, a value on each line, ending with a newline.

    In ASCII, so that a lone surrogate in a name can be written to any stream; and no string of the application is a
    command to the runner in whose log it stands (see `inert`), though it is read back as it was.
    """
    return json.dumps(data, indent=2, ensure_ascii=True).replace("##", "#\\u0023") + "\n"


def from_dict(data: "Mapping[str, Any]") -> Report:
    """The report that `to_dict` wrote, or one of an earlier version that is read as this one.

    Unknown keys are ignored, since a later version may add some.

    Raises ValueError with the place and the reason for anything else.
    """
    earlier = type(data.get("schema_version")) is int and data["schema_version"] in EARLIER_VERSIONS
    if earlier:
        data = {**data, "schema_version": SCHEMA_VERSION}
    try:
        report = convert(data, Report)
    except msgspec.ValidationError as error:
        raise ValueError(_reason(str(error))) from None
    except UnicodeEncodeError:  # half a surrogate pair, in a key or where only certain words may stand
        text = json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")
        return from_dict(json.loads(text))
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    phases = [phase for target in report.targets for run in target.runs for phase in run.phases]
    frames = [frame for phase in phases for frame in phase.frames]
    for _ in range(MOST_DEPTH + 1):
        frames = [child for frame in frames for child in frame.children]
    if frames:
        raise ValueError(_TOO_DEEP)
    return _with_critical_times(report) if earlier else report


def _with_critical_times(report: Report) -> Report:
    """A report of version 1, whose frames only say whether they are critical, with the time that they are.

    There are no lanes in it: each line where a task begins is that of another one; and of a block it has one line.
    """
    lanes = count(1)

    def with_line(block: Block) -> Block:
        line = BlockLine(block.function, block.path, block.line, block.wall_ns, 0, block.called, block.source)
        return replace(block, lines=(line,))

    def read(frame: Frame) -> Frame:
        return replace(
            frame,
            lane=0 if frame.task is None else next(lanes),
            critical_ns=frame.total_ns if frame.critical else 0,
            children=tuple(map(read, frame.children)),
        )

    return replace(
        report,
        targets=tuple(
            replace(
                target,
                runs=tuple(
                    replace(
                        run,
                        phases=tuple(
                            replace(
                                phase,
                                frames=tuple(map(read, phase.frames)),
                                blocks=tuple(map(with_line, phase.blocks)),
                            )
                            for phase in run.phases
                        ),
                    )
                    for run in target.runs
                ),
            )
            for target in report.targets
        ),
    )


def load(path: Path, option: str = "--load") -> Report:
    """The report in that file. `option` is what named the file, for the error's sentence.

    Raises UsageError for a file that cannot be read, is not a report, or comes from a later version.
    """
    named = f"{option}: {str(path)!r}"
    data = _parsed(_content(path, named), named)
    version = data.get("schema_version")
    if type(version) is int and version > SCHEMA_VERSION:
        raise UsageError(
            f"{named} is a report of a later lifespan-check (its schema_version is {_short(str(version))}, "
            f"the latest known here is {SCHEMA_VERSION}); read it with that version"
        )
    try:
        return from_dict(data)
    except ValueError as error:
        raise UsageError(
            f"{named} is not a report of lifespan-check ({_short(str(error))}); write one with --output-format json"
        ) from None


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what `to_dict` writes: every key is there, and later versions may add some."""
    _, components = msgspec.json.schema_components([Report], ref_template="#/$defs/{name}")
    for name, component in components.items():
        described = _descriptions(getattr(model, name))
        component["description"] = " ".join(component["description"].split())
        component["properties"] = {
            key: {"description": described[key], **{word: value for word, value in rule.items() if word != "default"}}
            for key, rule in component["properties"].items()
        }
        component["required"] = list(component["properties"])
    report = components.pop("Report")
    title = f"lifespan-check report, schema_version {SCHEMA_VERSION}"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **report, "title": title, "$defs": components}


def _descriptions(record: type[msgspec.Struct]) -> dict[str, str]:
    """The docstring below each field of a record."""
    import ast
    import inspect

    definition: Any = ast.parse(inspect.getsource(record)).body[0]
    return {
        ast.unparse(field.target): " ".join(ast.literal_eval(text.value).split())
        for field, text in pairwise(definition.body)
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr)
    }


def _short(reason: str) -> str:
    return reason if len(reason) <= _LONGEST else f"{reason[:_LONGEST]}..."


def _reason(refusal: str) -> str:
    """Place and reason, in our words: "targets[0].runs[0].exit.code: expected int, got str"."""
    match = _REFUSED.fullmatch(refusal)
    why, place = (match["why"], match["place"]) if match else (refusal, None)
    why = why.replace("`", "")
    if why.startswith("Object missing required field "):
        return f"{place or 'it'} has no {why.removeprefix('Object missing required field ')}"
    why = why[:1].lower() + why[1:]
    return f"{place}: {why}" if place else why


def _content(path: Path, named: str) -> str:
    """The file's text. No more of it is read than a report can have: it may be a device without an end."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{named} cannot be read: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise UsageError(f"{named} is not a report of lifespan-check: it is larger than {MOST_BYTES >> 20} MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{named} is not UTF-8 text; a report is written with --output-format json") from None


def _is_cut_off(rest: str, complaint: str) -> bool:
    """The parser met nothing but the end: of the text, of a string, or of a word."""
    return complaint.startswith("Unterminated string") or any(word.startswith(rest) for word in _WORDS)


def _parsed(content: str, named: str) -> dict[str, Any]:
    if not content.strip():
        raise UsageError(f"{named} is empty; write a report there with --output-format json")
    try:
        data = json.loads(content)
    except json.JSONDecodeError as error:
        if _is_cut_off(content[error.pos :].rstrip(), error.msg):
            raise UsageError(f"{named} is cut off: the report ends in the middle; write it again") from None
        raise UsageError(
            f"{named} is not JSON (line {error.lineno}: {error.msg}); a report is written with --output-format json"
        ) from None
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets without end
        data = None
    if not isinstance(data, dict):
        raise UsageError(
            f"{named} is not a report of lifespan-check, though it is JSON; write one with --output-format json"
        )
    return data
