"""Leases of accounts in the database: who may trade an account is what its row says, by the database's clock."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Collection, Sequence

from engine.domain.lease_requests import HandOver, PreferDesk
from engine.domain.sentences import Refusal
from engine.errors import LeaseLost, StorageError
from engine.ports import LeaseTurn
from storage.database import Connection, Database
from storage.desk import HEARTBEAT_STALE_S
from storage.failures import Failure, storage_error
from storage.lease_requests import request_lease
from storage.sleepless_clock import sleepless_s
from storage.tied_accounts import LEADERS, TIES

LEASES_BELL = "gridwright_leases"
LEASE_S = 10.0
#: Own leases are renewed this many times in one period, so that a slow answer costs none of them.
RENEWALS = 4

#: Free is what nobody holds, what this desk held in an earlier life, and what was not renewed in time. Meant for this
#: desk is what it ran last, what prefers it or was asked for by it, and everything for a desk that takes all. A desk
#: that is preferred and does not come (its vault is locked) is waited for no longer than one more period. Who takes
#: what a halted desk ran is halted: the red button holds wherever the bots go.
TAKE = """
    WITH free AS MATERIALIZED (
        SELECT l.user_id, l.account_id, a.desk_id AS last_desk_id
        FROM leases l JOIN accounts a USING (user_id, account_id)
        LEFT JOIN desks p ON p.desk_id = l.preferred_desk_id
        WHERE l.user_id = $1 AND EXISTS (SELECT 1 FROM desks WHERE desk_id = $2 AND starts = $6)
        AND (l.desk_id IS NULL OR l.desk_id = $2 OR l.expires_at < clock_timestamp())
        AND l.account_id <> ALL($4::text[])
        AND (l.bound_desk_id IS NULL OR l.bound_desk_id = $2)
        AND (l.requested_by_desk_id IS NULL OR l.requested_by_desk_id = $2
            OR l.requested_at < clock_timestamp() - make_interval(secs => $3))
        AND (p.desk_id IS NULL OR p.desk_id = $2 OR l.requested_by_desk_id = $2
            OR p.last_seen_at IS NULL OR p.last_seen_at < clock_timestamp() - make_interval(secs => $3)
            OR l.renewed_at < clock_timestamp() - make_interval(secs => 2 * $3))
        AND ($7 OR a.mode <> 'live' OR a.desk_id = $2)
        AND ($5 OR a.desk_id = $2 OR l.preferred_desk_id = $2 OR l.requested_by_desk_id = $2)
        FOR UPDATE OF l SKIP LOCKED
    ), taken AS (
        UPDATE leases l SET desk_id = $2, token = l.token + 1, taken_at = clock_timestamp(),
            renewed_at = clock_timestamp(), expires_at = clock_timestamp() + make_interval(secs => $3),
            requested_by_desk_id = NULL, requested_at = NULL
        FROM free f WHERE l.user_id = f.user_id AND l.account_id = f.account_id
        RETURNING l.user_id, l.account_id, l.token, f.last_desk_id
    ), halted AS (
        INSERT INTO engine_state (user_id, desk_id, is_halted, changed_at)
        SELECT DISTINCT t.user_id, $2, true, clock_timestamp() FROM taken t
        JOIN engine_state e ON e.user_id = t.user_id AND e.desk_id = t.last_desk_id AND e.is_halted
        WHERE t.last_desk_id <> $2
        ON CONFLICT (user_id, desk_id) DO UPDATE SET is_halted = true, changed_at = EXCLUDED.changed_at
        WHERE NOT engine_state.is_halted
    ), moved_accounts AS (
        UPDATE accounts a SET desk_id = $2 FROM taken t
        WHERE a.user_id = t.user_id AND a.account_id = t.account_id AND a.desk_id <> $2
    ), moved_bots AS (
        UPDATE bot_instances b SET desk_id = $2, fencing_token = t.token FROM taken t
        WHERE b.user_id = t.user_id AND b.account_id = t.account_id RETURNING b.bot_uid
    ), moved_commands AS (
        UPDATE commands c SET desk_id = $2 WHERE c.answered_at IS NULL AND c.desk_id <> $2 AND c.user_id = $1
        AND (c.body ->> 'bot_id' IN (SELECT bot_uid FROM moved_bots)
            OR c.body ->> 'account_id' IN (SELECT account_id FROM taken))
    )
    SELECT account_id, token FROM taken ORDER BY account_id
