"""Awaits that could run concurrently, by value: what counts, and above all what must not."""

import textwrap

import pytest
from trees import MS, frame, phase
from waits import DEPENDENT, HEAD, INDEPENDENT

from lifespan_cli.analysis.sequential_awaits import awaits_in_file
from lifespan_cli.analysis.user_lines import steps

PATH = "/srv/shop/main.py"


def saved(source, waits=200, **other):
    """The groups that are found when every line with an `await` waits for so many milliseconds."""
    text = HEAD + textwrap.dedent(source)
    numbers = [number for number, line in enumerate(text.splitlines(), 1) if "await" in line]
    times = waits if isinstance(waits, (list, tuple)) else [waits] * len(numbers)
    frames = [
        frame(line, time, at=1000 * line, path=PATH, **{"waiting": time, **other})
        for line, time in zip(numbers, times, strict=True)
    ]
    groups = awaits_in_file(steps(phase("startup", 10_000, *frames)), text, PATH, "startup")
    shown = text.splitlines()
    return [([shown[line - 1].strip() for line in group.lines], group.saved_ns // MS) for group in groups]


def lifespan(*lines, head=""):
    """A lifespan with these statements, after some top-level code."""
    body = "\n".join(f"    {line}" for line in "\n".join(lines).splitlines())
    return f"{textwrap.dedent(head)}\nasync def lifespan(app):\n{body}\n"


@pytest.mark.parametrize("body", INDEPENDENT.values(), ids=INDEPENDENT)
def test_independent_waits_are_found(body):
    ((lines, saved_ms),) = saved(lifespan(textwrap.dedent(body)))
    assert (len(lines), saved_ms) == (2, 200)


@pytest.mark.parametrize("body", DEPENDENT.values(), ids=DEPENDENT)
def test_what_may_depend_on_each_other_is_not_found(body):
    assert saved(lifespan(textwrap.dedent(body))) == []


# functions of the same file

BOTH = """
await connect_pool()
await connect_redis()"""
ALONE = {
    "nothing in common": "await asyncio.sleep(1)|await asyncio.sleep(2)",
    "a constant in common": "await asyncio.open_connection(DSN)|await asyncio.open_connection(DSN, LIMIT)",
    "local names alike": "pool = 1; return pool|pool = 2; return pool",
    "a logger in common": "logger.info('a')|logger.info('b')",
    "different variables": "return found|return session",
    "a function that both call": "return pure()|return pure()",
    "arguments of their own": "return len([pool for pool in 'ab'])|return '-'.join(str(pool) for pool in (1, 2))",
    "an import of the standard library's": "import json; return json.dumps(1)|from json import dumps; return dumps(1)",
}
COMMON = {
    "a variable in common": "found['a'] = 1|found['b'] = 2",
    "a global in common": "global pool; pool = 1|return pool",
    "a library": "await asyncpg.connect(DSN)|await asyncpg.execute(DSN)",
    "a variable of a function that both call": "help_out()|help_out()",
    "a variable that one has through another function": "help_out()|return found",
    "an import of their own": "from shop import engine|from shop import engine",
    "files": "open('a', 'w')|open('a')",
    "files by a module": "import pathlib; pathlib.Path('a').unlink()|import pathlib; pathlib.Path('a').touch()",
    "the environment": "os.environ['A'] = 'b'|os.environ['A']",
    "the environment that is known": "os.putenv('A', 'b')|return 1",
    "other programs": "await asyncio.create_subprocess_exec('a')|await asyncio.create_subprocess_exec('b')",
    "a method of a variable's": "found.update(a=1)|session.clear()",
    "a variable that has no value yet": "later.add(1)|later.close()",
    "a lock": "async with lock: await asyncio.sleep(1)|async with lock: await asyncio.sleep(1)",
    "a class": "Config.url = 1|return Config.url",
    "a function's attribute": "pure.cache = 1|return pure.cache",
    "a default in common": "return remember(1)|return remember(2)",
    "what is called is a variable": "return session()|return 1",
    "a decorated function": "return cached()|return cached()",
    "code that nobody can read": "return eval('pool')|return 1",
}


def functions(bodies):
    made = [
        f"async def {name}(): {body}"
        for name, body in zip(("connect_pool", "connect_redis"), bodies.split("|"), strict=True)
    ]
    return "\n".join([*HELPERS, *made])


HELPERS = (
    "def help_out(): found['a'] = 1",
    "def pure(): return 1",
    "def remember(value, seen={}): seen[value] = 1",
    "class Config: url = None",
    "@functools.cache",
    "def cached(): return 1",
)


def lines_of(source):
    """Only the statements of the lifespan wait, not those of the functions it calls."""
    groups = saved(
        source,
        waits=[200 if line.startswith("    ") else 0 for line in (HEAD + source).splitlines() if "await" in line],
    )
    return [lines for lines, _ in groups]


@pytest.mark.parametrize("bodies", ALONE.values(), ids=ALONE)
def test_functions_of_the_file_that_share_nothing_need_no_result(bodies):
    assert lines_of(lifespan(BOTH.strip(), head=functions(bodies))) == [BOTH.split("\n")[1:]]


@pytest.mark.parametrize("bodies", COMMON.values(), ids=COMMON)
def test_functions_of_the_file_that_share_something_may_depend_on_each_other(bodies):
    assert lines_of(lifespan(BOTH.strip(), head=functions(bodies))) == []
    bound = "a = await connect_pool()\nb = await asyncio.to_thread(connect_redis)"
    assert lines_of(lifespan(bound, head=functions(bodies))) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("found.users = await load_users()", "await read()"),  # binds what the other reads
        ("await found.connect()", "await read()"),
        ("prices = await load_prices(found)", "await read()"),
        ("await read()", "await unknown()"),
        ("await twice()", "await alone()"),  # defined twice: which one?
        ("await renamed()", "await alone()"),
    ],
)
def test_a_function_of_the_file_beside_something_else(first, second):
    head = """
        async def read(): return found
        async def alone(): return 1
        async def twice(): return 1
        async def twice(): return 2
        async def renamed(): return 1
        renamed = decorate(renamed)
    """
    assert saved(lifespan(f"{first}\n{second}", head=head)) == []


