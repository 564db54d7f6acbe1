"""Everything that the customer's documents name has a home here, or a reason why it has none."""

import argparse
import csv
import importlib
import inspect
import os
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import pytest

import storage.cached
import storage.repositories
from engine.console.arguments import build_parser
from storage.administration.report_queries import QUERIES, SLOW_QUERIES
from storage.cache_keys import PATTERNS
from storage.series.layout import BY_NAME
from storage.series.upkeep import DEFAULTS
from tests.storage.seed_documents import Item, items_of, read_seeds

ROOT = Path(__file__).resolve().parents[2]
MAPPING = ROOT / "docs" / "seed-mapping.csv"
SEEDS = Path(os.environ.get("GRIDWRIGHT_SEEDS", ROOT.parent / "shared" / "seeds"))

IN_DATABASE = """
    SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'
    UNION SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'
    UNION SELECT 'view ' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')
    UNION SELECT 'index ' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('i', 'I')
    UNION SELECT 'constraint ' || conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
"""


class Home(NamedTuple):
    """One row of the mapping."""

    item: Item
    homes: tuple[str, ...]
    reason: str


def read_mapping() -> list[Home]:
    with MAPPING.open(encoding="utf-8", newline="") as file:
        return [
            Home(
                Item(row["seed"], row["kind"], row["name"], row["column"]),
                tuple(home for home in row["home"].split("; ") if home),
                row["reason"],
            )
            for row in csv.DictReader(file)
        ]


def in_program() -> set[str]:
    """Every home outside the database, as the mapping writes it."""
    found = {f"redis {name}" for name in PATTERNS}
    found |= {f"ttl {name}={pattern.ttl_s:.0f}" for name, pattern in PATTERNS.items()}
    found |= {f"length {name}={pattern.most}" for name, pattern in PATTERNS.items()}
    found |= {f"retention {name}={days}" for name, days in DEFAULTS.items()}
    found |= {f"series {name}" for name in BY_NAME}
    found |= {f"report {query.key}" for query in (*QUERIES, SLOW_QUERIES)} | {"report redis"}
    found |= {f"command {command}" for command in commands(build_parser())}
    for package in (storage.repositories, storage.cached):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for name, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
                found |= {f"method {name}.{method}" for method, _ in inspect.getmembers(kind, inspect.isfunction)}
    return found


def commands(parser: argparse.ArgumentParser, before: str = "") -> Iterator[str]:
    """All sub-commands, the ones below others with their words before them."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, branch in action.choices.items():
                yield f"{before}{name}"
                yield from commands(branch, f"{before}{name} ")


async def in_database(url: str) -> set[str]:
    """Every home in the database, as the mapping writes it."""
    connection: Any = await asyncpg.connect(url)
    try:
        return {row[0] for row in await connection.fetch(IN_DATABASE)}
    finally:
        await connection.close()


def homeless(rows: list[Home], there: set[str]) -> list[tuple[Item, str]]:
    """Homes that do not exist, and rows that have neither a home nor a reason."""
    return [(row.item, home) for row in rows for home in row.homes if home not in there] + [
        (row.item, "") for row in rows if not row.homes and not row.reason
    ]


@pytest.fixture
def seeds() -> list[Item]:
    if not SEEDS.is_dir():
        pytest.skip(f"the customer's documents are not at {SEEDS}")
    return read_seeds(SEEDS)


def test_every_name_of_the_documents_has_one_row(seeds: list[Item]) -> None:
    mapped = [row.item for row in read_mapping()]
    assert [item for item in seeds if item not in set(mapped)] == []
    assert [item for item in mapped if item not in set(seeds)] == []
    assert len(set(mapped)) == len(mapped)
    assert len(mapped) > 700


async def test_every_home_exists(migrated_url: str) -> None:
    assert homeless(read_mapping(), in_program() | await in_database(migrated_url)) == []


def test_no_secret_goes_where_it_can_be_read() -> None:
    """Keys and passwords of the documents are sealed or hashed; none has a home in Redis."""
    secret = {
        "api_key",
        "api_secret",
        "password",
        "bithumb_api_key",
        "bithumb_secret_key",
        "hashed_password",
        "비밀번호",
    }
    rows = [row for row in read_mapping() if row.item.column in secret]
    assert len(rows) == 10
    assert {row.homes for row in rows} == {(), ("credentials.sealed",), ("users.hashed_password",)}


def test_a_home_that_is_not_there_is_found() -> None:
    item = Item("000", "column", "grid_users", "leverage")
    assert homeless([Home(item, ("users.leverage",), "")], {"users"}) == [(item, "users.leverage")]
    assert homeless([Home(item, (), "")], set()) == [(item, "")]
    assert homeless([Home(item, (), "not needed"), Home(item, ("users",), "")], {"users"}) == []


def test_the_reader_sees_every_kind() -> None:
    """One small document with all that the five write, each thing once."""
    document = """
