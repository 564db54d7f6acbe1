"""What a user has tried with paper money, as far as it says that a live account may be switched on."""

from storage.database import Database
from storage.recovery import OWN

#: How long a grid must have run there, and that it closed a cycle: both of the run that is there, or of an earlier one.
LEAST_HOURS = 1
SYMBOLS = f"""
    SELECT DISTINCT b.symbol FROM bot_instances b JOIN accounts a USING (user_id, account_id)
    WHERE b.{OWN} AND a.mode = 'paper' AND b.bot_type = 'grid'
    AND (SELECT value ->> 1 FROM jsonb_array_elements(a.settings) AS value WHERE value ->> 0 = 'feed') = $1
    AND EXISTS (SELECT 1 FROM trades t WHERE t.user_id = b.user_id AND t.bot_uid = b.bot_uid AND t.profit IS NOT NULL)
    AND EXISTS (SELECT 1 FROM jobs j WHERE j.user_id = b.user_id AND j.bot_uid = b.bot_uid
        AND COALESCE(j.stopped_at, now()) - j.start_time >= make_interval(hours => $2))
"""  # noqa: S608 - put together from constants


class PostgresRehearsals:
    """`engine.live_ports.Rehearsals` over a pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def symbols(self, exchange: str) -> frozenset[str]:
        """See `engine.live_ports.Rehearsals.symbols`."""
        async with self._database.question() as connection:
            rows = await connection.fetch(SYMBOLS, f"ccxt:{exchange}", LEAST_HOURS)
        return frozenset(row["symbol"] for row in rows)
