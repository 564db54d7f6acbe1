# ruff: noqa: S608 - the statements are put together from constants of this program and from dates.
"""Partitions of PostgreSQL's own, as statements: made ahead of time, with one more for rows that fit nowhere."""

from datetime import datetime

from storage.series.layout import PARTS, SERIES, Series

SCHEMA = f"CREATE SCHEMA IF NOT EXISTS {PARTS}"


def default_part(series: Series) -> str:
    """Takes late rows, and those of a clock that is wrong, until there is a part for them."""
    return f"CREATE TABLE IF NOT EXISTS {PARTS}.{series.default_part} PARTITION OF public.{series.name} DEFAULT"


def bounds(series: Series, start: datetime) -> str:
    return f"FROM ('{start.isoformat()}') TO ('{(start + series.step).isoformat()}')"


def first_parts(series: Series, now: datetime) -> list[str]:
    """What an empty table begins with: the default, and parts from now on."""
    return [
        default_part(series),
        *(
            f"CREATE TABLE {PARTS}.{series.part_name(start)} PARTITION OF public.{series.name} "
            f"FOR VALUES {bounds(series, start)}"
            for start in series.starts(now, now + series.ahead)
        ),
    ]


def all_first_parts(now: datetime) -> list[str]:
    return [SCHEMA, *(statement for series in SERIES for statement in first_parts(series, now))]


def part_with_its_rows(series: Series, start: datetime) -> list[str]:
    """A part whose rows may have come before it, for one transaction. They are moved out of the default part."""
    part, default = f"{PARTS}.{series.part_name(start)}", f"{PARTS}.{series.default_part}"
    since, until = start.isoformat(), (start + series.step).isoformat()
    return [
        # First the lock that is needed in the end: who waits for it meanwhile holds nothing that we want.
        f"LOCK TABLE {default} IN ACCESS EXCLUSIVE MODE",
        f"CREATE TABLE {part} (LIKE public.{series.name} INCLUDING DEFAULTS INCLUDING STORAGE)",
        (
            f"WITH moved AS (DELETE FROM {default} WHERE timestamp >= '{since}' AND timestamp < '{until}' RETURNING *) "
            f"INSERT INTO {part} SELECT * FROM moved"
        ),
        f"ALTER TABLE public.{series.name} ATTACH PARTITION {part} FOR VALUES {bounds(series, start)}",
    ]
