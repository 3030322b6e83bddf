"""Call trees, phases, imports and whole runs by value, for the tests of where the time went. Times are milliseconds."""

from itertools import count

from lifespan_cli import rules
from lifespan_cli.analysis.diagnosis import diagnose
from lifespan_cli.model import Application, Compilations, Exit, Finding, Frame, Import, Phase, Run
from lifespan_cli.rules import Case

MS = 1_000_000
LANES = count(1)
MAIN = "/srv/shop/main.py"
LIB = "/usr/lib/python3.11/site-packages"
APP = Application("asgi3", "fastapi.applications.FastAPI", "FastAPI", MAIN, 1, "app")


def frame(line, total, *children, waiting=0, cpu=0, at=0, until=None, path=MAIN, function="lifespan", **other):
    """A line of the user's, unless it lies in the library."""
    return Frame(
        function=function,
        path=path,
        line=line,
        total_ns=total * MS,
        self_ns=(total - sum(child.total_ns // MS for child in children)) * MS,
        waiting_ns=waiting * MS,
        cpu_ns=cpu * MS,
        children=children,
        at_ns=at * MS,
        until_ns=(at + total if until is None else until) * MS,
        critical_ns=other.pop("critical_ns", total if other.get("critical", True) else 0) * MS,
        **{"critical": True, "lane": next(LANES) if "task" in other else 0, "user": not path.startswith("/usr")}
        | other,
    )


def library(package, function, total, *children, line=1, **other):
    """A line of a package's."""
    return frame(line, total, *children, path=f"{LIB}/{package}/core.py", function=function, **other)


def phase(name, wall, *frames, status="ok", at=0, blocks=()):
    return Phase(name, status, at * MS, wall * MS, 0, 0, tuple(frames), tuple(blocks))


def imported(module, total, own=None, *, parent=None, depth=0, line=1, path=MAIN, user=False, name="import", **other):
    """One import; its file is its name's, below the user's folder or the library's."""
    cpu = other.pop("cpu", total)
    own = total if own is None else own
    folder = "/srv" if user else LIB
    return Import(
        module=module,
        self_ns=own * MS,
        total_ns=total * MS,
        depth=depth,
        parent=parent,
        path=path,
        line=line,
        phase=name,
        cpu_ns=cpu * MS,
        self_cpu_ns=min(cpu, own) * MS,
        user=user,
        **{"file": f"{folder}/{module.replace('.', '/')}.py", **other},
    )


def run(*phases, imports=(), compiled=None, app=APP, failures=()):
    compilations = Compilations(compiled[0], compiled[1] * MS, compiled[2], ()) if compiled else None
    return Run(tuple(phases), tuple(imports), (), tuple(failures), (), Exit(0, None), app, compilations=compilations)


def busy(*imports):
    """Imports of small modules on a machine so busy that they could compute for a quarter of their time."""
    return [*imports, *(imported(f"small{number}", 40, cpu=10, line=90 + number) for number in range(5))]


def judged(the_run, **asked) -> tuple[Finding, ...]:
    """What the rules about time find."""
    return rules.apply(Case("shop.main:app", the_run, diagnose((the_run,)), **asked), select=("LS2",))


def only(the_run, **asked) -> Finding:
    """The one thing that they find."""
    (finding,) = judged(the_run, **asked)
    return finding
