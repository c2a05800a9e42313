"""The house rules that a linter cannot say. Each failure names the file and the remedy."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[1]
HOUSE = ROOT / "src" / "wanghuo"
ROOMS = sorted(HOUSE.rglob("*.py"))
TESTS = sorted(path for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__))
PAGES = sorted(  # facts are generated, words are catalogues
    path
    for path in (ROOT / "cockpit" / "src").rglob("*.ts*")
    if not {"facts", "words"} & set(path.relative_to(ROOT / "cockpit" / "src").parts)
)
DOORS = {"store", "feed", "routes"}
# Wings whose every room may wait, the stranger that plays the devices, and what builds the house.
ALL_DOORS = {"gateways", "channels", "engines", "web", "simulator", "compose"}
# The engines' doors are many rooms; in every other wing store.py alone writes, and queries.py may
# hold the statements that it runs.
WRITING_WINGS = {"engines"}
WRITING_ROOMS = {"store", "queries"}
POLL_MAX_S = 0.1  # a loop may look again so often for what should happen
LINES_MAX = 400
FUNCTION_LINES_MAX = 60
PAGE_LINES_MAX = 250
DRAWERS = re.compile(r"(^|_)(utils?|helpers?|managers?|common|misc|base|service|core)($|_)")
WRITES = re.compile(
    r"\b(?:insert\s+into|update(?:\s+only)?|delete\s+from|truncate(?:\s+table)?|merge\s+into)"
    r"\s+(\w+)\.(\w+)",
    re.IGNORECASE,
)
SCHEMAS = {
    path.stem.split("_")[1]
    for path in (ROOT / "migrations").glob("*.sql")
    if re.search(r"^CREATE SCHEMA ", path.read_text(encoding="utf-8"), re.MULTILINE)
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.Module) -> Iterator[Function]:
    """Every function, also those inside classes and functions."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def size_of(function: Function) -> int:
    """How many lines it takes on a screen."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def wing_of(room: PurePosixPath) -> str:
    """The wing of a room, "" for vocabulary. room: relative to the house."""
    return room.parts[0] if len(room.parts) > 1 else ""


def door_of(room: PurePosixPath) -> str:
    """Which door a room is; a wing of several nouns has several: `routes`, `audit_routes`."""
    return room.stem.rpartition("_")[2]


def untidiness(room: PurePosixPath, text: str) -> list[str]:
    """Every rule that this room breaks. room: its path inside the house."""
    tree, wing, found = ast.parse(text), wing_of(room), []
    if not ast.get_docstring(tree):
        found.append("say in one line what this room is for")
    if any(DRAWERS.search(part) for part in (*room.parts[:-1], room.stem)):
        found.append("name it after what is inside, not after a drawer")
    if text.count("\n") > LINES_MAX:
        found.append(f"{text.count(chr(10))} lines: split the room where the nouns part")
    found.extend(
        f"{function.name} has {size_of(function)} lines and does not fit on a screen"
        for function in functions(tree)
        if size_of(function) > FUNCTION_LINES_MAX
    )
    if wing and wing not in ALL_DOORS and door_of(room) not in DOORS:
        waits = ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith
        if any(isinstance(node, waits) for node in ast.walk(tree)):
            found.append("a rule never waits: move the waiting to store, feed or routes")
    return found + foreign_writes(room, text)


def foreign_writes(room: PurePosixPath, text: str) -> list[str]:
    """Tables that this room writes and may not."""
    wing = wing_of(room)
    allowed = wing in WRITING_WINGS or door_of(room) in WRITING_ROOMS
    written = {found for found in WRITES.findall(text) if found[0].lower() in SCHEMAS}
    return [
        f"{schema}.{table} is written by {schema}/store.py alone"
        for schema, table in sorted(written)
        if schema.lower() != wing or not allowed
    ]


def careless(text: str) -> list[str]:
    """Every rule that a file of tests breaks."""
    tree, found = ast.parse(text), []
    if not ast.get_docstring(tree):
        found.append("say in one line what these tests hold the product to")
    unreal = ("unittest.mock", "pytest.mark.skip", "pytest.skip", "pytest.mark.xfail")
    found.extend(
        f"{name}: a test runs for real, or it is not one" for name in unreal if name in text
    )
    if sleeps(tree):
        found.append("no sleeping: wait for what should happen, or turn a HandClock")
    return found + [
        f"{function.name} asserts nothing"
        for function in functions(tree)
        if function.name.startswith("test_") and not asserts(function)
    ]


def sleeps(tree: ast.Module) -> bool:
    """Whether something sleeps, other than shortly in a loop that looks for a condition."""
    looking = {
        id(node)
        for loop in ast.walk(tree)
        if isinstance(loop, ast.While | ast.For)
        for node in ast.walk(loop)
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and re.search(r"\bsleep$", ast.unparse(node.func))):
            continue
        delay = node.args[0] if node.args else None
        delay_s = delay.value if isinstance(delay, ast.Constant) else 0
        short = isinstance(delay_s, int | float) and delay_s <= POLL_MAX_S
        if not short or (delay_s and id(node) not in looking):
            return True
    return False


def asserts(function: Function) -> bool:
    """Whether a test asserts, expects an error, or calls a named expectation."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if re.search(r"(^|[._])(raises|warns|assert\w*|expect\w*|holds?\w*|check\w*)$", called):
                return True
    return False


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.relative_to(HOUSE).as_posix())
def test_a_room_is_tidy(room: Path) -> None:
    inside = PurePosixPath(room.relative_to(HOUSE).as_posix())
    assert untidiness(inside, room.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_test_is_careful(file: Path) -> None:
    assert careless(file.read_text(encoding="utf-8")) == []


def test_no_page_of_the_cockpit_is_too_long() -> None:
    long = [
        page.relative_to(ROOT).as_posix()
        for page in PAGES
        if page.read_text(encoding="utf-8").count("\n") > PAGE_LINES_MAX
    ]
    assert long == []


def test_the_check_itself_sees_the_house() -> None:
    assert len(ROOMS) > 30
    assert {"engines", "access", "premises", "devices", "incidents", "notices"} <= SCHEMAS


GOOD = '"""What it is for."""\n'


def asks(statement: str) -> str:
    """A room that holds this statement."""
    return f'{GOOD}Q = """' + statement + '"""\n'


OWN_WRITE = asks("UPDATE alarms.alarm SET x = 1")


@pytest.mark.parametrize(
    ("room", "text", "said"),
    [
        ("alarms/level.py", "x = 1\n", "say in one line"),
        ("alarms/level_utils.py", GOOD, "a drawer"),
        ("common/level.py", GOOD, "a drawer"),
        ("alarms/service.py", GOOD, "a drawer"),
        ("alarms/level.py", GOOD + "x = 1\n" * 400, "split the room"),
        ("alarms/level.py", GOOD + "def f():\n" + "    x = 1\n" * 60, "on a screen"),
        ("web/x.py", GOOD + "class A:\n  def f():\n" + "    x = 1\n" * 60, "on a screen"),
        ("alarms/level.py", GOOD + "async def f(): ...\n", "never waits"),
        ("incidents/model.py", GOOD + "def f():\n  async def g(): ...\n", "never waits"),
        ("alarms/store.py", asks("DELETE FROM incidents.incident"), "incidents/store"),
        ("alarms/store.py", asks("insert\n  into\n notices.notice"), "notices/store"),
        ("alarms/feed.py", asks("UPDATE alarms.alarm SET x = 1"), "alarms/store"),
        ("web/live.py", asks("TRUNCATE engines.outbox"), "engines/store"),
        ("compose/setup.py", asks("UPDATE ONLY access.person"), "access/store"),
    ],
)
def test_each_planted_untidiness_is_caught(room: str, text: str, said: str) -> None:
    found = untidiness(PurePosixPath(room), text)
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize(
    ("room", "text"),
    [
        ("alarms/store.py", OWN_WRITE + "async def f(): ...\n"),
        ("engines/outbox.py", asks("INSERT INTO engines.outbox")),
        ("premises/queries.py", asks("UPDATE premises.place SET x = 1")),
        ("clock.py", GOOD + "async def f(): ...\n"),
        ("alarms/level.py", asks("please update the.plan") + "def f(): ...\n" * 200),
    ],
)
def test_a_tidy_room_is_left_alone(room: str, text: str) -> None:
    assert untidiness(PurePosixPath(room), text) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def test_a(): assert 1\n", "say in one line"),
        (GOOD + "def test_a(): f()\n", "asserts nothing"),
        (GOOD + "from unittest.mock import x\ndef test_a(): assert x\n", "for real"),
        (GOOD + "@pytest.mark.skip\ndef test_a(): assert 1\n", "for real"),
        (GOOD + "async def test_a():\n  await asyncio.sleep(1)\n  assert 1\n", "no sleeping"),
        (GOOD + "def test_a():\n  time.sleep(0.01)\n  assert 1\n", "no sleeping"),
        (GOOD + "def test_a():\n  while x: time.sleep(1)\n  assert 1\n", "no sleeping"),
    ],
)
def test_each_planted_carelessness_is_caught(text: str, said: str) -> None:
    found = careless(text)
    assert len(found) == 1
    assert said in found[0]
