"""Which target is meant: the forms of its name, and the search where none is given."""

import os
from pathlib import Path

import pytest

from lifespan_cli.discover import Place, locate, places, plans
from lifespan_cli.errors import UsageError
from lifespan_cli.settings import Settings

APP = "async def app(scope, receive, send): ...\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def make(folder: Path, **files: str) -> None:
    """Files by their path, in which `__` stands for a slash and the suffix is left out."""
    for name, text in files.items():
        file = folder / (name.replace("__", "/").replace("INIT", "__init__") + ".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def refusal(folder: Path, target: str) -> str:
    with pytest.raises(UsageError) as caught:
        locate(target, folder, None)
    return str(caught.value)


def found(folder: Path, **settings) -> Place:
    (place,) = places(Settings(**settings), folder)
    return place


def not_found(folder: Path, **settings) -> str:
    with pytest.raises(UsageError) as caught:
        list(places(Settings(**settings), folder))
    return str(caught.value)


# the forms of a target


@pytest.mark.parametrize(
    ("target", "module", "attribute", "factory"),
    [
        ("myapp", "myapp", None, False),
        ("myapp:app", "myapp", "app", False),
        (" my.app:api.asgi ", "my.app", "api.asgi", False),
        ("myapp:create_app()", "myapp", "create_app", True),
        ("myapp:web.make( )", "myapp", "web.make", True),
        ("my-app:app", "my-app", "app", False),
        ("myapp.asgi", "myapp.asgi", None, False),
    ],
)
def test_a_module(folder, target, module, attribute, factory):
    assert locate(target, folder, None) == Place(target.strip(), module, attribute, factory, folder)
    assert locate(target, folder, folder / "src").app_dir == folder / "src"


def test_a_file_outside_any_package_is_a_module_of_its_folder(folder):
    make(folder, src__main=APP)
    for target in ("src/main.py", "./src/main.py", str(folder / "src/main.py")):
        assert locate(target, folder, None) == Place(target, "main", None, False, folder / "src")
    assert locate("src/main.py:app", folder, None).attribute == "app"
    assert locate("src/main.py:make()", folder, None).factory is True
    assert locate("main.py", folder / "src", None).app_dir == folder / "src"


def test_a_file_in_a_package_is_imported_through_it(folder):
    make(folder, src__pkg__INIT="", src__pkg__web__INIT="", src__pkg__web__main=APP)
    assert locate("src/pkg/web/main.py:app", folder, None) == Place(
        "src/pkg/web/main.py:app", "pkg.web.main", "app", False, folder / "src"
    )
    assert locate("src/pkg/web/__init__.py", folder, None).module == "pkg.web"


def test_a_file_below_the_app_dir_is_imported_from_there(folder):
    make(folder, app__routes__main=APP, other__main=APP)
    place = locate("app/routes/main.py", folder, folder)
    assert (place.module, place.app_dir) == ("app.routes.main", folder)
    place = locate("other/main.py", folder, folder / "app")
    assert (place.module, place.app_dir) == ("main", folder / "other")


def test_a_name_with_a_suffix_is_a_file_where_it_exists(folder):
    make(folder, myapp=APP)
    assert locate("myapp.py", folder, None).module == "myapp"
    assert refusal(folder, "myap.py") == "there is no file 'myap.py'; the nearest are myapp.py"
    assert refusal(folder, "xyz.py").startswith("there is no file 'xyz.py'; there are ")


def test_a_file_with_a_colon_in_its_path(folder):
    make(folder / "a:b", main=APP)
    assert locate("a:b/main.py", folder, None).module == "main"
    assert locate("a:b/main.py:app", folder, None).attribute == "app"


WAY_OUT = "write module:attribute or path/to/file.py:attribute"


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("", f"the target is empty; {WAY_OUT}"),
        ("  ", f"the target is empty; {WAY_OUT}"),
        ("a:b:c", f"the target 'a:b:c' has more than one colon; {WAY_OUT}"),
        ("main:", f"the target 'main:' has nothing after its colon; {WAY_OUT}"),
        (":app", f"the target ':app' has nothing before its colon; {WAY_OUT}"),
        ("main:1app", f"'1app' in the target 'main:1app' is no name of an attribute; {WAY_OUT}"),
        ("main:app.", f"'app.' in the target 'main:app.' is no name of an attribute; {WAY_OUT}"),
        ("main:a b", f"'a b' in the target 'main:a b' is no name of an attribute; {WAY_OUT}"),
        ("main:f()()", f"'f()()' in the target 'main:f()()' is no name of an attribute; {WAY_OUT}"),
        (".main:app", f"'.main' in the target '.main:app' is no name of a module; {WAY_OUT}"),
        ("a..b", f"'a..b' in the target 'a..b' is no name of a module; {WAY_OUT}"),
        ("main()", f"'main()' in the target 'main()' is no name of a module; {WAY_OUT}"),
        (
            "main:create_app(1)",
            "the target 'main:create_app(1)' calls create_app with arguments, and a factory is called without; "
            "write a function without parameters that makes this call, and name that",
        ),
        ("nowhere/main.py", "there is no file 'nowhere/main.py', nor its folder 'nowhere'"),
        ("src/", "'src/' is a directory; name a module or file in it: src/api.py, src/main.py"),
        (".", "'.' is a directory; name a module or file in it"),
        ("src/mian.py:app", "there is no file 'src/mian.py'; the nearest are src/main.py"),
        ("src/main:app", "there is no file 'src/main'; did you mean src/main.py?"),
        ("src/notes.txt", "'src/notes.txt' is no Python file, whose name ends in .py"),
        ("src/a.b/main.py", "there is no file 'src/a.b/main.py', nor its folder 'src/a.b'"),
        ("empty/x.py", "there is no file 'empty/x.py'; its folder holds no Python file"),
    ],
)
def test_what_is_no_target(folder, target, sentence):
    make(folder, src__main=APP, src__api=APP)
    (folder / "src/notes.txt").touch()
    (folder / "empty").mkdir()
    assert refusal(folder, target) == sentence


