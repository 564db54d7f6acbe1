"""The job that keeps the series: parts ahead of time, roll-ups, retention. One desk does it, the others pass by."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.errors import StorageError
from storage.database import Connection, Database
from storage.failures import Failure, storage_error
from storage.series import community, retention
from storage.series.layout import KEEP_MINUTE_SPREADS_DAYS, MINUTE_SPREADS, SERIES
from storage.series.rollup import VIEWS_OF, roll_up
from storage.series.state import SeriesState, series_state

#: "gridseri" as a number: the advisory lock of whoever keeps the series of this database.
LOCK = 0x6772696473657269
EVERY_S = 600.0
#: A desk that starts has more urgent things to ask, and a program that does one command is gone by then.
FIRST_AFTER_S = 5.0
#: A table that somebody uses is left for the next time.
LOCK_WAIT_MS = 2_000
STATEMENT_TIMEOUT_MS = 3_600_000
#: The retention of orders is kept beside that of the series.
ORDERS = "orders"
KEEP_ORDERS_DAYS = 365
#: Days that each table is kept when nobody says otherwise.
DEFAULTS: Mapping[str, int] = {series.name: series.keep_days for series in SERIES} | {
    MINUTE_SPREADS: KEEP_MINUTE_SPREADS_DAYS,
    ORDERS: KEEP_ORDERS_DAYS,
}

MAY = "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = 'public.candles'::regclass"

log = logging.getLogger(__name__)


@dataclass(slots=True)
class UpkeepReport:
    """What one run did. `is_skipped`: another desk does it, or this user does not own the tables.

    `dropped` counts parts, `minutes` rolled-up minutes of spreads, `orders` rows.
    """

    is_skipped: bool = False
    made: int = 0
    dropped: int = 0
    rolled: int = 0
    policies: int = 0
    orders: int = 0
    minutes: int = 0
    troubles: list[str] = field(default_factory=list)


class SeriesUpkeep:
    """Wakes soon after the start and every ten minutes, on a connection of its own; the journal never waits for it.

    `keep_days` are the settings by table, 0 for ever; tables that are not named keep their defaults.
    """

    def __init__(
        self,
        database: Database,
        keep_days: Mapping[str, int] | None = None,
        *,
        every_s: float = EVERY_S,
        first_after_s: float = FIRST_AFTER_S,
    ) -> None:
        self._database = database
        self._keep_days = {**DEFAULTS, **(keep_days or {})}
        self._every_s = every_s
        self._first_after_s = first_after_s
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Keep the series in the background from now on."""
        self._running = asyncio.create_task(self._run_on(), name="series upkeep")

    async def close(self) -> None:
        """Stop; a step that is under way is undone, and done again by whoever comes next."""
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running
            self._running = None

    async def run_once(self) -> UpkeepReport:
        """All that is due now. Raises StorageError when the database cannot be asked at all."""
        connection = await self._database.own_connection(
            "series upkeep", lock_timeout=str(LOCK_WAIT_MS), statement_timeout=str(STATEMENT_TIMEOUT_MS)
        )
        try:
            report = await self._keep(connection)
            if not report.is_skipped:
                # The server notices late that a connection is gone; whoever comes next finds it free.
                await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)
            return report
        except Failure as error:
            raise storage_error(error) from error
        finally:
            # Its lock and whatever it was doing go with it.
            connection.terminate()

    async def _run_on(self) -> None:
        await asyncio.sleep(self._first_after_s)
        while True:
            try:
                report = await self.run_once()
                for trouble in report.troubles:
                    log.warning("The series were not kept completely: %s", trouble)
                log.info("series upkeep: %s", report)
            except StorageError as error:
                log.warning("The series are kept later: %s", error)
            await asyncio.sleep(self._every_s)

    async def _keep(self, connection: Connection) -> UpkeepReport:
        report = UpkeepReport()
        now: datetime = await connection.fetchval("SELECT now()")
        if not await connection.fetchval(MAY) or not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
            report.is_skipped = True
            return report
        report.orders = await _tried(
            report, retention.drop_orders(connection, now, self._keep_days[ORDERS]), "orders that came to nothing"
        )
        state = await series_state(connection)
        if state.is_community:
            report.policies = await _tried(
                report, community.keep_policies(connection, now, self._keep_days), "TimescaleDB's policies"
            )
            await self._drop_minutes(connection, now, report)
            return report
        if state.is_native:
            for series in SERIES:
                made = retention.make_parts(connection, series, now, self._keep_days[series.name])
                report.made += await _tried(report, made, f"parts of {series.name}")
        for name in VIEWS_OF:
            report.rolled += await _tried(report, roll_up(connection, name), f"views of {name}")
        await self._drop(connection, now, state, report)
        await self._drop_minutes(connection, now, report)
        return report

    async def _drop(self, connection: Connection, now: datetime, state: SeriesState, report: UpkeepReport) -> None:
        for series in SERIES:
            limit = await retention.drop_limit(connection, series, now, self._keep_days[series.name])
            if limit is None:
                continue
            drop = retention.drop_parts if state.is_native else retention.drop_chunks
            report.dropped += await _tried(report, drop(connection, series, limit), f"old rows of {series.name}")

    async def _drop_minutes(self, connection: Connection, now: datetime, report: UpkeepReport) -> None:
        """Those that we put together; also TimescaleDB's views show such, from before it kept the series."""
        drop = retention.drop_minutes(connection, now, self._keep_days[MINUTE_SPREADS])
        report.minutes = await _tried(report, drop, "old minutes of spreads")


async def _tried(report: UpkeepReport, step: Awaitable[int], what: str) -> int:
    """One step; what keeps it from happening keeps no other."""
    try:
        return await step
    except Failure as error:
        report.troubles.append(f"{what}: {storage_error(error)}")
        return 0
