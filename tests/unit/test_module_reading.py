"""Modules are read without running code of theirs."""

import importlib.util
import sys
import types

import pytest

from lifespan_cli.probe.loading.modules import attributes, file_of


def refuse(*_args):
    raise SystemExit("who asks?")


class Settings:
    def __init__(self):
        self.__dict__["values"] = {}

    __getattr__ = refuse


class Closed:
    __getattribute__ = refuse


class Hidden:
    __dict__ = property(refuse)


class Deceiving(types.ModuleType):
    __getattribute__ = refuse
    __class__ = property(refuse)


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize("kind", [Settings, Closed, Hidden])
def test_an_object_in_a_modules_place_is_not_asked(kind):
    assert file_of(kind()) is None


def test_a_module_with_getattr_of_its_own_is_read_past_it():
    module = Deceiving("deceiving")
    attributes(module)["__file__"] = "/srv/deceiving.py"
    assert file_of(module) == "/srv/deceiving.py"


def test_a_lazy_module_stays_unloaded(tmp_path, monkeypatch):
    (tmp_path / "lazily_loaded.py").write_text("raise SystemExit('loaded')")
    spec = importlib.util.spec_from_file_location("lazily_loaded", tmp_path / "lazily_loaded.py")
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "lazily_loaded", module)
    spec.loader.exec_module(module)

    assert file_of(module) == str(tmp_path / "lazily_loaded.py")


@pytest.mark.parametrize("kind", [int, list, Closed])
def test_a_path_that_is_not_a_str_is_none(kind):
    module = types.ModuleType("odd")
    module.__file__ = kind()
    assert file_of(module) is None


def test_what_has_no_dictionary_holds_nothing():
    assert attributes(7) == attributes(Text()) == attributes(None) == {}