def test_a_file_whose_name_no_import_statement_can_hold(folder):
    (folder / "my.app.py").write_text(APP)
    (folder / "my-app.py").write_text(APP)
    assert refusal(folder, "./my.app.py") == (
        "'./my.app.py' cannot be imported, for 'my.app' has a dot in its name; rename it"
    )
    assert locate("my-app.py", folder, None).module == "my-app"


def test_a_name_that_the_file_system_does_not_take(folder):
    assert refusal(folder, "x" * 5000 + ".py").endswith("cannot be looked at: File name too long")


# nothing named


@pytest.mark.parametrize("name", ["main", "app", "api", "asgi", "server"])
def test_the_usual_files_are_found(folder, name):
    make(folder, **{name: APP})
    assert found(folder) == Place(f"{name}:app", name, "app", False, folder, f"found in {name}.py")


def test_in_the_usual_folders_and_in_packages(folder):
    make(folder, app__main=APP)
    assert found(folder) == Place("app.main:app", "app.main", "app", False, folder, "found in app/main.py")
    (folder / "app/main.py").unlink()
    make(folder, src__pkg__INIT="", src__pkg__asgi="import x\napplication = x.get()\n")
    assert found(folder) == Place(
        "src/pkg/asgi.py:application", "pkg.asgi", "application", False, folder / "src", "found in src/pkg/asgi.py"
    )
    (folder / "src/pkg/asgi.py").unlink()
    make(folder, mysite__INIT="def create_app(config=None): ...\n")
    assert found(folder) == Place(
        "mysite:create_app()", "mysite", "create_app", True, folder, "found in mysite/__init__.py"
    )


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("api = make()\napp = make()\n", "main:app"),
        ("api: object = make()\n", "main:api"),
        ("app, other = make()\n", "main:app"),
        ("try:\n    import x\nexcept ImportError:\n    app = make()\n", "main:app"),
        ("if DEBUG:\n    pass\nelse:\n    class app: ...\n", "main:app"),
        ("def create_app(): ...\n", "main:create_app()"),
        ("async def make_app(*, debug=False): ...\n", "main:make_app()"),
        ("from web import app\n", "main"),
    ],
)
def test_what_counts_in_a_file(folder, source, target):
    make(folder, main=source)
    assert found(folder).target == target


