"""What is asked for: precedence, and one sentence for everything that cannot be read."""

from pathlib import Path

import pytest

from lifespan_cli.configuration import load, tool_table
from lifespan_cli.errors import UsageError
from lifespan_cli.options import SECOND_NS, Destination
from lifespan_cli.settings import OPTIONS, Settings, spelled, variable


def write(folder: Path, text: str) -> Path:
    file = folder / "pyproject.toml"
    file.write_text(text)
    return file


def refusal(tmp_path: Path, flags=None, environ=None) -> str:
    with pytest.raises(UsageError) as caught:
        load(flags or {}, environ or {}, tmp_path)
    return str(caught.value)


def asked(settings: Settings) -> dict[str, object]:
    """Whatever was given, by the names of the fields."""
    return {name: getattr(settings, name) for name in settings.sources}


def test_nothing_asked_for_is_the_defaults(tmp_path):
    assert load({}, {}, tmp_path) == Settings()
    assert load(dict.fromkeys(OPTIONS), {"LIFESPAN_CHECK_TIMEOUT": " "}, tmp_path) == Settings()


def test_a_flag_comes_before_a_variable_before_the_file_before_the_default(tmp_path):
    environ = {"LIFESPAN_CHECK_TIMEOUT": "2"}
    write(tmp_path, "[tool.lifespan-check]\ntimeout = 3\n")
    assert load({"timeout_ns": "1"}, environ, tmp_path).timeout_ns == 1 * SECOND_NS
    assert load({"timeout_ns": None}, environ, tmp_path).timeout_ns == 2 * SECOND_NS
    assert load({}, {}, tmp_path).timeout_ns == 3 * SECOND_NS
    write(tmp_path, "[tool.lifespan-check]\n")
    assert load({}, {}, tmp_path).timeout_ns == 60 * SECOND_NS


TEXTS = {
    "targets": ("a:b c:d", ("a:b", "c:d")),
    "app_dir": ("src", Path("src")),
    "factory": ("Yes", True),
    "python": ("python3.12", "python3.12"),
    "env_file": (".env", Path(".env")),
    "preload": ("uvicorn, orjson", ("uvicorn", "orjson")),
    "backend": ("trio", "trio"),
    "timeout_ns": ("1.5s", 1_500_000_000),
    "import_timeout_ns": ("300ms", 300_000_000),
    "startup_timeout_ns": ("2m", 120_000_000_000),
    "shutdown_timeout_ns": ("7", 7_000_000_000),
    "exit_timeout_ns": ("4s", 4_000_000_000),
    "hold_ns": ("0", 0),
    "request": ("/ /docs", ("/", "/docs")),
    "restart": ("yes", True),
    "runs": ("5", 5),
    "warmup": ("0", 0),
    "watch": ("on", True),
    "jobs": ("2", 2),
    "lifespan": ("on", "on"),
    "max_import_ns": ("2s", 2_000_000_000),
    "max_startup_ns": ("1.5", 1_500_000_000),
    "max_shutdown_ns": ("100ms", 100_000_000),
    "max_total_ns": ("1m", 60_000_000_000),
    "max_cpu_ns": ("900ms", 900_000_000),
    "max_memory_bytes": ("200MB", 200_000_000),
    "max_modules": ("400", 400),
    "forbid_import": ("torch,pandas", ("torch", "pandas")),
    "max_blocking_ns": ("50ms", 50_000_000),
    "baseline": ("before.json", Path("before.json")),
    "save_baseline": ("after.json", Path("after.json")),
    "max_regression": ("30%", 0.3),
    "baseline_any": ("true", True),
    "select": ("LS104 LS2", ("LS104", "LS2")),
    "ignore": ("LS101", ("LS101",)),
    "fail_on": ("warning", "warning"),
    "output_format": ("json", "json"),
    "report": (
        "junit=/reports/a.xml json=/reports/b=c.json",
        (Destination("junit", Path("/reports/a.xml")), Destination("json", Path("/reports/b=c.json"))),
    ),
    "no_annotations": ("on", True),
    "load": ("report.json", Path("report.json")),
    "servers": ("1", True),
    "show_output": ("1", True),
    "color": ("never", "never"),
    "quiet": ("on", True),
    "verbose": ("true", True),
}


@pytest.mark.parametrize("field", OPTIONS)
def test_every_option_has_its_variable_and_its_key(tmp_path, field):
    text, expected = TEXTS[field]
    if isinstance(expected, Path):
        expected = tmp_path / expected
    assert getattr(load({}, {variable(field): text}, tmp_path), field) == expected
    value = str(expected).lower() if isinstance(expected, bool) else repr(text)
    if isinstance(expected, tuple):
        value = repr([str(item) for item in expected])
    for key in (spelled(field), spelled(field).replace("-", "_")):
        write(tmp_path, f"[tool.lifespan-check]\n{key} = {value}\n")
        assert getattr(load({}, {}, tmp_path), field) == expected


