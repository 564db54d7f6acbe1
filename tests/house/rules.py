"""The rules as functions from a parsed file to complaints, so that each can be tried on a few lines of bad code."""

import ast
from collections.abc import Callable, Container, Iterator

Rule = Callable[[ast.Module, str], Iterator[str]]

IMPURE_MODULES = frozenset(
    {"asyncio", "time", "random", "secrets", "os", "threading", "socket", "subprocess"}
    | {"sqlalchemy", "asyncpg", "alembic", "redis", "ccxt", "aiohttp"}
)
IMPURE_CALLS = frozenset({"now", "utcnow", "today", "fromtimestamp"})
IMPURE_BUILTINS = frozenset({"open", "print", "input"})
MUTABLE_MAKERS = frozenset({"dict", "list", "set", "bytearray", "defaultdict", "deque", "Counter", "OrderedDict"})
EMPTY_WORDS = ("Manager", "Helper", "Helpers", "Util", "Utils", "Service", "Handler", "Data", "Info", "Base")
EMPTY_FILES = frozenset(f"{word.lower()}.py" for word in EMPTY_WORDS)


def imported_modules(node: ast.stmt) -> list[str]:
    """The absolute names a statement imports; empty for any other statement."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module is not None:
        return [node.module]
    return []


def dotted(node: ast.expr) -> str:
    """`a.b.c` of an attribute chain, or an empty string."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr}" if left else ""
    return ""


def pure(tree: ast.Module, _text: str) -> Iterator[str]:
    """Trading rules see no clock, no chance, no system and no float: the same input gives the same money."""
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            for name in imported_modules(node):
                if name.split(".")[0] in IMPURE_MODULES:
                    yield f"line {node.lineno}: imports {name}"
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            if "." in name and name.rsplit(".", 1)[1] in IMPURE_CALLS and name.startswith(("datetime", "date", "dt")):
                yield f"line {node.lineno}: asks the clock with {name}()"
            if name in IMPURE_BUILTINS:
                yield f"line {node.lineno}: calls {name}()"
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"line {node.lineno}: the float {node.value!r} where money is Decimal"


def imports_on_top(tree: ast.Module, text: str) -> Iterator[str]:
    """An import inside a function needs a comment on its line or the line above that says why."""
    lines = text.splitlines()
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            own = lines[node.lineno - 1 : node.end_lineno]
            above = lines[node.lineno - 2].strip()
            if not any("#" in line for line in own) and not above.startswith("#"):
                yield f"line {node.lineno}: imports inside {function.name}() without saying why"


def silent(tree: ast.Module, _text: str) -> Iterator[str]:
    """Rooms log; only the front door prints."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and dotted(node.func) == "print":
            yield f"line {node.lineno}: prints"


def _is_mutable(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Dict | ast.List | ast.Set | ast.DictComp | ast.ListComp | ast.SetComp):
        return True
    return isinstance(value, ast.Call) and dotted(value.func).rsplit(".", 1)[-1] in MUTABLE_MAKERS


def _is_empty(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Dict):
        return not value.keys
    if isinstance(value, ast.List):
        return not value.elts
    return isinstance(value, ast.Call) and not any(not isinstance(part, ast.Name) for part in value.args)


def no_global_state(tree: ast.Module, _text: str) -> Iterator[str]:
    """A module holds constants, never state: no lower-case containers, no containers born empty, no `global`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield f"line {node.lineno}: global {', '.join(node.names)}"
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            targets, final = statement.targets, False
        elif isinstance(statement, ast.AnnAssign):
            targets, final = [statement.target], "Final" in ast.unparse(statement.annotation)
        else:
            continue
        for target in targets:
            name = dotted(target)
            if name == "__all__" or not _is_mutable(statement.value):
                continue
            if _is_empty(statement.value) or not (final or name.isupper()):
                yield f"line {statement.lineno}: {name} is state at module level"


def no_empty_words(tree: ast.Module, _text: str) -> Iterator[str]:
    """A name says what a thing is; Manager, Helper, Data and the like say nothing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name.endswith(EMPTY_WORDS):
            yield f"line {node.lineno}: class {node.name}"


def no_mocks(tree: ast.Module, _text: str) -> Iterator[str]:
    """Tests use the real thing or a small honest stand-in; a mock agrees with everything."""
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and any(name.startswith("unittest.mock") for name in imported_modules(node)):
            yield f"line {node.lineno}: imports unittest.mock"
        if isinstance(node, ast.ImportFrom) and node.module == "unittest" and any(a.name == "mock" for a in node.names):
            yield f"line {node.lineno}: imports unittest.mock"
        if isinstance(node, ast.Name | ast.Attribute) and dotted(node).rsplit(".", 1)[-1] in {"MagicMock", "AsyncMock"}:
            yield f"line {node.lineno}: uses a mock"


def no_sleeps(tree: ast.Module, _text: str) -> Iterator[str]:
    """Tests wait for a fact (tests.support.waiting), never for a while; `asyncio.sleep(0)` only yields."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        yields_only = len(node.args) == 1 and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0
        if name in {"time.sleep", "sleep"} or name.endswith(("qWait", "qSleep", "qtbot.wait")):
            yield f"line {node.lineno}: {name}() waits for a while"
        if name in {"asyncio.sleep", "anyio.sleep"} and not yields_only:
            yield f"line {node.lineno}: {name}() waits for a while"


def top_level_imports(tree: ast.Module, known: Container[str]) -> Iterator[str]:
    """The modules this one needs before it can be complete; imports for type checkers do not count.

    `from package import module` needs the module, not what else the package re-exports.
    """
    pending: list[ast.stmt] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending.extend(node.orelse)
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.ClassDef):
            pending.extend(child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt))
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            inside = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name if name in known else node.module for name in inside)
