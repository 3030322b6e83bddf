"""What cannot work: each input gets one sentence that names it and the way out, and the exit code of its kind.

2 where the call itself is at fault, 1 with a finding of LS0 where the target is.
"""

import os
import platform
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import APPS, COMMAND, Check, Start, call

CLEAN = (APPS / "clean.py").read_text()


def refusal(*words: str, cwd: Path, **environ: str) -> str:
    """The one sentence with which the call is refused."""
    outcome = call(words, cwd, environ)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    sentence, *hint = outcome.stderr.splitlines()
    assert hint in ([], ["Try 'lifespan-check --help'."])
    assert sentence.startswith("lifespan-check: error: ")
    return sentence.removeprefix("lifespan-check: error: ")


def write(folder: Path, **files: str) -> Path:
    """Files with these names (`__` for the dot) in the folder."""
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content)
    return folder


# which target


def test_nothing_named_and_nothing_found(tmp_path: Path):
    says = refusal(cwd=tmp_path)
    assert says.startswith("no target is named and none is found")
    assert says.endswith("name one: lifespan-check module:app")


def test_nothing_named_and_two_found(tmp_path: Path):
    says = refusal(cwd=write(tmp_path, main__py=CLEAN, asgi__py=CLEAN))
    assert says == "no target is named and 2 are found: main:app, asgi:app; name one: lifespan-check main:app"


@pytest.mark.parametrize(
    ("target", "says"),
    [
        (".", "'.' is a directory; name a module or file in it: app.py"),
        ("missing.py:app", "there is no file 'missing.py'; there are app.py"),
        ("./data.txt:app", "'./data.txt' is no Python file, whose name ends in .py"),
        ("app:", "the target 'app:' has nothing after its colon"),
        (":app", "the target ':app' has nothing before its colon"),
        ("app:a:b", "the target 'app:a:b' has more than one colon"),
        ("app:create(1)", "the target 'app:create(1)' calls create with arguments"),
        ("my app:app", "'my app' in the target 'my app:app' is no name of a module"),
        ("app:my-app", "'my-app' in the target 'app:my-app' is no name of an attribute"),
        ("", "the target is empty"),
    ],
)
def test_a_target_that_cannot_be_one(target: str, says: str, tmp_path: Path):
    assert refusal(target, cwd=write(tmp_path, app__py=CLEAN, data__txt="")).startswith(says)


FOUND = {
    "module_mising:app": ("LS001", "there is no module module_mising in", "--app-dir"),
    "import_lacks_a_package:app": ("LS002", "No module named 'a_package_that_is_not_installed'", "Install the package"),
    "syntax_error:app": ("LS002", "SyntaxError: expected ':'", "Fix the syntax error"),
    "attribute_missing:aplication": ("LS003", "has no attribute aplication", "Did you mean application?"),
    "ambiguous": ("LS003", "ambiguous holds no ASGI application under a usual name", "first, second"),
    "attribute_is_none:app": ("LS004", "attribute_is_none:app is None", "Assign the application"),
    "attribute_is_an_int:app": ("LS004", "an object of type int", "Name an async callable"),
    "wsgi:app": ("LS004", "looks like a WSGI application", "WsgiToAsgi"),
    "class_not_instantiated:app": ("LS004", "is the class App, not an instance", "Name an instance"),
    "factory_not_called:create_app": ("LS005", "looks like a factory", "--factory"),
}


@pytest.mark.parametrize("target", FOUND)
def test_a_fault_of_the_target_is_a_finding_that_says_the_way_out(target: str, check: Check):
    code, says, way_out = FOUND[target]
    outcome = check(target)

    (finding,) = outcome.target.findings
    assert (outcome.exit_code, finding.code, outcome.stderr) == (1, code, "")
    assert says in finding.message
    assert "\n" not in finding.message
    assert way_out in finding.hint


@pytest.mark.parametrize(
    ("target", "file", "line"),
    [
        ("syntax_error_behind:app", "_not_python.py", 1),
        ("package_with_a_broken_import:app", "package_with_a_broken_import/__init__.py", 2),
        ("import_raises_a_group:app", "import_raises_a_group.py", 2),
        ("circular:app", "_circle.py", 1),
    ],
)
def test_an_import_error_names_the_deepest_line_of_the_users_code(target: str, file: str, line: int, check: Check):
    (finding,) = check(target).target.findings
    assert (finding.path, finding.line) == (str(APPS / file), line)


