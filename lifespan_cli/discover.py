"""Which targets are meant, and how each is to be run: names are taken apart or looked for, nothing is imported."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from lifespan_cli.candidates import Candidate, candidates, looked_for
from lifespan_cli.configuration import shown, tool_table
from lifespan_cli.envfile import read
from lifespan_cli.errors import UsageError
from lifespan_cli.interpreter import choose
from lifespan_cli.paths import exists, is_dir, is_file, is_visible_dir
from lifespan_cli.settings import Settings

_CALL = re.compile(r"([^()]*)\(((?!\)).*)?\)", re.DOTALL)
_WAY_OUT = "write module:attribute or path/to/file.py:attribute"


@dataclass(frozen=True, slots=True)
class Plan:
    """One target, with all that is needed to start it."""

    target: str
    """As it is shown."""
    module: str
    """The dotted name to import."""
    attribute: str | None
    """The path to the application within the module. None: app, application, api, else its only ASGI application."""
    factory: bool
    """What the attribute names is called, without arguments, to get the application."""
    app_dir: str
    """The folder, absolute, that comes first on sys.path."""
    python: str
    """The interpreter, absolute."""
    python_reason: str
    why: str
    """How the target was found; empty where it was given on the command line."""
    env: Mapping[str, str]
    """The variables to add to the environment, from --env-file."""
    settings: Settings
    """What is in force for this target."""
    cwd: str = ""
    """The folder to run it in, absolute; empty: the current one."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a target's code is, before it is known what runs it."""

    target: str
    module: str
    attribute: str | None
    factory: bool
    app_dir: Path
    why: str = ""


def plans(settings: Settings, environ: Mapping[str, str], cwd: Path) -> tuple[Plan, ...]:
    """One plan for each target, in order.

    Raises UsageError for a target that cannot be one, when none is named and not exactly one is found, and for an
    interpreter or an env file that cannot be used.
    """
    found = tuple(_plan(place, settings.of_target(place.target), environ, cwd) for place in places(settings, cwd))
    for plan in found:
        if [other.target for other in found].count(plan.target) > 1:
            raise UsageError(f"the target {plan.target!r} is named twice; name it once")
    return found


def _plan(place: Place, settings: Settings, environ: Mapping[str, str], cwd: Path) -> Plan:
    base = settings.targets_from.parent if settings.targets_from else cwd
    source = settings.sources.get("python", "--python")
    python, reason = choose(settings.python, environ, (place.app_dir, base, cwd), source)
    return Plan(
        target=place.target,
        module=place.module,
        attribute=place.attribute,
        factory=place.factory or settings.factory,
        app_dir=str(place.app_dir),
        python=python,
        python_reason=reason,
        why=place.why,
        env=read(settings.env_file, environ) if settings.env_file else {},
        settings=settings,
    )


def places(settings: Settings, cwd: Path) -> Iterator[Place]:
    """The targets that are named: on the command line, in [tool.lifespan-check], in [tool.fastapi]; else the one that
    is found."""
    if settings.targets:
        file = settings.targets_from
        why = f"targets in [tool.lifespan-check] of {shown(file, cwd)}" if file else ""
        for target in settings.targets:
            app_dir = settings.of_target(target.strip()).app_dir
            if app_dir and not is_visible_dir(app_dir):
                raise UsageError(f"--app-dir: there is no folder {str(app_dir)!r}")
            place = locate(target, file.parent if file else cwd, app_dir)
            yield replace(place, why=why)
    elif settings.app_dir and not is_visible_dir(settings.app_dir):
        raise UsageError(f"--app-dir: there is no folder {str(settings.app_dir)!r}")
    elif found := tool_table(cwd, "fastapi"):
        yield _entrypoint(*found, settings, cwd)
    else:
        yield _search(settings.app_dir or cwd, cwd)


def _entrypoint(file: Path, table: Mapping[str, object], settings: Settings, cwd: Path) -> Place:
    entrypoint = table.get("entrypoint")
    if entrypoint is None:
        return _search(settings.app_dir or cwd, cwd)
    where = f"entrypoint in [tool.fastapi] of {shown(file, cwd)}"
    if not isinstance(entrypoint, str):
        raise UsageError(f"{where}: {entrypoint!r} is no string; write module:attribute")
    return replace(locate(entrypoint, file.parent, settings.app_dir), why=where)


def _search(root: Path, cwd: Path) -> Place:
    found = candidates(root)
    folder = "this folder" if root == cwd else f"{shown(root, cwd)!r}"
    if not found:
        raise UsageError(
            f"no target is named and none is found (looked for {looked_for(folder)}); "
            "name one: lifespan-check module:app"
        )
    ready = [_ready(candidate, root) for candidate in found]
    if len(ready) > 1:
        raise UsageError(
            f"no target is named and {len(ready)} are found: {', '.join(ready)}; name one: lifespan-check {ready[0]}"
        )
    return replace(locate(ready[0], root, None), why=f"found in {shown(found[0].file, cwd)}")


