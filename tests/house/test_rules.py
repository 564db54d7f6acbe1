"""Every file of the tree against the rules of design section 3, and every rule against code that breaks it."""

import ast
import gc
import graphlib
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.house import rules

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = 400
# Spelled in parts, so that this file does not name what it forbids.
REGISTRY_HOSTS = tuple(
    b"".join(parts)
    for parts in (
        (b"pypi", b".", b"org"),
        (b"python", b"hosted", b".org"),
        (b"registry", b".npm", b"js.org"),
        (b"deb", b".debian", b".org"),
        (b"conda", b".anaconda", b".org"),
        (b"proxy", b".golang", b".org"),
        (b"static", b".crates", b".io"),
    )
)


@cache
def files() -> tuple[str, ...]:
    """What is or will be committed: never the environment, never a build."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(sorted(name for name in set(listed.split("\0")) if name and (ROOT / name).is_file()))


def code(*rooms: str) -> list[str]:
    """Python files of some rooms, or of the whole program when none is named."""
    python = [name for name in files() if name.endswith(".py")]
    if not rooms:
        return [name for name in python if not name.startswith(("tests/", "resources/", "docs/"))]
    return [name for name in python if name.startswith(rooms)]


def parsed(name: str) -> tuple[ast.Module, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    # What a collection in the middle of it finalizes counts as depth of the tree in Python 3.11 (gh-106905).
    gc.disable()
    try:
        return ast.parse(text, filename=name), text
    finally:
        gc.enable()


def complaints(rule: rules.Rule, names: list[str]) -> list[str]:
    return [f"{name} {complaint}" for name in names for complaint in rule(*parsed(name))]


def is_migration(name: str) -> bool:
    return name.startswith("storage/migrations/")


def test_trading_rules_are_pure() -> None:
    assert complaints(rules.pure, code("engine/domain/", "engine/bots/", "engine/kernel")) == []


def test_imports_stand_on_top() -> None:
    assert complaints(rules.imports_on_top, code() + code("tests/")) == []


def test_only_the_front_door_prints() -> None:
    assert complaints(rules.silent, code("engine/", "gui/", "storage/")) == []


def test_modules_hold_no_state() -> None:
    assert complaints(rules.no_global_state, [name for name in code() if not is_migration(name)]) == []


def test_names_say_something() -> None:
    assert complaints(rules.no_empty_words, code()) == []
    assert [name for name in code() if Path(name).name in rules.EMPTY_FILES] == []


def test_tests_use_no_mocks() -> None:
    assert complaints(rules.no_mocks, code("tests/")) == []


def test_tests_wait_for_facts() -> None:
    own_clock = {"tests/support/waiting.py"}
    timed = [name for name in code("tests/") if name not in own_clock and not name.startswith("tests/bench/")]
    assert complaints(rules.no_sleeps, timed) == []


def test_no_file_is_too_long_to_read() -> None:
    lengths = {name: len(parsed(name)[1].splitlines()) for name in code() if not is_migration(name)}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_import_circles() -> None:
    modules = {name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): name for name in code()}
    graph: dict[str, set[str]] = {}
    for module, name in modules.items():
        needed = set(rules.top_level_imports(parsed(name)[0], modules))
        graph[module] = needed & modules.keys() - {module}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as circle:
        pytest.fail(" -> ".join(circle.args[1]))


def test_no_registry_host_is_named() -> None:
    guilty = [name for name in files() if any(host in (ROOT / name).read_bytes() for host in REGISTRY_HOSTS)]
    assert guilty == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_hashed_and_name_no_host(name: str) -> None:
    text = (ROOT / "resources" / "setup" / name).read_text(encoding="utf-8")
    assert not re.search(r"://|--(index|extra|find|trusted)|^-i ", text, re.MULTILINE)
    entries = re.split(r"\n(?=\S)", text.strip())
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert [entry for entry in entries if not re.match(r"[a-z0-9._\[\]-]+==[^ ]+", entry)] == []


def test_both_requirement_files_agree() -> None:
    setup = ROOT / "resources" / "setup"
    run, dev = (
        set(re.findall(r"^\S+==\S+", (setup / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert run <= dev


BAD_CODE: tuple[tuple[rules.Rule, str], ...] = (
    (rules.pure, "import time"),
    (rules.pure, "from asyncio import Queue"),
    (rules.pure, "import datetime as dt\nat = dt.datetime.now(dt.UTC)"),
    (rules.pure, "from datetime import date\ndate.today()"),
    (rules.pure, "fee = 0.05"),
    (rules.imports_on_top, "def f():\n    x = 1\n    import json\n"),
    (rules.silent, "print('hello')"),
    (rules.no_global_state, "orders = {}"),
    (rules.no_global_state, "ORDERS: dict[str, int] = {}"),
    (rules.no_global_state, "CACHE = defaultdict(list)"),
    (rules.no_global_state, "seen = [1, 2]"),
    (rules.no_global_state, "def f():\n    global x\n    x = 1"),
    (rules.no_empty_words, "class OrderManager: ..."),
    (rules.no_mocks, "from unittest.mock import Mock"),
    (rules.no_mocks, "from unittest import mock"),
    (rules.no_sleeps, "import time\ntime.sleep(0.1)"),
    (rules.no_sleeps, "async def f(s):\n    await asyncio.sleep(s)"),
    (rules.no_sleeps, "def test(qtbot):\n    qtbot.wait(10)"),
)


@pytest.mark.parametrize(("rule", "text"), BAD_CODE)
def test_each_rule_sees_what_breaks_it(rule: rules.Rule, text: str) -> None:
    assert list(rule(ast.parse(text), text)) != []


GOOD_CODE: tuple[tuple[rules.Rule, str], ...] = (
    (rules.pure, "from decimal import Decimal\nFEE = Decimal('0.05')"),
    (rules.imports_on_top, "def f():\n    # heavy, and only the packaged program needs it\n    import json\n"),
    (rules.imports_on_top, "def f():\n    import json  # heavy\n"),
    (rules.no_global_state, "STATES = {'a': 1}\n__all__ = ['x']\nlevels: Final = [1]\nname = 'x'"),
    (rules.no_sleeps, "async def f():\n    await asyncio.sleep(0)"),
)


@pytest.mark.parametrize(("rule", "text"), GOOD_CODE)
def test_no_rule_sees_ghosts(rule: rules.Rule, text: str) -> None:
    assert list(rule(ast.parse(text), text)) == []
