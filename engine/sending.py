"""Calls to venues, each a task of its own: place, cancel, ask. An order is sent once; what nobody knows is asked."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from engine.domain.messages import BalancesReported, Message, OrderReport, OrderUnknown
from engine.domain.money import ZERO
from engine.domain.order import Order, OrderState
from engine.ports import Venue

log = logging.getLogger(__name__)

ASK_FIRST_S = 0.05
ASK_LONGEST_S = 10.0


class Sending:
    """`on_message` is told every outcome, `on_done` whenever less is under way. Belongs to the engine's loop."""

    def __init__(
        self,
        venue_of: Callable[[str], Venue | None],
        on_message: Callable[[Message], None],
        on_done: Callable[[], None],
    ) -> None:
        self._venue_of = venue_of
        self._on_message = on_message
        self._on_done = on_done
        self._calls: set[asyncio.Task[None]] = set()
        self._asked: set[str] = set()
        self._unanswerable: set[str] = set()
        #: The first error that no call may end with. Whoever waits for outcomes must end with it, not wait for ever.
        self.failure: BaseException | None = None

    def __bool__(self) -> bool:
        """Whether a call is under way whose outcome is near.

        A question that its venue could not answer is asked again and again, but nobody waits for it: a venue that is
        broken must not hold up the markets of the others, nor its own end.
        """
        return len(self._calls) > len(self._unanswerable)

    def place(self, order: Order) -> None:
        self.spawn(self._place(order))

    def cancel(self, order: Order) -> None:
        self.spawn(self._cancel(order))

    def ask(self, order: Order) -> None:
        """Ask what became of an order until the venue can say; one who is asked about already is not asked twice."""
        if order.client_order_id not in self._asked:
            self._asked.add(order.client_order_id)
            self.spawn(self._ask(order))

    def withhold(self, order: Order) -> None:
        """Say of an intent that it was never sent, which nobody knows better than we."""
        report = OrderReport(order.client_order_id, "", OrderState.LOST, ZERO, (), order.updated_at)
        self._on_message(report)

    def spawn(self, call: Coroutine[Any, Any, None]) -> None:
        """Run a call that is waited for by `drain`."""
        task = asyncio.create_task(call)
        self._calls.add(task)
        task.add_done_callback(self._ended)

    async def drain(self, deadline_s: float) -> None:
        """Wait for the calls under way; those that take longer are given up, and their outcome is asked for later."""
        if self._calls:
            await asyncio.wait(self._calls, timeout=deadline_s)
        late = tuple(self._calls)
        for call in late:
            call.cancel()
        if late:
            await asyncio.wait(late)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._calls.discard(task)
        self._on_done()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a call to a venue failed in a way it must not", exc_info=error)
            self.failure = self.failure or error

    async def _place(self, order: Order) -> None:
        venue = self._venue_of(order.account_id)
        if venue is None:
            outcome: Message = OrderUnknown(order.client_order_id, "the venue is not connected", order.created_at)
        else:
            try:
                outcome = await venue.place(order)
            except Exception as error:
                log.exception("placing %s failed", order.client_order_id)
                outcome = OrderUnknown(order.client_order_id, type(error).__name__, order.created_at)
        self._on_message(outcome)

    async def _cancel(self, order: Order) -> None:
        """Ask to cancel; when the venue did not take the request, the order's state is asked for."""
        venue = self._venue_of(order.account_id)
        if venue is None:
            return
        try:
            await venue.cancel(order)
        except Exception as error:  # noqa: BLE001 - whatever it was, the order may still rest
            log.warning("cancelling %s failed: %s", order.client_order_id, error)
            await asyncio.sleep(ASK_FIRST_S)
            self.ask(order)

    async def _ask(self, order: Order) -> None:
        wait_s = ASK_FIRST_S
        try:
            while (report := await self._report(order)) is None:
                self._unanswerable.add(order.client_order_id)
                self._on_done()
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, ASK_LONGEST_S)
        finally:
            self._asked.discard(order.client_order_id)
            self._unanswerable.discard(order.client_order_id)
        self._on_message(report)
        if report.fills:
            await self._tell_balances(order, report)

    async def _tell_balances(self, order: Order, report: OrderReport) -> None:
        """The balances of now: those told before may have had the fills in them already, and they were booked since."""
        venue = self._venue_of(order.account_id)
        if venue is None:
            return
        try:
            balances = tuple(await venue.balances())
        except Exception as error:  # noqa: BLE001 - they are told again with the next connection
            log.warning("asking for the balances of %s failed: %s", order.account_id, error)
            return
        self._on_message(BalancesReported(order.account_id, balances, report.at))

    async def _report(self, order: Order) -> OrderReport | None:
        venue = self._venue_of(order.account_id)
        if venue is None:
            return None
        try:
            report = await venue.report(order)
        except Exception as error:  # noqa: BLE001 - an answer is waited for, whatever the obstacle
            log.warning("asking for %s failed: %s", order.client_order_id, error)
            return None
        return report if report is not None and report.is_whole else None