def test_names_of_options_as_keywords_are_flags_too(tmp_path):
    assert asked(load({"startup_timeout": "5s", "app_dir": tmp_path}, {}, tmp_path)) == {
        "startup_timeout_ns": 5 * SECOND_NS,
        "app_dir": tmp_path,
    }
    assert refusal(tmp_path, {"startup_timout": 1}) == (
        "the call has an unknown key 'startup_timout'; the nearest known one is startup-timeout"
    )


def test_a_repeated_flag_may_hold_several_codes_but_a_target_is_taken_as_it_is(tmp_path):
    settings = load({"select": ("LS1,LS2", "LS301"), "targets": ("my app, here.py",)}, {}, tmp_path)
    assert settings.select == ("LS1", "LS2", "LS301")
    assert settings.targets == ("my app, here.py",)


@pytest.mark.parametrize(
    ("raw", "amount_ns"),
    [
        ("1.5", 1_500_000_000),
        (".5s", 500_000_000),
        ("1.", 1_000_000_000),
        ("300ms", 300_000_000),
        ("0.25ms", 250_000),
        ("2m", 120_000_000_000),
        (" 3 s ", 3_000_000_000),
        (2, 2_000_000_000),
        (0.1, 100_000_000),
    ],
)
def test_durations(tmp_path, raw, amount_ns):
    assert load({"timeout_ns": raw}, {}, tmp_path).timeout_ns == amount_ns


@pytest.mark.parametrize(
    "raw",
    [
        *("", "abc", "-1", "1e3", "1h", "nan", "inf", "1,5", "1 s s", "٣", "9" * 400),
        *(-1, -0.5, True, float("nan"), float("inf"), 10**400, [], {}),
    ],
)
def test_what_is_no_duration(tmp_path, raw):
    assert refusal(tmp_path, {"hold_ns": raw}) == (
        f"--hold: {raw!r} is no duration; write seconds (1.5), or a number with its unit: 300ms, 1.5s, 2m"
    )


def test_zero_is_a_time_to_hold_but_none_to_wait_in(tmp_path):
    assert load({"hold_ns": "0ms"}, {}, tmp_path).hold_ns == 0
    for raw in ("0", "0.0000000001"):
        assert refusal(tmp_path, {"timeout_ns": raw}) == (
            f"--timeout: '{raw}' is no time at all; write more than zero, 300ms, 1.5s or 2m, say"
        )


def test_a_limit_for_blocking_that_sampling_cannot_see_is_refused_with_the_least_that_it_can(tmp_path):
    assert load({"max_blocking_ns": "5ms"}, {}, tmp_path).max_blocking_ns == 5_000_000
    assert refusal(tmp_path, {"max_blocking_ns": "4ms"}) == (
        "--max-blocking: '4ms' is less than sampling can see; the smallest limit is 5ms"
    )


def test_the_place_of_a_bad_value_is_named(tmp_path):
    assert refusal(tmp_path, {"backend": "curio"}) == "--backend: 'curio' is none of asyncio, uvloop, trio"
    assert refusal(tmp_path, environ={"LIFESPAN_CHECK_BACKEND": "curio"}) == (
        "LIFESPAN_CHECK_BACKEND: 'curio' is none of asyncio, uvloop, trio"
    )
    write(tmp_path, "[tool.lifespan-check]\nbackend = 3\n")
    assert refusal(tmp_path) == (
        "backend in [tool.lifespan-check] of pyproject.toml: 3 is none of asyncio, uvloop, trio"
    )


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("factory = 'yes'", "'yes' is neither true nor false"),
        ("factory = 1", "1 is neither true nor false"),
        ("targets = 3", "3 is no list of strings"),
        ("select = ['LS1', 2]", "['LS1', 2] is no list of strings"),
        ("python = 3.12", "3.12 is no path or name of a program; write it in quotes"),
        ("app-dir = ''", "'' is no path"),
        ("lifespan = 'off'", "'off' is none of auto, on"),
    ],
)
def test_a_value_of_the_wrong_type_in_the_file(tmp_path, line, sentence):
    write(tmp_path, f"[tool.lifespan-check]\n{line}\n")
    assert refusal(tmp_path) == f"{line.split()[0]} in [tool.lifespan-check] of pyproject.toml: {sentence}"


