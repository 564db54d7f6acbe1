# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Stretches in which every reading of a pair was an opportunity, what was entered in them, and why not."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from engine.domain.premium import Pair
from engine.domain.premium_past import Opportunity, series_symbol
from engine.domain.sentences import Sentence
from storage.database import Connection
from storage.records.sentences import sentence_of
from storage.recovery import OWN

#: Readings that are looked at; of a pair that was worth it all day, the last hours.
MOST_READINGS = 20_000
#: Readings that lie further apart do not belong together, also where nothing else was kept between them.
LONGEST_GAP = timedelta(seconds=60)
#: Sentences of the log shown with one stretch.
MOST_REASONS = 5

#: Only readings that are opportunities are read, through their own index. Whether another reading lies between two of
#: them is asked only where they are further apart than they can be.
STRETCHES = f"""
    WITH found AS (
        SELECT symbol, won_venue, foreign_venue, timestamp, net_spread_pct, back_net_spread_pct FROM spreads
        WHERE is_opportunity AND timestamp >= $1 AND timestamp < $2 AND ($3::text IS NULL
            OR symbol = $3 AND won_venue = $4 AND foreign_venue = $5)
        ORDER BY timestamp DESC LIMIT {MOST_READINGS}
    ), gaps AS (
        SELECT *, GREATEST(net_spread_pct, back_net_spread_pct) AS net, lag(timestamp) OVER pair AS before,
            timestamp - lag(timestamp) OVER pair AS gap
        FROM found WINDOW pair AS (PARTITION BY symbol, won_venue, foreign_venue ORDER BY timestamp)
    ), least AS (
        SELECT *, min(gap) OVER (PARTITION BY symbol, won_venue, foreign_venue) AS least_gap FROM gaps
    ), marked AS (
        SELECT *, CASE WHEN gap IS NULL OR gap > $6 THEN 1 WHEN gap <= least_gap * 1.5 THEN 0
            WHEN EXISTS (SELECT 1 FROM spreads s WHERE s.symbol = l.symbol AND s.won_venue = l.won_venue
                AND s.foreign_venue = l.foreign_venue AND s.timestamp > l.before AND s.timestamp < l.timestamp) THEN 1
            ELSE 0 END AS begins
        FROM least l
    ), numbered AS (
        SELECT *, sum(begins) OVER (PARTITION BY symbol, won_venue, foreign_venue ORDER BY timestamp) AS stretch
        FROM marked
    )
    SELECT symbol, won_venue, foreign_venue, min(timestamp) AS begun_at, max(timestamp) AS ended_at, max(net) AS net,
        (array_agg(timestamp ORDER BY net DESC, timestamp))[1] AS net_at, count(*) AS readings
    FROM numbered GROUP BY symbol, won_venue, foreign_venue, stretch ORDER BY begun_at DESC, symbol LIMIT $7
"""
#: What two-leg bots decided meanwhile. Accounts trade under their own venues; the exchange is in their settings.
ENTRIES = f"""
    SELECT p.symbol, p.decided_at AS at, a.settings AS home, h.settings AS foreign, p.won_venue, p.foreign_venue
    FROM two_leg_positions p LEFT JOIN accounts a ON a.user_id = p.user_id AND a.venue = p.won_venue
    LEFT JOIN accounts h ON h.user_id = p.user_id AND h.venue = p.foreign_venue
    WHERE p.{OWN} AND p.decided_at >= $1 AND p.decided_at <= $2
"""
LINES = f"""
    SELECT split_part(b.symbol, '/', 1) AS symbol, d.at, d.template, d.arguments, a.settings AS home, b.venue
    FROM decisions d JOIN bot_instances b ON b.user_id = d.user_id AND b.bot_uid = d.bot_uid
    LEFT JOIN accounts a ON a.user_id = b.user_id AND a.account_id = b.account_id
    WHERE d.{OWN} AND b.bot_type = 'arbitrage' AND d.at >= $1 AND d.at <= $2 ORDER BY d.at, d.id LIMIT 2000
"""


async def opportunities(
    connection: Connection, pair: Pair | None, since: datetime | None, until: datetime | None, limit: int
) -> list[Opportunity]:
    """See `engine.premium_history.PremiumHistory.opportunities`."""
    end = until if until is not None else await connection.fetchval("SELECT now() + interval '1 minute'")
    begin = since if since is not None else end - timedelta(days=1)
    key = (series_symbol(pair), pair.home_venue, pair.foreign_venue) if pair is not None else (None, None, None)
    rows = await connection.fetch(STRETCHES, begin, end, *key, LONGEST_GAP, limit)
    if not rows:
        return []
    first, last = min(row["begun_at"] for row in rows), max(row["ended_at"] for row in rows)
    entries = await connection.fetch(ENTRIES, first, last)
    lines = await connection.fetch(LINES, first, last)
    return [_opportunity(row, entries, lines) for row in rows]


def _opportunity(row: Any, entries: Sequence[Any], lines: Sequence[Any]) -> Opportunity:
    base = row["symbol"].partition("/")[0]
    inside = [each for each in entries if each["symbol"] == base and row["begun_at"] <= each["at"] <= row["ended_at"]]
    taken = [
        each
        for each in inside
        if row["won_venue"] == _exchange(each["home"], each["won_venue"])
        and row["foreign_venue"] == _exchange(each["foreign"], each["foreign_venue"])
    ]
    said: dict[str, Sentence] = {}
    for line in lines:
        if line["symbol"] != base or not row["begun_at"] <= line["at"] <= row["ended_at"]:
            continue
        if row["won_venue"] == _exchange(line["home"], line["venue"]) and len(said) < MOST_REASONS:
            said.setdefault(line["template"], sentence_of(line["template"], line["arguments"]))
    return Opportunity(
        row["symbol"], row["won_venue"], row["foreign_venue"], row["begun_at"], row["ended_at"], row["net"],
        row["net_at"], row["readings"], len(taken), tuple(said.values()),
    )  # fmt: skip


def _exchange(settings: str | None, venue: str) -> str:
    """As `Account.exchange`; a venue without an account is its own name."""
    known = dict(json.loads(settings)) if settings is not None else {}
    return str(known.get("exchange") or str(known.get("feed", "")).rpartition(":")[2] or venue)