def test_a_file_outside_of_the_path_is_found_with_its_neighbours(check: Check, tmp_path: Path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    write(folder, neighbour__py=CLEAN, main__py="from neighbour import app")

    assert check(f"{folder}/main.py:app", cwd=tmp_path).codes == []
    assert check("../elsewhere/main.py:app", cwd=folder, PYTHONSAFEPATH="1").codes == []


# which interpreter


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("no-such-python", "--python: no program 'no-such-python' is on PATH"),
        ("./missing", "does not exist"),
        ("./folder", "has no bin/python"),
        ("./text", "is no program that can be run"),
        ("./broken", "cannot run"),
        ("./silent", "is no Python interpreter that works (exit code 0: it said nothing)"),
        ("./failing", "is no Python interpreter that works (exit code 3: no licence)"),
        ("./chatty", "is no Python interpreter that works (no answer within 1 s: hello)"),
        ("./endless", "is no Python interpreter that works (no answer within 1 s: it said nothing)"),
        ("./hanging", "is no Python interpreter that works (no answer within 1 s: it said nothing)"),
        ("./closing", "(exit code 1: the descriptors that it is started with are closed before Python runs)"),
    ],
)
def test_an_interpreter_that_is_none(program: str, says: str, tmp_path: Path):
    write(tmp_path, main__py=CLEAN, text="no program")
    (tmp_path / "folder").mkdir()
    for name, script in {
        "broken": "#!/no/such/shell\n",
        "silent": "#!/bin/sh\nexit 0\n",
        "failing": "#!/bin/sh\necho no licence >&2\nexit 3\n",
        "chatty": "#!/bin/sh\necho hello\nsleep 3600\n",
        "endless": "#!/bin/sh\nexec cat /dev/zero\n",
        "hanging": "#!/bin/sh\nsleep 3600\n",
        "closing": f"#!{sys.executable}\nimport subprocess, sys\n"
        "sys.exit(subprocess.call([sys.executable, *sys.argv[1:]]))\n",
    }.items():
        write(tmp_path, **{name: script})
        (tmp_path / name).chmod(0o755)

    limit = ("--timeout", "1") if "no answer within 1 s" in says else ()
    assert says in refusal("main:app", "--python", program, *limit, cwd=tmp_path)


@pytest.mark.parametrize(
    ("site", "says"),
    [
        ("sys.version_info = (3, 9, 1, 'final', 0)", "is cpython 3.9.1; the probe needs CPython 3.10 or newer"),
        ("sys.implementation.name = 'pypy'", f"is pypy {platform.python_version()}; the probe needs CPython 3.10 or"),
        (
            "sys.version_info = (2, 7, 18); del sys.implementation; sys.subversion = ('CPython', '', '')",
            "is cpython 2.7.18; the probe needs CPython 3.10 or newer",
        ),
    ],
)
def test_an_interpreter_that_the_probe_does_not_support(site: str, says: str, tmp_path: Path):
    write(tmp_path, main__py=CLEAN)
    python = wrapper(tmp_path, f"import sys\nprint('loading')\n{site}\n", "exec")
    assert says in refusal("main:app", "--python", python, cwd=tmp_path)


def wrapper(folder: Path, site: str, run: str) -> str:
    """A script around our interpreter that prints something, and has it execute `site` first."""
    (folder / "site").mkdir()
    write(folder / "site", sitecustomize__py=site)
    script = f"""#!/bin/sh
echo "('Hello', 1)"
echo activated >&2
export PYTHONPATH={folder}/site
{run} {sys.executable} "$@"
"""
    write(folder, python=script)
    (folder / "python").chmod(0o755)
    return "./python"


@pytest.mark.parametrize("run", ["exec", ""], ids=["replaced", "waited_for"])
def test_an_interpreter_that_prints_first(run: str, check: Check, tmp_path: Path):
    write(tmp_path, main__py=CLEAN)
    python = wrapper(tmp_path, "print('from site')", run)

    outcome = check("main:app", "--python", python, cwd=tmp_path)

    assert (outcome.codes, outcome.exit_code) == ([], 0), outcome.stdout
    assert outcome.run.output == ("('Hello', 1)", "activated", "from site")


def test_a_deadline_meets_the_interpreter_and_not_the_wrapper_that_waits_for_it(check: Check, tmp_path: Path):
    write(tmp_path, main__py="import re\nre.match('(a*)*b', 'a' * 100)")
    python = wrapper(tmp_path, "", "")

    outcome = check("main:app", "--python", python, "--timeout", "3", cwd=tmp_path)

    assert outcome.codes == ["LS009"]
    (failure,) = outcome.run.failures
    assert (failure.path, failure.line) == (str(tmp_path / "main.py"), 2)


def test_a_backend_that_is_not_installed_there(tmp_path: Path):
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    for backend in ("uvloop", "trio"):
        says = refusal("clean:app", "--backend", backend, "--python", str(environment), cwd=APPS)
        assert says == (
            f"{backend} is not installed in the target's environment: {environment}/bin/python -m pip install {backend}"
        )