@pytest.mark.parametrize(
    ("names", "is_found"), [("found.append('a')|found[0]", False), ("found|found", False), ("LIMIT|len('a')", True)]
)
def test_functions_within_the_lifespan_share_its_variables(names, is_found):
    first, second = names.split("|")
    body = f"""
        found = []
        async def discover(): return {first}
        async def connect(): return {second}
        count = await discover()
        one = await connect()"""
    assert bool(lines_of(lifespan(textwrap.dedent(body)))) == is_found


def test_functions_that_call_each_other_are_followed_once():
    head = "async def connect_pool(): connect_redis()\nasync def connect_redis(): connect_pool()"
    assert lines_of(lifespan(BOTH.strip(), head=head)) == [BOTH.split("\n")[1:]]


# times


def test_a_group_saves_all_but_its_longest():
    three = "a = await load_users()\nb = await load_prices()\nc = await load_taxes()"
    assert saved(lifespan(three), waits=[150, 400, 250]) == [(three.split("\n"), 400)]


def test_a_group_ends_where_something_depends_on_it_and_the_next_begins():
    body = "a = await load_users()\nb = await load_prices()\nc = await load_users(b)\nd = await load_taxes()"
    assert [lines for lines, _ in saved(lifespan(body))] == [body.split("\n")[:2], body.split("\n")[2:]]


@pytest.mark.parametrize(
    "other",
    [
        {"waits": 99},
        {"waits": [500, 99]},
        {"waiting": 170},  # of 200: the rest blocks or computes
        {"critical": False},
        {"task": "Task-3"},
    ],
)
def test_only_long_pure_waits_on_the_critical_path_of_one_task_count(other):
    assert saved(lifespan("a = await load_users()\nb = await load_prices()"), **other) == []


@pytest.mark.parametrize(("cpu", "is_found"), [(150, False), (10, True)])
def test_threads_that_compute_save_nothing(cpu, is_found):
    text = HEAD + lifespan("a = await asyncio.to_thread(read_users)\nb = await asyncio.to_thread(helper)")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if "to_thread" in line]
    waits = [
        frame(line, 200, frame(12, 200, cpu=cpu, path=PATH, task="asyncio_0", at=line), waiting=200, at=line, path=PATH)
        for line in lines
    ]
    assert bool(awaits_in_file(steps(phase("startup", 400, *waits)), text, PATH, "startup")) == is_found


def test_waits_within_a_task_count():
    text = HEAD + lifespan("a = await load_users()\nb = await load_prices()")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if "await" in line]
    inner = [frame(line, 200, waiting=200, at=line, path=PATH) for line in lines]
    task = frame(1, 400, *inner, waiting=400, path=PATH, task="Task-2")
    found = steps(phase("startup", 400, frame(2, 400, task, waiting=400, path="/srv/shop/other.py")))
    assert [group.lines for group in awaits_in_file(found, text, PATH, "startup")] == [tuple(lines)]
    assert awaits_in_file(found, text, "/srv/shop/third.py", "startup") == ()


def test_a_statement_of_several_lines_is_told_by_its_first():
    text = HEAD + lifespan("a = await load_users(\n    1,\n)\nb = await load_prices()")
    numbers = [
        number
        for number, line in enumerate(text.splitlines(), 1)
        if line.startswith("    ") and ("1," in line or "prices()" in line)
    ]
    waits = [frame(line, 200, waiting=200, at=line, path=PATH) for line in numbers]
    (group,) = awaits_in_file(steps(phase("startup", 400, *waits)), text, PATH, "startup")
    assert group.lines == (numbers[0] - 1, numbers[1])


@pytest.mark.parametrize("source", ["", "def (", "\0", "x = (" * 5000, "async def f():\n    pass\n"])
def test_what_cannot_be_read_is_no_news(source):
    waits = [frame(line, 200, waiting=200, at=line, path=PATH) for line in (1, 2)]
    assert awaits_in_file(steps(phase("startup", 400, *waits)), source, PATH, "startup") == ()


def test_a_global_in_capitals_that_a_function_binds_is_no_constant():
    head = """
        async def open_first():
            global FIRST
            FIRST = object()
        async def fill(pool):
            return pool
    """
    assert lines_of(lifespan("await open_first()\nawait fill(FIRST)", head=head)) == []