def _ready(candidate: Candidate, root: Path) -> str:
    """The candidate as a target that can be given as it stands."""
    path = candidate.file.relative_to(root)
    if path.parts[0] == "src" and not exists(root / "src" / "__init__.py"):
        name = str(path)  # `src` is no package, and not on sys.path
    else:
        name = ".".join(_module_parts(path))
    call = "()" if candidate.kind == "factory" else ""
    return f"{name}:{candidate.attribute}{call}" if candidate.attribute else name


def locate(target: str, base: Path, app_dir: Path | None) -> Place:
    """Take a target apart. Paths are relative to `base`; so are modules, where there is no `app_dir`.

    Raises UsageError when it has none of the known forms, or names a file that is not there.
    """
    text = target.strip()
    if not text:
        raise UsageError(f"the target is empty; {_WAY_OUT}")
    try:
        return _place(text, base, app_dir)
    except OSError as error:  # a folder that may not be entered, a name that is too long
        raise UsageError(f"the target {text[:200]!r} cannot be looked at: {error.strerror}") from None


def _place(text: str, base: Path, app_dir: Path | None) -> Place:
    name, attribute, factory = _split(text, base)
    if _is_path(name, base):
        folder, module = _module_of(name, base, app_dir)
        return Place(text, module, attribute, factory, folder)
    if not all(_importable(part) for part in name.split(".")):
        raise UsageError(f"{name!r} in the target {text!r} is no name of a module; {_WAY_OUT}")
    return Place(text, name, attribute, factory, app_dir or base)


def _split(text: str, base: Path) -> tuple[str, str | None, bool]:
    """The target's module or file, its attribute, and whether that is to be called."""
    if is_file(base / text):
        return text, None, False  # whatever its name looks like
    name, colon, attribute = text.rpartition(":")
    if not colon:
        return text, None, False
    if not name or not attribute:
        raise UsageError(f"the target {text!r} has nothing {'after' if name else 'before'} its colon; {_WAY_OUT}")
    if ":" in name and not is_file(base / name):
        raise UsageError(f"the target {text!r} has more than one colon; {_WAY_OUT}")
    call = _CALL.fullmatch(attribute)
    if call and (call[2] or "").strip():
        raise UsageError(
            f"the target {text!r} calls {call[1]} with arguments, and a factory is called without; "
            "write a function without parameters that makes this call, and name that"
        )
    path = call[1] if call else attribute
    if not all(part.isidentifier() for part in path.split(".")):
        raise UsageError(f"{attribute!r} in the target {text!r} is no name of an attribute; {_WAY_OUT}")
    return name, path, call is not None


def _importable(part: str) -> bool:
    """Whether importlib takes it for a part of a module's name; a dash is no identifier's, but a file's it may be."""
    return part.replace("-", "_").isidentifier()


def _is_path(name: str, base: Path) -> bool:
    is_module = all(_importable(part) for part in name.split("."))
    return os.sep in name or name in (".", "..") or name.endswith(".py") or (not is_module and exists(base / name))


def _module_of(name: str, base: Path, app_dir: Path | None) -> tuple[Path, str]:
    """The folder to put on sys.path, and the name under which the file is then imported."""
    file = Path(os.path.abspath(base / name))  # noqa: PTH100  # resolve() would follow a link away from its package
    _check_file(file, name)
    if app_dir and file.is_relative_to(app_dir):
        root = app_dir
    else:
        root = file.parent
        while is_file(root / "__init__.py") and root != root.parent:
            root = root.parent
    parts = _module_parts(file.relative_to(root))
    for part in parts:
        if "." in part:
            raise UsageError(f"{name!r} cannot be imported, for {part!r} has a dot in its name; rename it")
    return root, ".".join(parts)


def _module_parts(path: Path) -> tuple[str, ...]:
    parts = path.with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts


def _check_file(file: Path, name: str) -> None:
    if is_dir(file):
        inside = [_beside(name, child) for child in _python_files(file)]
        raise UsageError(f"{name!r} is a directory; name a module or file in it{_listed(': ', inside)}")
    if is_file(file):
        if file.suffix != ".py":
            raise UsageError(f"{name!r} is no Python file, whose name ends in .py")
        return
    with_suffix = file.with_name(f"{file.name}.py")
    if file.suffix != ".py" and is_file(with_suffix):
        raise UsageError(f"there is no file {name!r}; did you mean {name}.py?")
    raise UsageError(f"there is no file {name!r}{_nearest(file, name)}")


def _nearest(file: Path, name: str) -> str:
    """The end of the sentence about a file that is not there."""
    from difflib import get_close_matches  # needed for this sentence only

    if not is_dir(file.parent):
        return f", nor its folder {str(Path(name).parent)!r}"
    there = {child.stem: child for child in _python_files(file.parent)}  # the suffix makes any two names alike
    near = get_close_matches(file.stem, there, n=3)
    listed = [str(Path(name).with_name(there[stem].name)) for stem in near or sorted(there)]
    if not listed:
        return "; its folder holds no Python file"
    return _listed("; the nearest are " if near else "; there are ", listed)


def _python_files(folder: Path) -> list[Path]:
    return sorted(child for child in folder.glob("*.py") if is_file(child))


def _beside(folder: str, child: Path) -> str:
    return str(Path(folder) / child.name)


def _listed(before: str, names: list[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return before + ", ".join(names[:5]) + more
