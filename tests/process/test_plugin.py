"""The pytest plugin in pytest runs of its own, whose tests check small applications beside them."""

import venv

import pytest

from lifespan_cli.settings import OPTIONS, variable

pytest_plugins = "pytester"

WELL = """
import email.message
import json


async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
"""
BROKEN = """
def connect():
    raise ConnectionRefusedError("no database \\033[31m at db:5432")


async def app(scope, receive, send):
    await receive()
    connect()
"""


@pytest.fixture
def project(pytester, monkeypatch):
    """A folder with two applications, `well` and `broken`."""
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTEST_ADDOPTS", *map(variable, OPTIONS)):
        monkeypatch.delenv(name, raising=False)
    pytester.makepyfile(well=WELL, broken=BROKEN)
    pytester.makefile(".toml", pyproject="[tool.pytest.ini_options]\nfilterwarnings = ['error']\n")
    return pytester


def passes(project, test: str, *words: str, alone: bool = False) -> None:
    """The test passes in a pytest in this process, or alone in a process of its own."""
    project.makepyfile(test_it=test)
    result = (project.runpytest_subprocess if alone else project.runpytest_inprocess)(*words)
    assert result.ret == 0, result.stdout.str()
    assert result.parseoutcomes()["passed"]


def told(project, test: str) -> str:
    """What pytest shows of a test that must fail."""
    project.makepyfile(test_it=test)
    result = project.runpytest_inprocess("-p", "no:cacheprovider")
    assert result.ret == 1
    assert result.parseoutcomes() == {"failed": 1}
    return result.stdout.str()


def test_an_application_that_starts_passes_and_its_report_is_at_hand(project):
    passes(
        project,
        """
        import sys

        def test_starts(lifespan_check):
            result = lifespan_check("well:app", ignore="LS2")
            result.passed()
            assert result.codes == ()
            assert result.target.target == "well:app"
            assert result.target.environment.executable == sys.executable
            assert result.report.targets == (result.target,)
            assert [message.type for message in result.target.runs[0].messages][1] == "lifespan.startup.complete"
            assert "PASSED  ready in" in str(result)
        """,
    )


def test_a_failure_is_told_with_the_applications_line_and_not_the_plugins(project):
    shown = told(
        project,
        """
        def test_starts(lifespan_check):
            lifespan_check("broken:app").passed()
        """,
    )
    assert "E       AssertionError: error[LS102] startup crashed" in shown
    assert "--> broken.py:2" in shown
    assert "FAILED broken:app – startup crashed at broken.py:2" in shown
    assert "\\x1b[31m" in shown
    assert "\x1b" not in shown
    assert "plugin.py" not in shown
    assert 'lifespan_check("broken:app").passed()' in shown


def test_a_budget_is_an_argument(project):
    shown = told(
        project,
        """
        def test_starts(lifespan_check):
            lifespan_check("well:app", max_modules=3).passed()
        """,
    )
    assert "error[LS212] " in shown


def test_an_application_that_must_not_start(project):
    passes(
        project,
        """
        import pytest

        def test_refuses(lifespan_check):
            lifespan_check("broken:app").failed()
            lifespan_check("broken:app").failed("LS102")
            with pytest.raises(AssertionError, match="^the check failed without LS103, LS104\\nerror.LS102"):
                lifespan_check("broken:app").failed("LS103", "LS102", "LS104")
            with pytest.raises(AssertionError, match="^the check did not fail\\n(?s:.*)PASSED well:app"):
                lifespan_check("well:app").failed()
        """,
    )


def test_it_works_inside_of_event_loops(project):
    passes(
        project,
        """
        import asyncio

        import pytest
        import trio

        @pytest.fixture(scope="module", params=["asyncio", "trio"])
        def anyio_backend(request):
            return request.param

        @pytest.mark.anyio
        async def test_under_anyio(lifespan_check):
            lifespan_check("well:app").passed()

        def test_under_asyncio(lifespan_check):
            async def check():
                lifespan_check("well:app").passed()

            asyncio.run(check())

        def test_under_trio(lifespan_check):
            async def check():
                lifespan_check("well:app").passed()

            trio.run(check)
        """,
    )