@pytest.mark.parametrize(
    "source",
    [
        "import app\n",
        "from web import api\n",
        "app: object\n",
        "app = None\n",
        "other = make()\n",
        "app.debug = True\n",
        "def create_app(config): ...\n",
        "def create_app(*, config): ...\n",
        "def f():\n    app = make()\n",
        "if __name__ == '__main__':\n    app = make()\n",
    ],
)
def test_what_does_not_count_in_a_file(folder, source):
    make(folder, main=source)
    assert not_found(folder).startswith("no target is named and none is found")


def test_nothing_found_says_what_was_looked_for_and_the_way_out(folder):
    (folder / "web").mkdir()
    expected = (
        "no target is named and none is found (looked for app, application, api, create_app(), make_app() in "
        "main.py, app.py, api.py, asgi.py, server.py of {}, of app, src, src/app and of packages in it); "
        "name one: lifespan-check module:app"
    )
    assert not_found(folder) == expected.format("this folder")
    assert not_found(folder, app_dir=folder / "web") == expected.format("'web'")


def test_two_are_an_ambiguity_that_lists_them_ready_to_be_given(folder):
    make(folder, main=APP, app__main=APP, src__pkg__INIT="", src__pkg__app=APP)
    sentence = not_found(folder)
    assert sentence == (
        "no target is named and 3 are found: main:app, app.main:app, src/pkg/app.py:app; "
        "name one: lifespan-check main:app"
    )
    for target in ("main:app", "app.main:app", "src/pkg/app.py:app"):
        assert locate(target, folder, None).attribute == "app"


def test_a_file_that_only_imports_the_application_gives_way_to_the_one_that_makes_it(folder):
    make(folder, main="from app.main import app\n", app__INIT="from .main import app\n", app__main=APP)
    assert found(folder).target == "app.main:app"


def test_an_application_comes_before_a_factory(folder):
    make(folder, app__INIT="def create_app(): ...\n", asgi="from app import create_app\napp = create_app()\n")
    assert found(folder).target == "asgi:app"


def test_a_file_that_is_no_python_is_taken_when_there_is_nothing_else(folder):
    make(folder, main="app = (\n")
    assert found(folder).target == "main"
    make(folder, api=APP)
    assert found(folder).target == "api:app"


def test_the_entrypoint_of_fastapi_comes_before_the_search(folder):
    make(folder, main=APP)
    (folder / "pyproject.toml").write_text("[tool.fastapi]\nentrypoint = 'backend.main:api'\n")
    deep = folder / "docs"
    deep.mkdir()
    assert found(folder) == Place(
        "backend.main:api", "backend.main", "api", False, folder, "entrypoint in [tool.fastapi] of pyproject.toml"
    )
    assert found(deep).app_dir == folder
    (folder / "pyproject.toml").write_text("[tool.fastapi]\nentrypoint = 3\n")
    assert not_found(folder) == (
        "entrypoint in [tool.fastapi] of pyproject.toml: 3 is no string; write module:attribute"
    )
    (folder / "pyproject.toml").write_text("[tool.fastapi]\n")
    assert found(folder).target == "main:app"


def test_targets_of_the_file_are_relative_to_it(folder):
    make(folder, src__main=APP)
    deep = folder / "docs"
    deep.mkdir()
    settings = Settings(targets=("src/main.py:app", "web:app"), targets_from=folder / "pyproject.toml")
    first, second = places(settings, deep)
    assert (first.module, first.app_dir) == ("main", folder / "src")
    assert (second.module, second.app_dir) == ("web", folder)
    assert first.why == f"targets in [tool.lifespan-check] of {folder}/pyproject.toml"


def test_an_app_dir_that_is_not_there(folder):
    with pytest.raises(UsageError) as caught:
        plans(Settings(targets=("main:app",), app_dir=folder / "none"), {}, folder)
    assert str(caught.value) == f"--app-dir: there is no folder '{folder}/none'"


def test_the_plan_of_each_target_in_order(folder):
    first, second = plans(Settings(targets=("a:x", "b:y()"), factory=False), dict(os.environ), folder)
    assert (first.target, first.module, first.attribute, first.factory) == ("a:x", "a", "x", False)
    assert (second.target, second.module, second.attribute, second.factory) == ("b:y()", "b", "y", True)
    assert first.app_dir == str(folder)
    (forced,) = plans(Settings(targets=("a:x",), factory=True), dict(os.environ), folder)
    assert forced.factory is True