"""
RENEW = """
    WITH due AS MATERIALIZED (
        SELECT l.user_id, l.account_id
        FROM leases l JOIN unnest($4::text[], $5::bigint[]) AS h(account_id, token) USING (account_id)
        WHERE l.user_id = $1 AND l.desk_id = $2 AND l.token = h.token
        AND EXISTS (SELECT 1 FROM desks WHERE desk_id = $2 AND starts = $6)
        ORDER BY l.account_id FOR NO KEY UPDATE OF l
    ), mine AS (
        UPDATE leases l SET renewed_at = clock_timestamp(),
            expires_at = clock_timestamp() + make_interval(secs => $3)
        FROM due d WHERE l.user_id = d.user_id AND l.account_id = d.account_id
        RETURNING l.account_id, l.requested_by_desk_id
    ), seen AS (
        UPDATE desks SET last_seen_at = clock_timestamp() WHERE desk_id = $2 AND starts = $6 RETURNING desk_id
    )
    SELECT NULL AS account_id, NULL AS is_wanted FROM seen
    UNION ALL SELECT account_id, requested_by_desk_id IS NOT NULL AND requested_by_desk_id <> $2 FROM mine
"""
#: A desk that is preferred asks for what others run meanwhile. Where two-leg bots tie accounts together, the desk that
#: is preferred by their leader asks for all of them, else the one that holds it: so they come together again however
#: they were parted, and no two desks ask for them in turn. The bell is rung for those who hold it.
ASK_BACK = f"""
    WITH RECURSIVE {TIES}, {LEADERS}, wanted AS MATERIALIZED (
        SELECT l.user_id, l.account_id FROM leases l LEFT JOIN leads g ON g.account_id = l.account_id
        LEFT JOIN leases f ON f.user_id = l.user_id AND f.account_id = g.leader
        WHERE l.user_id = $1 AND l.desk_id IS NOT NULL AND l.desk_id <> $2 AND l.expires_at >= clock_timestamp()
        AND l.requested_by_desk_id IS NULL AND COALESCE(l.bound_desk_id, $2) = $2
        AND COALESCE(f.requested_by_desk_id, $2) = $2
        AND (CASE WHEN g.leader IS NULL THEN l.preferred_desk_id ELSE f.preferred_desk_id END = $2
            OR (f.desk_id = $2 AND f.expires_at >= clock_timestamp()))
        AND ($3 OR EXISTS (SELECT 1 FROM accounts a WHERE a.user_id = l.user_id
            AND a.account_id = l.account_id AND a.mode <> 'live'))
        ORDER BY l.account_id FOR NO KEY UPDATE OF l
    ), asked AS (
        UPDATE leases l SET requested_by_desk_id = $2, requested_at = clock_timestamp()
        FROM wanted w WHERE l.user_id = w.user_id AND l.account_id = w.account_id RETURNING l.account_id
    ) SELECT count(pg_notify('{LEASES_BELL}', account_id)) FROM asked
"""  # noqa: S608 - our own words
GIVE = f"""
    WITH given AS (
        UPDATE leases l SET desk_id = NULL, expires_at = NULL
        FROM unnest($3::text[], $4::bigint[]) AS h(account_id, token)
        WHERE l.user_id = $1 AND l.desk_id = $2 AND l.account_id = h.account_id AND l.token = h.token
        RETURNING l.account_id
    ) SELECT count(pg_notify('{LEASES_BELL}', account_id)) FROM given