def test_everything_is_relative_to_the_rootdir_wherever_a_test_is(project):
    project.makepyfile(reads="open('data.txt').close()\n" + WELL)
    (project.path / "data.txt").touch()
    project.mkdir("tests")
    passes(
        project,
        """
        def test_starts(lifespan_check, monkeypatch):
            monkeypatch.chdir("tests")
            lifespan_check("reads:app").passed()
            lifespan_check("reads.py:app").passed()
        """,
    )


def test_variables_and_pyproject_count_and_the_call_comes_first(project, monkeypatch):
    project.makefile(".toml", pyproject="[tool.lifespan-check]\ntargets = ['well:app']\nmax-modules = 3\n")
    monkeypatch.setenv("LIFESPAN_CHECK_MAX_STARTUP", "0.001ms")
    passes(
        project,
        """
        def test_starts(lifespan_check):
            lifespan_check(select="LS212").failed("LS212")
            lifespan_check(max_modules=100_000, select="LS212").passed()
            lifespan_check(select="LS201").failed("LS201")
            lifespan_check(select="LS201", max_startup="1m").passed()
        """,
    )


def test_another_interpreter_is_taken_when_it_is_asked_for(project, tmp_path):
    venv.create(tmp_path / "other", symlinks=True)
    python = str(tmp_path / "other" / "bin" / "python")
    passes(
        project,
        f"""
        def test_starts(lifespan_check):
            environment = lifespan_check("well:app", python={python!r}).target.environment
            assert environment.executable == {python!r}
            assert environment.executable_reason == "--python"
        """,
    )


def test_what_cannot_be_asked_for_is_a_usage_error(project):
    passes(
        project,
        """
        import pytest
        from lifespan_cli.errors import UsageError

        def test_errors(lifespan_check):
            with pytest.raises(UsageError, match="^the call has an unknown key 'max_startp'; the nearest"):
                lifespan_check("well:app", max_startp="2s")
            with pytest.raises(UsageError, match="^--max-startup: 'soon' is no duration"):
                lifespan_check("well:app", max_startup="soon")
            with pytest.raises(UsageError, match="^lifespan_check.. has no option report: "):
                lifespan_check("well:app", report="json=report.json")
            with pytest.raises(UsageError, match="^there is no file 'gone.py'"):
                lifespan_check("gone.py")
        """,
    )


def test_an_interrupt_ends_pytest_and_the_application(project):
    project.makepyfile(
        hangs="""
        import pathlib, time

        pathlib.Path("up").touch()
        time.sleep(300)
        """,
        test_it="""
        import os, signal, threading, time

        def interrupt():
            while not os.path.exists("up"):
                time.sleep(0.05)
            os.kill(os.getpid(), signal.SIGINT)

        def test_hangs(lifespan_check):
            threading.Thread(target=interrupt).start()
            lifespan_check("hangs:app", timeout="100s")
        """,
    )
    result = project.runpytest_subprocess(timeout=60)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*KeyboardInterrupt*"])


def test_nothing_of_the_tool_is_imported_by_two_threads_at_once(project):
    project.makeconftest(
        """
        import sys, threading

        import pytest

        class Finder:
            threads = []

            def find_spec(self, name, path=None, target=None):
                if name.startswith("lifespan_cli."):
                    self.threads.append(threading.current_thread().name)

        sys.meta_path.insert(0, Finder())

        @pytest.fixture
        def importing():
            return Finder.threads
        """
    )
    passes(
        project,
        """
        from lifespan_cli import check

        def test_starts(lifespan_check, importing):
            lifespan_check("well:app", ignore="LS2").passed()
            check("well:app")
            assert "MainThread" in importing
            assert "imports for later" not in importing
        """,
        alone=True,
    )


def test_pytest_starts_without_anything_of_the_tool(project):
    project.makeconftest(
        """
        import sys

        def pytest_collection_finish(session):
            ours = sorted(name for name in sys.modules if name.startswith("lifespan_cli"))
            assert ours == ["lifespan_cli", "lifespan_cli.plugin"], ours
            assert "rich" not in sys.modules and "typer" not in sys.modules
        """
    )
    passes(project, "def test_nothing(): pass", alone=True)