```sql
CREATE TABLE pairs (
    id SERIAL PRIMARY KEY,   -- a number
    size NUMERIC(18, 8) CHECK (size > 0), ma_5 FLOAT,
    owner INTEGER REFERENCES users(id) ON DELETE CASCADE,
    CONSTRAINT one UNIQUE (owner, size)
);
CREATE INDEX idx_pairs_size ON pairs(size DESC);
ALTER TABLE pairs ADD COLUMN source VARCHAR(20) DEFAULT 'manual';
-- SELECT create_hypertable('pairs', 'at', if_not_exists => TRUE);
SELECT add_retention_policy('pairs', INTERVAL '90 days');
CREATE MATERIALIZED VIEW days AS
SELECT DATE(at) as day, SUM(size) as total
FROM pairs;
GRANT USAGE ON SCHEMA public TO somebody;
-- How many
SELECT count(*) FROM pairs;
```
```
fx:usdkrw                    → float
signals:{id} -> LIST (최근 100개)
ticker:{symbol} -> JSON (TTL: 1초)
```
```
Key: {venue}:grid
Fields:
  - price: float
```
```python
SET fx:usdkrw 1350.0 EX 3
```
```python
class JobRepository:
    async def get_job_id(user_id) -> str
```
- `idx_pairs_owner`: `(owner)`
| **wallets** | 주소 (address) |
| `limit:{ip}` | 카운터 | 1분 |
"""
    assert {tuple(item)[1:] for item in items_of("009", document)} == {
        ("table", "pairs", ""), ("column", "pairs", "id"), ("constraint", "pairs", "id PRIMARY KEY"),
        ("column", "pairs", "size"), ("constraint", "pairs", "size CHECK (size > 0)"), ("column", "pairs", "ma_5"),
        ("column", "pairs", "owner"), ("constraint", "pairs", "owner REFERENCES users(id) ON DELETE CASCADE"),
        ("constraint", "pairs", "UNIQUE (owner, size)"), ("index", "idx_pairs_size", "pairs"),
        ("column", "pairs", "source"), ("hypertable", "pairs", ""), ("policy", "pairs", "90 days"),
        ("view", "days", ""), ("column", "days", "day"), ("column", "days", "total"),
        ("right", "GRANT USAGE ON SCHEMA public TO somebody", ""), ("query", "How many", ""),
        ("redis_key", "fx:usdkrw", ""), ("redis_key", "signals:{id}", ""),
        ("length", "signals:{id}", "100"), ("redis_key", "ticker:{symbol}", ""), ("ttl", "ticker:{symbol}", "1초"),
        ("redis_key", "{venue}:grid", ""), ("redis_field", "{venue}:grid", "price"), ("ttl", "fx:usdkrw", "3"),
        ("method", "JobRepository", "get_job_id"), ("index", "idx_pairs_owner", ""), ("table", "wallets", ""),
        ("column", "wallets", "address"), ("redis_key", "limit:{ip}", ""), ("ttl", "limit:{ip}", "1분"),
    }  # fmt: skip
