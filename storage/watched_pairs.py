"""The user's list of pairs that the spread desk looks at."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.domain.premium import Pair
from engine.domain.watching import WatchedPair
from storage.database import Database
from storage.recovery import OWN
from storage.repositories.arguments import number, positive, words
from storage.repositories.rows import count_of, refusing

KEY = ("won_venue", "won_symbol", "foreign_venue", "foreign_symbol")
SAID = (
    "fx_pair", "fx_source", "size", "value", "home_fee", "foreign_fee", "hold_days", "opportunity_pct", "record_every_s"
)  # fmt: skip
NAMES = ", ".join((*KEY, *SAID))
#: More than a board can show; a list without a bound is a mistake.
MOST_PAIRS = 5_000
LIST = f"""
    SELECT {NAMES} FROM watched_pairs WHERE {OWN}
    ORDER BY split_part(won_symbol, '/', 1), won_venue, won_symbol, foreign_venue, foreign_symbol LIMIT {MOST_PAIRS}
"""  # noqa: S608 - put together from constants
PUT = f"""
    INSERT INTO watched_pairs ({NAMES}) VALUES ({", ".join(f"${at}" for at in range(1, len(KEY + SAID) + 1))})
    ON CONFLICT (user_id, {", ".join(KEY)}) DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in SAID)},
        updated_at = now()
"""  # noqa: S608 - likewise
TAKE_OFF = f"""
    DELETE FROM watched_pairs WHERE {OWN} AND {" AND ".join(f"{name} = ${at}" for at, name in enumerate(KEY, start=1))}
"""  # noqa: S608 - likewise
SENTENCES = {
    "check_watched_pairs_size": "A watched pair needs a size or a value above 0.",
    "check_watched_pairs_fees": "A fee of a watched pair must be a fraction from 0 to below 1.",
    "check_watched_pairs_hold_days": "A watched pair cannot be held for fewer than 0 days.",
    "check_watched_pairs_record_every_s": "Readings of a watched pair are kept every so many seconds, above 0.",
}


class PostgresWatchedPairs:
    """`engine.ports.WatchedPairs` over a pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def watched(self) -> Sequence[WatchedPair]:
        """All of them, by base and venues."""
        async with self._database.question() as connection:
            return [_pair_of(row) for row in await connection.fetch(LIST)]

    async def watch(self, watched: WatchedPair) -> None:
        """Put a pair on the list, or change what is said of it. Raises UsageError."""
        said = (
            words("name of the rate", watched.pair.fx_pair, may_be_empty=True),
            words("source of the rate", watched.fx_source, may_be_empty=True),
            None if watched.size is None else positive("size", watched.size),
            None if watched.value is None else positive("value", watched.value),
            None if watched.home_fee is None else number("home fee", watched.home_fee),
            None if watched.foreign_fee is None else number("foreign fee", watched.foreign_fee),
            number("days held", watched.hold_days),
            number("premium of an opportunity", watched.opportunity_pct),
            None if watched.record_every_s is None else positive("time between readings", watched.record_every_s),
        )
        async with self._database.question() as connection:
            with refusing(SENTENCES):
                await connection.execute(PUT, *_key(watched.pair), *said)

    async def unwatch(self, pair: Pair) -> bool:
        """Take a pair off the list. False when it was not on it."""
        async with self._database.question() as connection:
            return count_of(await connection.execute(TAKE_OFF, *_key(pair))) > 0


def _key(pair: Pair) -> tuple[str, ...]:
    return (
        words("home venue", pair.home_venue), words("home symbol", pair.home_symbol),
        words("foreign venue", pair.foreign_venue), words("foreign symbol", pair.foreign_symbol),
    )  # fmt: skip


def _pair_of(row: Mapping[str, Any]) -> WatchedPair:
    pair = Pair(row["won_venue"], row["won_symbol"], row["foreign_venue"], row["foreign_symbol"], row["fx_pair"])
    return WatchedPair(
        pair, row["size"], row["value"], row["home_fee"], row["foreign_fee"], row["hold_days"], row["fx_source"],
        row["opportunity_pct"], row["record_every_s"],
    )  # fmt: skip
