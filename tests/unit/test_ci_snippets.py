"""What the README says to write into pipelines: that it can be read, and means what is there."""

import ast
import re
import shlex
from pathlib import Path

import pytest
import yaml

from lifespan_cli import cli
from lifespan_cli.configuration import load
from lifespan_cli.plugin import OF_THE_COMMAND
from lifespan_cli.settings import OPTIONS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("\n## In CI\n")[2].partition("\n## ")[0]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", SECTION, re.DOTALL | re.MULTILINE)


def commands() -> list[str]:
    """Every call of the tool, in whatever block."""
    return re.findall(
        r"(?:^|run: |script: )(lifespan-check [^\n#]+)", "\n".join(blocks("sh") + blocks("yaml")), re.MULTILINE
    )


def test_it_fits_one_screen():
    assert len(SECTION.strip().splitlines()) <= 45


def test_there_is_a_snippet_for_each():
    assert (len(blocks("sh")), len(blocks("yaml")), len(blocks("python"))) == (1, 3, 1)
    assert len(commands()) == 3


@pytest.mark.parametrize("command", commands())
def test_its_options_exist(command, tmp_path):
    given = cli._parse(shlex.split(command)[1:])
    settings = load({field: given[field] for field in OPTIONS}, {}, tmp_path)
    assert settings.targets == ("myapp.main:app",)
    assert settings.report


def test_the_action_has_these_inputs():
    action, plain = yaml.safe_load(blocks("yaml")[0])
    path = re.fullmatch(r"OWNER/lifespan-check/(.+)@v\d.*", action["uses"])[1]
    inputs = yaml.safe_load((ROOT / path / "action.yml").read_text())["inputs"]
    assert action["with"].keys() <= inputs.keys()
    assert cli._parse([*shlex.split(action["with"]["args"]), action["with"]["target"]])["max_startup_ns"] == "2s"
    assert plain["run"].startswith("lifespan-check ")


def test_gitlab_gets_the_files_that_are_written():
    job = yaml.safe_load(blocks("yaml")[1])["lifespan"]
    written = dict(re.findall(r"--report (\w+)=(\S+)", job["script"]))
    assert job["artifacts"]["reports"] == {"junit": written["junit"], "codequality": written["gitlab"]}


def test_the_hook_is_the_one_that_is_offered():
    (named,) = yaml.safe_load(blocks("yaml")[2])["repos"][0]["hooks"]
    (offered,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert named["id"] == offered["id"]
    assert named["args"] == ["myapp.main:app"]


def test_the_fixture_takes_these_arguments(tmp_path):
    (call,) = [
        node
        for node in ast.walk(ast.parse(blocks("python")[0]))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "lifespan_check"
    ]
    options = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
    assert not options.keys() & OF_THE_COMMAND
    settings = load(options, {}, tmp_path)
    assert (settings.max_startup_ns, settings.forbid_import) == (2_000_000_000, ("pandas",))