def test_a_switch_in_a_variable_is_on_or_off(tmp_path):
    write(tmp_path, "[tool.lifespan-check]\nfactory = true\n")
    assert load({}, {"LIFESPAN_CHECK_FACTORY": "OFF"}, tmp_path).factory is False
    assert refusal(tmp_path, environ={"LIFESPAN_CHECK_FACTORY": "maybe"}) == (
        "LIFESPAN_CHECK_FACTORY: 'maybe' is neither on nor off; write one of 1, true, yes, on, 0, false, no, off"
    )


def test_an_unknown_key_names_the_nearest_known_one(tmp_path):
    write(tmp_path, "[tool.lifespan-check]\nstartup_timout = 1\n")
    assert refusal(tmp_path) == (
        "[tool.lifespan-check] of pyproject.toml has an unknown key 'startup_timout'; "
        "the nearest known one is startup-timeout"
    )
    write(tmp_path, "[tool.lifespan-check]\nxyzzy = 1\n")
    assert refusal(tmp_path).startswith(
        "[tool.lifespan-check] of pyproject.toml has an unknown key 'xyzzy'; the known ones are targets, app-dir, "
    )


def test_a_key_written_both_ways_is_refused(tmp_path):
    write(tmp_path, "[tool.lifespan-check]\nfail-on = 'never'\nfail_on = 'error'\n")
    assert refusal(tmp_path) == (
        "[tool.lifespan-check] of pyproject.toml has fail-on twice, once with a dash and once with an underscore"
    )


def test_quiet_and_verbose_exclude_each_other(tmp_path):
    assert refusal(tmp_path, {"quiet": True, "verbose": True}) == (
        "quiet and verbose exclude each other; take one of them away"
    )


def test_malformed_toml_is_refused_with_its_line_when_it_is_about_us(tmp_path):
    write(tmp_path, "[tool.lifespan-check]\ntimeout = \n")
    assert refusal(tmp_path) == "pyproject.toml is no valid TOML: Invalid value (at line 2, column 11)"
    write(tmp_path, "[tool.other]\ntimeout = \n")
    assert load({}, {}, tmp_path) == Settings()
    (tmp_path / "pyproject.toml").write_bytes(b"[tool.lifespan-check]\n# \xff\n")
    assert refusal(tmp_path).startswith("pyproject.toml is no valid TOML: 'utf-8' codec can't decode byte 0xff")


def test_a_table_that_is_none(tmp_path):
    write(tmp_path, "[tool]\nlifespan-check = 1\n")
    assert refusal(tmp_path) == (
        "pyproject.toml: tool.lifespan-check is no table; write its keys under [tool.lifespan-check]"
    )
    write(tmp_path, "tool = 'lifespan-check'\n")
    assert load({}, {}, tmp_path) == Settings()


def test_the_nearest_file_counts_and_its_paths_are_relative_to_its_folder(tmp_path):
    write(tmp_path, "[tool.lifespan-check]\ntargets = ['x:y']\napp-dir = 'src'\npython = '.venv/bin/python'\n")
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    settings = load({}, {}, deep)
    assert settings.app_dir == tmp_path / "src"
    assert settings.python == str(tmp_path / ".venv/bin/python")
    assert settings.targets_from == tmp_path / "pyproject.toml"
    assert load({"targets": ("z",)}, {}, deep).targets_from is None
    write(tmp_path / "a", "[tool.other]\n")
    assert load({}, {}, deep) == Settings()


def test_a_python_that_is_a_folder_here_is_a_path_and_any_other_bare_name_is_not(tmp_path):
    (tmp_path / "venv").mkdir()
    assert load({"python": "venv"}, {}, tmp_path).python == str(tmp_path / "venv")
    assert load({"python": "python3"}, {}, tmp_path).python == "python3"
    assert load({"python": "../python3"}, {}, tmp_path).python == str(tmp_path.parent / "python3")


def test_tool_table_gives_any_tools_table(tmp_path):
    file = write(tmp_path, "[tool.fastapi]\nentrypoint = 'a:b'\n")
    assert tool_table(tmp_path, "fastapi") == (file, {"entrypoint": "a:b"})
    assert tool_table(tmp_path, "lifespan-check") is None


def test_limits():
    settings = Settings(timeout_ns=5, import_timeout_ns=1, startup_timeout_ns=2, shutdown_timeout_ns=3, hold_ns=100)
    assert {phase: settings.limit_ns(phase) for phase in ("preload", "import", "resolve")} == {
        "preload": 1,
        "import": 1,
        "resolve": 1,
    }
    assert settings.limit_ns("startup") == 2
    assert settings.limit_ns("shutdown") == 3
    assert settings.limit_ns("boot") == settings.limit_ns("runtime") == 5
    assert settings.limit_ns("hold") == 105
    assert settings.limit_ns("exit") == 5
    assert Settings().limit_ns("exit") == 10 * SECOND_NS
    assert Settings().limit_ns("startup") == 60 * SECOND_NS