def test_a_file_with_the_name_of_a_package_that_the_tool_uses_does_not_matter(check: Check, tmp_path: Path):
    write(tmp_path, main__py=CLEAN, anyio__py="", asgiref__py="raise RuntimeError")
    assert check("main:app", cwd=tmp_path).codes == []


# which options


@pytest.mark.parametrize(
    ("words", "environ", "says"),
    [
        (["--no-such-option"], {}, "there is no option --no-such-option"),
        (["--timeout", "soon"], {}, "--timeout: 'soon' is no duration"),
        (["--timeout", "0"], {}, "--timeout: '0' is no time at all"),
        (["--select", "LS999"], {}, "--select: no rule has the code 'LS999'"),
        (["--backend", "gevent"], {}, "--backend: 'gevent' is none of asyncio, uvloop, trio"),
        (["--app-dir", "nowhere"], {}, "--app-dir: there is no folder"),
        (["--env-file", "nowhere.env"], {}, "--env-file: "),
        (["--env-file", "bad.env"], {}, "--env-file: line 2 of "),
        (["--env-file", "binary.env"], {}, "--env-file: "),
        ([], {"LIFESPAN_CHECK_STARTUP_TIMEOUT": "10 parsecs"}, "LIFESPAN_CHECK_STARTUP_TIMEOUT: '10 parsecs'"),
        ([], {"LIFESPAN_CHECK_FACTORY": "perhaps"}, "LIFESPAN_CHECK_FACTORY: 'perhaps' is neither on nor off"),
    ],
)
def test_an_option_that_cannot_be(words: list[str], environ: dict[str, str], says: str, tmp_path: Path):
    write(tmp_path, main__py=CLEAN, bad__env="NAME=value\nno assignment\n")
    (tmp_path / "binary.env").write_bytes(b"\xff\xfe\x00")
    assert refusal("main:app", *words, cwd=tmp_path, **environ).startswith(says)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("[tool.lifespan-check\n", "pyproject.toml is no valid TOML"),
        ("[tool.lifespan-check]\ntimout = 3\n", "has an unknown key 'timout'; the nearest known one is timeout"),
        ("[tool.lifespan-check]\ntimeout = []\n", "timeout in [tool.lifespan-check] of pyproject.toml"),
        ("[tool]\nlifespan-check = 1\n", "pyproject.toml: tool.lifespan-check is no table"),
    ],
)
def test_a_pyproject_that_cannot_be(table: str, says: str, tmp_path: Path):
    assert says in refusal("main:app", cwd=write(tmp_path, main__py=CLEAN, pyproject__toml=table))


# where it runs


def test_a_current_directory_that_cannot_be_written(check: Check, tmp_path: Path):
    tmp_path.chmod(0o555)
    folder = Path("/proc") if os.access(tmp_path, os.W_OK) and Path("/proc").exists() else tmp_path  # root may write
    assert check(f"{APPS}/clean.py:app", cwd=folder).codes == []


def test_a_current_directory_that_is_gone(tmp_path: Path):
    folder = tmp_path / "gone"
    folder.mkdir()
    script = f'cd "{folder}" && rmdir "{folder}" && exec "{COMMAND}" clean:app'
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True)
    assert done.returncode == 2
    assert re.fullmatch(r"lifespan-check: error: the current directory cannot be used: .*; change .*\n", done.stderr)


@pytest.mark.parametrize("ending", [">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(("app", "code"), [("clean", 0), ("startup_crashes", 1), ("closes_stdout", 0)])
def test_a_stream_that_is_closed_is_no_traceback(app: str, code: int, ending: str):
    script = f'exec "{COMMAND}" {app}:app {ending}'
    done = subprocess.run(["/bin/sh", "-c", script], cwd=APPS, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (code, "")
    assert bool(done.stdout) == (ending == "2>&-")


def test_a_reader_that_goes_away_is_no_traceback():
    process = subprocess.Popen(
        [COMMAND, "startup_crashes:app"], cwd=APPS, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() in (1, -signal.SIGPIPE)


@pytest.mark.parametrize("words", [[], ["--output-format", "json"]])
def test_a_locale_that_is_not_utf8(words: list[str], start: Start, tmp_path: Path):
    app = "async def app(scope, receive, send):\n    await receive()\n    raise ValueError('✓ größer')\n"
    (tmp_path / "größe.py").write_text(app, "utf-8")
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    outcome = start("größe.py:app", *words, cwd=tmp_path, **ascii_only).end()

    assert (outcome.exit_code, outcome.stderr) == (1, "")
    assert outcome.stdout.isascii()
    if words:
        assert outcome.codes == ["LS102"]
        assert "✓ größer" in outcome.target.findings[0].message
    else:
        assert "LS102" in outcome.stdout
