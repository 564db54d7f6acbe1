"""What the other desks of this user run: read as a whole, when anything of it changed."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from engine.ports import OthersState
from storage.database import Database
from storage.journal import local_now
from storage.prices import last_mark
from storage.recovery import OWN, recover

#: Changes with every fill, every change of hands, every lease that expires, and each minute, as marks are recorded.
TRACE = f"""
    SELECT concat_ws(' ', l.account_id, l.token, l.desk_id, l.expires_at >= clock_timestamp(),
        date_trunc('minute', clock_timestamp()),
        (SELECT max(b.updated_at) FROM bot_instances b
            WHERE b.user_id = l.user_id AND b.account_id = l.account_id),
        (SELECT max(p.updated_at) FROM two_leg_positions p JOIN bot_instances b USING (user_id, bot_uid)
            WHERE b.user_id = l.user_id AND b.account_id = l.account_id AND p.status <> 'CLOSED'),
        (SELECT v.updated_at FROM live_accounts v
            WHERE v.user_id = l.user_id AND v.account_id = l.account_id)) AS trace
    FROM leases l WHERE l.{OWN} AND l.account_id <> ALL($1::text[]) ORDER BY l.account_id
"""  # noqa: S608 - put together from constants
PLACES = f"""
    SELECT l.account_id, CASE WHEN l.expires_at >= clock_timestamp() THEN d.name ELSE '' END AS place
    FROM leases l LEFT JOIN desks d USING (desk_id) WHERE l.{OWN} AND l.account_id <> ALL($1::text[])
"""  # noqa: S608 - likewise


class PostgresOtherDesks:
    """`engine.ports.OtherDesks` over a pool."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._trace: list[str] | None = None

    async def look(self, own_accounts: Sequence[str]) -> OthersState | None:
        """See `engine.ports.OtherDesks.look`."""
        own = list(own_accounts)
        async with self._database.question() as connection:
            trace = [row["trace"] for row in await connection.fetch(TRACE, own)]
            if trace == self._trace or (self._trace is None and not trace):
                return None
            recovered = await recover(connection, None, local_now(), None, own)
            places = tuple((row["account_id"], row["place"] or "") for row in await connection.fetch(PLACES, own))
        prices: list[tuple[str, str, Decimal, datetime]] = []
        for instrument in recovered.instruments:
            mark = await last_mark(self._database, *instrument.key)
            if mark is not None:
                prices.append((*instrument.key, *mark))
        self._trace = trace
        return OthersState(recovered, places, tuple(prices))