"""  # noqa: S608 - likewise
KNOWN = "SELECT EXISTS (SELECT 1 FROM leases WHERE user_id = $1 AND account_id = $2)"

log = logging.getLogger(__name__)


class AccountLeases:
    """`engine.ports.Leases` for one desk of one user, on the loop of its `database`.

    `tokens` are the fencing tokens of what is held; the journal checks them with each commit. `takes_all`: this desk
    takes every free account, not only those meant for it. While `can_open_live` says no (the vault is locked), live
    accounts that another desk ran last are left to others. A lease is counted from the moment before it was asked for,
    on a clock that goes on while the machine sleeps, so `is_held` is never true longer than the database's own word.
    """

    def __init__(
        self,
        database: Database,
        user_id: int,
        desk_id: str,
        *,
        lease_s: float = LEASE_S,
        takes_all: bool = False,
        clock: Callable[[], float] = sleepless_s,
    ) -> None:
        self.lease_s = lease_s
        self.tokens: dict[str, int] = {}
        self._database = database
        self._user_id = user_id
        self._desk_id = desk_id
        self._takes_all = takes_all
        self.can_open_live: Callable[[], bool] = lambda: True
        self._clock = clock
        self._until_s: dict[str, float] = {}
        self._renewed_s = float("-inf")
        self._start = 0
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()
        self._bell = asyncio.Event()

    def begin(self, start: int) -> None:
        """The desk was started for the `start`th time; whatever is taken from now on is taken by that start."""
        self._start = start

    async def take(self) -> Sequence[str]:
        """See `engine.ports.Leases.take`."""
        async with self._asking() as connection:
            asked_s = self._clock()
            held = list(self.tokens)
            rows = await connection.fetch(
                TAKE,
                self._user_id,
                self._desk_id,
                self.lease_s,
                held,
                self._takes_all,
                self._start,
                self.can_open_live(),
            )
            await connection.execute(ASK_BACK, self._user_id, self._desk_id, self.can_open_live())
        for row in rows:
            self._hold(row["account_id"], row["token"], asked_s)
        return [row["account_id"] for row in rows]

    async def renew(self) -> LeaseTurn:
        """See `engine.ports.Leases.renew`."""
        is_due = self._clock() - self._renewed_s >= self.lease_s / RENEWALS or self._bell.is_set()
        if not is_due and all(self.is_held(account_id) for account_id in self.tokens):
            return LeaseTurn()
        self._bell.clear()
        async with self._asking() as connection:
            asked_s = self._clock()
            held = dict(self.tokens)
            rows = await connection.fetch(
                RENEW, self._user_id, self._desk_id, self.lease_s, list(held), list(held.values()), self._start
            )
        if not rows:
            raise LeaseLost("Another copy of this program runs this desk now, so this one stops.")
        self._renewed_s = asked_s
        found = {row["account_id"]: row["is_wanted"] for row in rows if row["account_id"] is not None}
        for account_id, token in held.items():
            if self.tokens.get(account_id) != token:
                # Given up, or taken anew, while the database was asked.
                continue
            if account_id in found:
                self._hold(account_id, token, asked_s)
            else:
                self.forget(account_id)
        lost = frozenset(held.keys() - found.keys())
        return LeaseTurn(lost, frozenset(account_id for account_id, is_wanted in found.items() if is_wanted))

    async def is_known(self, account_id: str) -> bool:
        """See `engine.ports.Leases.is_known`."""
        async with self._asking() as connection:
            found: bool = await connection.fetchval(KNOWN, self._user_id, account_id)
            return found

    async def request(self, request: HandOver | PreferDesk) -> tuple[Refusal, ...]:
        """See `engine.ports.Leases.request`."""
        async with self._asking() as connection:
            return await request_lease(
                connection, self._user_id, self._desk_id, request, HEARTBEAT_STALE_S, LEASES_BELL
            )

    async def give(self, account_ids: Collection[str]) -> None:
        """See `engine.ports.Leases.give`."""
        await self._give({each: self.tokens[each] for each in account_ids if each in self.tokens})

    def forget(self, account_id: str) -> None:
        """See `engine.ports.Leases.forget`."""
        self.tokens.pop(account_id, None)
        self._until_s.pop(account_id, None)

    def is_held(self, account_id: str) -> bool:
        """See `engine.ports.Leases.is_held`."""
        return self._clock() < self._until_s.get(account_id, float("-inf"))

    async def wait(self, timeout_s: float) -> None:
        """See `engine.ports.Leases.wait`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._bell.wait()

    def opened(self, account_id: str, asked_s: float) -> None:
        """An account was opened here, and its lease with it; `asked_s` is the clock before that was asked for."""
        if account_id not in self.tokens:
            # Else its lease was found, and taken, before the answer to its opening was here.
            self._hold(account_id, 1, asked_s)

    def now_s(self) -> float:
        """The clock by which leases are counted here."""
        return self._clock()

    async def close(self) -> None:
        """Give everything back. A database that is away is not waited for: what was held expires."""
        if self.tokens:
            try:
                async with asyncio.timeout(self.lease_s / RENEWALS + 1):
                    await self._give(dict(self.tokens))
            except (StorageError, TimeoutError) as error:
                log.warning("The leases of this desk were not given back and will expire: %s", error)
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def _give(self, held: dict[str, int]) -> None:
        for account_id in held:
            self.forget(account_id)
        if held:
            async with self._asking() as connection:
                await connection.execute(GIVE, self._user_id, self._desk_id, list(held), list(held.values()))

    def _hold(self, account_id: str, token: int, asked_s: float) -> None:
        self.tokens[account_id] = token
        self._until_s[account_id] = asked_s + self.lease_s

    @contextlib.asynccontextmanager
    async def _asking(self) -> AsyncGenerator[Connection, None]:
        async with self._turn:
            try:
                async with asyncio.timeout(max(self.lease_s / 2, 1.0)):
                    if self._connection is None or self._connection.is_closed():
                        self._connection = await self._connect()
                    yield self._connection
            except Failure as error:
                connection, self._connection = self._connection, None
                if connection is not None:
                    connection.terminate()
                raise storage_error(error) from error

    async def _connect(self) -> Connection:
        connection = await self._database.own_connection("leases", lock_timeout="2000")
        await connection.add_listener(LEASES_BELL, lambda *_: self._bell.set())
        # What was rung while nobody listened is looked for once.
        self._bell.set()
        return connection
