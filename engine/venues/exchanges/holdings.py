"""The balances of an account on an exchange, as told whole by REST and in part by its stream."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal

from engine.domain.messages import BalancesReported
from engine.venues.clock import Clock
from engine.venues.exchanges.calls import CcxtCalls
from engine.venues.exchanges.dialect import BalancesTold, Dialect
from engine.venues.exchanges.works import Works

#: After a fill the balances of now are told once more: those of before may have had it in them already.
SETTLE_S = 1.0


class Holdings:
    """`tell` takes each report. A perpetual's account is always asked for: its stream does not tell its cash.

    `report_positions` asks for its positions and tells them.
    """

    def __init__(
        self,
        account_id: str,
        dialect: Dialect,
        calls: CcxtCalls,
        clock: Clock,
        works: Works,
        tell: Callable[[BalancesReported], None],
        report_positions: Callable[[], Awaitable[None]],
    ) -> None:
        self._account_id = account_id
        self._dialect = dialect
        self._calls = calls
        self._clock = clock
        self._works = works
        self._tell = tell
        self._report_positions = report_positions
        self._never = asyncio.Event()
        self._held: dict[str, tuple[Decimal, Decimal]] = {}
        self._settling: asyncio.Task[None] | None = None
        self._mark: tuple[tuple[str, Decimal], ...] | None = None

    async def ask(self) -> Sequence[tuple[str, Decimal, Decimal]]:
        """(asset, total, reserved), all of them. Raises NoAnswer."""
        told = await self._dialect.balances(self._calls)
        self._hold(told)
        return told.balances

    async def report(self) -> None:
        """Ask, and tell; positions too. Raises NoAnswer."""
        await self.ask()
        self._report()
        await self._report_positions()

    def hear(self, told: BalancesTold) -> None:
        """A frame of the stream."""
        if told.mark is not None and told.mark == self._mark:
            return
        self._mark = told.mark
        if self._dialect.has_positions:
            self.settle_soon()
            return
        self._hold(told)
        self._report()

    def settle_soon(self) -> None:
        """Tell the balances once more when all that came with a fill has come."""
        if self._settling is None:
            self._settling = self._works.spawn(self._settle())

    async def _settle(self) -> None:
        await self._clock.wait(self._never, SETTLE_S)
        self._settling = None
        if self._dialect.has_positions:
            await self.report()
        else:
            self._report()

    def _hold(self, told: BalancesTold) -> None:
        if told.is_whole:
            self._held.clear()
        self._held.update({asset: (total, reserved) for asset, total, reserved in told.balances})

    def _report(self) -> None:
        rows = tuple((asset, total, reserved) for asset, (total, reserved) in self._held.items())
        self._tell(BalancesReported(self._account_id, rows, self._clock.now()))
