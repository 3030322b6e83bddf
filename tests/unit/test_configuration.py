"""Settings of single targets, and --show-config: what is in force, where it comes from, and that it reads the same."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from lifespan_cli import cli
from lifespan_cli.configuration import NOT_OF_A_TARGET, load
from lifespan_cli.discover import plans
from lifespan_cli.errors import UsageError
from lifespan_cli.options import SECOND_NS, Destination
from lifespan_cli.settings import OPTIONS, Settings, spelled
from lifespan_cli.toml import config_text

TABLES = """
[tool.lifespan-check]
max-startup = "3s"
runs = 3
[tool.lifespan-check.targets."shop:app"]
max-startup = "1s"
python = ".venv/bin/python"
env-file = "shop.env"
[tool.lifespan-check.targets."admin:app"]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current directory, with the tables as its pyproject.toml, and none of our own variables."""
    for name in OPTIONS:
        monkeypatch.delenv(f"LIFESPAN_CHECK_{spelled(name).upper().replace('-', '_')}", raising=False)
    (tmp_path / "pyproject.toml").write_text(TABLES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal(folder, text, flags=None):
    (folder / "pyproject.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        load(flags or {}, {}, folder)
    return str(caught.value)


# tables of single targets


def test_the_tables_of_targets_name_the_targets(folder):
    settings = load({}, {}, folder)
    assert settings.targets == ("shop:app", "admin:app")
    assert settings.targets_from == folder / "pyproject.toml"


def test_a_targets_own_table_holds_for_it_alone(folder):
    settings = load({}, {}, folder)
    shop, admin, other = (settings.of_target(name) for name in ("shop:app", "admin:app", "other:app"))
    assert (shop.max_startup_ns, shop.runs) == (SECOND_NS, 3)
    assert (shop.python, shop.env_file) == (str(folder / ".venv/bin/python"), folder / "shop.env")
    for without in (admin, other):
        assert (without.max_startup_ns, without.runs, without.python) == (3 * SECOND_NS, 3, None)


@pytest.mark.parametrize(
    ("flags", "environ", "seconds", "source"),
    [
        ({"max_startup_ns": "7s"}, {"LIFESPAN_CHECK_MAX_STARTUP": "5s"}, 7, "--max-startup"),
        ({}, {"LIFESPAN_CHECK_MAX_STARTUP": "5s"}, 5, "LIFESPAN_CHECK_MAX_STARTUP"),
        ({}, {}, 1, '[tool.lifespan-check.targets."shop:app"]'),
    ],
)
def test_a_flag_and_a_variable_come_before_a_targets_own_table(flags, environ, seconds, source, folder):
    own = load(flags, environ, folder).of_target("shop:app")
    assert (own.max_startup_ns, own.sources["max_startup_ns"]) == (seconds * SECOND_NS, source)


def test_then_comes_the_table_of_all_and_then_the_default(folder):
    admin = load({}, {}, folder).of_target("admin:app")
    assert admin.sources["max_startup_ns"] == "[tool.lifespan-check] of pyproject.toml"
    assert (admin.timeout_ns, admin.sources.get("timeout_ns")) == (60 * SECOND_NS, None)


def test_a_target_on_the_command_line_keeps_its_table_wherever_the_call_is_made(folder):
    deep = folder / "src"
    deep.mkdir()
    own = load({"targets": ("shop:app",)}, {}, deep).of_target("shop:app")
    assert own.targets == ("shop:app",)
    assert (own.max_startup_ns, own.env_file) == (SECOND_NS, folder / "shop.env")


def test_an_unknown_key_of_a_target_names_the_target_and_the_nearest_key(folder):
    text = '[tool.lifespan-check.targets."shop:app"]\nmax-startp = 1\n'
    assert refusal(folder, text) == (
        "targets.'shop:app' in [tool.lifespan-check] of pyproject.toml has an unknown key 'max-startp'; "
        "the nearest known one is max-startup"
    )


def test_a_value_that_cannot_be_read_names_the_target_too(folder):
    text = '[tool.lifespan-check.targets."shop:app"]\nmax_modules = 0\n'
    assert refusal(folder, text) == (
        "max_modules in targets.'shop:app' in [tool.lifespan-check] of pyproject.toml: "
        "0 is no whole number from 1 to 999999"
    )


@pytest.mark.parametrize("name", sorted(NOT_OF_A_TARGET))
def test_what_concerns_the_whole_call_is_no_setting_of_a_target(name, folder):
    values = {"jobs": "2", "targets": '["a:b"]', "report": '["json=a.json"]', "color": '"never"'}
    values |= {"output_format": '"json"', **dict.fromkeys(("baseline", "save_baseline", "load"), '"a.json"')}
    text = f'[tool.lifespan-check.targets."shop:app"]\n{spelled(name)} = {values.get(name, "true")}\n'
    assert refusal(folder, text) == (
        f"targets.'shop:app' in [tool.lifespan-check] of pyproject.toml: {spelled(name)} is for all targets; "
        "write it under [tool.lifespan-check]"
    )


def test_a_targets_table_that_is_none(folder):
    assert refusal(folder, '[tool.lifespan-check.targets]\n"shop:app" = 3\n') == (
        "targets.'shop:app' in [tool.lifespan-check] of pyproject.toml is no table; "
        'write its settings under [tool.lifespan-check.targets."shop:app"]'
    )


def test_a_code_of_a_targets_own_that_no_rule_has_is_refused_before_anything_runs(folder, capsys):
    (folder / "pyproject.toml").write_text('[tool.lifespan-check.targets."shop:app"]\nselect = ["LS999"]\n')
    (folder / "shop.py").write_text("open('ran', 'w')\n")
    assert cli.run([]) == 2
    assert "no rule has the code 'LS999'" in capsys.readouterr().err
    assert not (folder / "ran").exists()


# --show-config


def shown(capsys, *words):
    assert cli.run(["--show-config", *words]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def comment(out, name):
    (found,) = [line.partition("  # ")[2] for line in out.splitlines() if line.split(" ")[0] == name]
    return found


def test_show_config_shows_every_option_with_where_its_value_comes_from(folder, capsys, monkeypatch):
    monkeypatch.setenv("LIFESPAN_CHECK_BACKEND", "uvloop")
    out = shown(capsys, "--max-import", "0.25", "shop:app")
    table = tomllib.loads(out)["tool"]["lifespan-check"]
    assert (table["max-import"], comment(out, "max-import")) == ("0.25s", "--max-import")
    assert (table["backend"], comment(out, "backend")) == ("uvloop", "LIFESPAN_CHECK_BACKEND")
    assert (table["runs"], comment(out, "runs")) == (3, "[tool.lifespan-check] of pyproject.toml")
    assert (table["timeout"], comment(out, "timeout")) == ("60s", "default")
    assert "# max-total is not set\n" in out
    for name in OPTIONS:
        assert name == "targets" or spelled(name) in table or f"# {spelled(name)} is not set\n" in out


def test_show_config_shows_what_a_target_has_of_its_own_and_runs_nothing(folder, capsys):
    (folder / "shop.py").write_text("open('ran', 'w')\n")
    out = shown(capsys, "--max-startup", "9s")
    table = tomllib.loads(out)["tool"]["lifespan-check"]
    assert table["max-startup"] == "9s"
    assert table["targets"] == {
        "shop:app": {"python": str(folder / ".venv/bin/python"), "env-file": str(folder / "shop.env")},
        "admin:app": {},
    }
    assert comment(out, "env-file") == '[tool.lifespan-check.targets."shop:app"]'
    assert "those of the tables below  # [tool.lifespan-check] of pyproject.toml\n" in out
    assert not (folder / "ran").exists()


def test_show_config_lists_the_targets_where_none_has_settings_of_its_own(folder, capsys):
    out = shown(capsys, "admin:app", "z")
    table = tomllib.loads(out)["tool"]["lifespan-check"]
    assert (table["targets"], comment(out, "targets")) == (["admin:app", "z"], "TARGET")


def test_show_config_of_a_wrong_configuration_is_its_error(folder, capsys):
    (folder / "pyproject.toml").write_text("[tool.lifespan-check]\ntimout = 1\n")
    assert cli.run(["--show-config"]) == 2
    assert "the nearest known one is timeout" in capsys.readouterr().err


# what is shown, read again

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
TARGETS = NAMES.map(lambda name: name.replace("\0", "."))
TIMES = st.integers(1, 365 * 24 * 3600 * SECOND_NS // 1_000_000)
PATHS = NAMES.map(lambda name: Path("/x", name.replace("\0", "_").replace("/", "-")))
OWN = st.fixed_dictionaries(
    {},
    optional={
        "max_startup_ns": TIMES,
        "max_memory_bytes": st.integers(1, 10**15 - 1),
        "max_regression": st.integers(1, 10**6).map(lambda number: number / 10**6) | st.just(2.5),
        "env_file": PATHS,
        "factory": st.booleans(),
        "runs": st.integers(1, 999_999),
        "select": st.just(("LS1", "LS203")),
    },
)


@given(OWN, st.dictionaries(TARGETS, OWN, min_size=1, max_size=3), st.lists(PATHS, max_size=2))
@hypothesis_settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], max_examples=60)
def test_what_show_config_prints_asks_for_the_same(tmp_path, common, targets, files):
    sources = dict.fromkeys([*common, "targets", "report"], "evil \n\x1b[31m # source")
    given_settings = Settings(
        **common,
        targets=tuple(targets),
        report=tuple(Destination("json", file) for file in files),
        per_target=targets,
        sources=sources,
    )
    text = config_text(given_settings)
    assert text.replace("\n", "").isprintable()
    (tmp_path / "pyproject.toml").write_text(text, "utf-8")
    read = load({}, {}, tmp_path)
    assert read.targets == given_settings.targets
    for target in targets:
        one, other = read.of_target(target), given_settings.of_target(target)
        assert {name: getattr(one, name) for name in OPTIONS} == {name: getattr(other, name) for name in OPTIONS}


def test_a_variable_with_a_slip_in_its_name_is_refused_and_anothers_is_not(tmp_path):
    with pytest.raises(UsageError, match=r"LIFESPAN_CHECK_TIMEOT; the nearest is LIFESPAN_CHECK_TIMEOUT$"):
        load({}, {"LIFESPAN_CHECK_TIMEOT": "3"}, tmp_path)
    assert (
        load({}, {"LIFESPAN_CHECK_TEST_PYTHONS": "python3.10", "LIFESPAN_CHECK_OF_OURS": "1"}, tmp_path).sources == {}
    )


def test_an_interpreter_that_is_not_there_names_where_it_was_asked_for(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.lifespan-check]\npython = "nowhere/bin/python"\n')
    settings = load({}, {}, tmp_path)
    with pytest.raises(UsageError, match=r"^\[tool.lifespan-check\] of pyproject.toml: .* does not exist"):
        plans(replace(settings, targets=("main:app",)), {}, tmp_path)
