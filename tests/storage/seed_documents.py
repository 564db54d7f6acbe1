"""The five customer documents as a list of all they name: tables, columns, constraints, indexes, keys, queries."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FENCE = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)
TABLE = re.compile(r"CREATE TABLE (\w+) \((.*?)\n\);", re.DOTALL)
COLUMN_CONSTRAINTS = re.compile(r"(PRIMARY KEY|UNIQUE|CHECK \(.*\)|REFERENCES \w+\(\w+\)(?: ON DELETE [A-Z ]+)?)")
TABLE_CONSTRAINT = re.compile(r"(CONSTRAINT|PRIMARY KEY|FOREIGN KEY|UNIQUE|CHECK)\b")


class Item(NamedTuple):
    """One thing a document names. `column` is the part of it where it has parts, else empty."""

    seed: str
    kind: str
    name: str
    column: str = ""


def read_seeds(folder: Path) -> list[Item]:
    """Everything in the documents of a folder, each once, in their order."""
    found: dict[Item, None] = {}
    for path in sorted(folder.glob("*.txt")):
        found |= dict.fromkeys(items_of(path.name[:3], path.read_text(encoding="utf-8")))
    return list(found)


def items_of(seed: str, text: str) -> Iterator[Item]:
    """Everything in one document."""
    for language, block in FENCE.findall(text):
        if language == "sql":
            yield from _sql(seed, block)
        elif language == "bash":
            commands = (line for line in block.splitlines() if re.match(r"(redis-cli|pg_dump|psql)\b", line))
            yield from (Item(seed, "command", re.sub(r"\s*#.*", "", line).strip()) for line in commands)
        elif language == "":
            yield from _keys(seed, block)
        elif language == "python" and "(TTL)" not in block:
            yield from _lifetimes(seed, block)
            yield from _methods(seed, block)
    # Indexes, a table of tables and a table of keys that are written in Markdown.
    heading = ""
    for line in text.splitlines():
        heading = line.removeprefix("### ") if line.startswith("### ") else heading
        if heading == "모니터링" and line.startswith("- "):
            yield Item(seed, "query", line.removeprefix("- "))
        elif index := re.match(r"- `(idx_\w+)`: `\(", line):
            yield Item(seed, "index", index[1])
        elif row := re.match(r"\| \*\*(\w+)\*\* \| (.*) \|$", line):
            yield Item(seed, "table", row[1])
            named = re.search(r"\((.*)\)", row[2])
            yield from (Item(seed, "column", row[1], part) for part in _named_parts(named[1] if named else ""))
        elif key := re.match(r"\| `([\w:{}]+)` \| .* \| (.+) \|$", line):
            yield Item(seed, "redis_key", key[1])
            yield Item(seed, "ttl", key[1], key[2])


def _named_parts(words: str) -> list[str]:
    return [word for word in re.split(r", *", words) if word and not word.startswith("docs")]


def _sql(seed: str, block: str) -> Iterator[Item]:
    for table, body in TABLE.findall(block):
        yield Item(seed, "table", table)
        for part in _split(re.sub(r"--.*", "", body)):
            yield from _table_part(seed, table, part)
    for table, definition in re.findall(r"ALTER TABLE (\w+) ADD COLUMN ([^;]+);", block):
        yield from _table_part(seed, table, definition)
    for name, table in re.findall(r"CREATE INDEX (\w+) ON (\w+)", block):
        yield Item(seed, "index", name, table)
    for table in re.findall(r"create_hypertable\('(\w+)'", block):
        yield Item(seed, "hypertable", table)
    for table, span in re.findall(r"add_retention_policy\('(\w+)', INTERVAL '(\d+ days)'", block):
        yield Item(seed, "policy", table, span)
    for view, body in re.findall(r"CREATE MATERIALIZED VIEW (\w+) AS\s+SELECT(.*?)FROM", block, re.DOTALL):
        yield Item(seed, "view", view)
        for part in _split(body):
            yield Item(seed, "column", view, part.split()[-1])
    for statement in re.findall(r"^(?:CREATE USER|GRANT) [^;]+;", block, re.MULTILINE):
        yield Item(seed, "right", re.sub(r" WITH PASSWORD .*", "", statement.rstrip(";")))
    for title, _ in re.findall(r"^-- (.+)\n((?:SELECT)\s(?!create_hypertable|add_retention))", block, re.MULTILINE):
        yield Item(seed, "query", title)


def _table_part(seed: str, table: str, part: str) -> Iterator[Item]:
    part = " ".join(part.split())
    if TABLE_CONSTRAINT.match(part):
        yield Item(seed, "constraint", table, re.sub(r"^CONSTRAINT \w+ ", "", part))
        return
    column, _, rest = part.partition(" ")
    yield Item(seed, "column", table, column)
    for constraint in COLUMN_CONSTRAINTS.findall(rest):
        yield Item(seed, "constraint", table, f"{column} {constraint}")


def _split(body: str) -> list[str]:
    """The parts between commas that are in no brackets."""
    parts, depth = [""], 0
    for sign in body:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts if part.strip()]


def _keys(seed: str, block: str) -> Iterator[Item]:
    if key := re.match(r"Key: (\S+)", block):
        yield Item(seed, "redis_key", key[1])
        fields = re.findall(r"^  - (\w+)", block, re.MULTILINE) + re.findall(r"^Field: (\w+)", block, re.MULTILINE)
        yield from (Item(seed, "redis_field", key[1], field) for field in fields)
        yield from (Item(seed, "redis_field", key[1], field) for field in re.findall(r'^    "(\w+)":', block, re.M))
        return
    for name, said in re.findall(r"^([a-z_]+[\w:{}.-]*)\s*(?:->|→)\s*(.+)$", block, re.MULTILINE):
        yield Item(seed, "redis_key", name)
        if lifetime := re.search(r"TTL: (.+?)\)", said):
            yield Item(seed, "ttl", name, lifetime[1])
        if length := re.search(r"최근 (\d+)개", said):
            yield Item(seed, "length", name, length[1])
    for line in re.findall(r"^(save \d+ \d+|appendonly \w+)", block, re.MULTILINE):
        yield Item(seed, "persistence", line)


def _lifetimes(seed: str, block: str) -> Iterator[Item]:
    for name, seconds in re.findall(r"^SET (\S+) .* EX (\d+)$", block, re.MULTILINE):
        yield Item(seed, "ttl", name, seconds)


def _methods(seed: str, block: str) -> Iterator[Item]:
    if repository := re.match(r"class (\w+Repository):", block):
        for method in re.findall(r"async def (\w+)\(", block):
            yield Item(seed, "method", repository[1], method)
    for method in re.findall(r"redis_cache\.(\w+)\(", block):
        yield Item(seed, "method", "RedisCacheStorage", method)
    for method in re.findall(r"storage\.(log_\w+)\(", block):
        yield Item(seed, "method", "PostgresStorage", method)
    for setting, value in re.findall(r"^\s*(DB_POOL\w+|DB_MAX\w+|min_size|max_size) ?= ?(\d+)", block, re.MULTILINE):
        yield Item(seed, "pool", setting, value)
