"""Calls to venues, each a task of its own: place, cancel, ask. An order is sent once; what nobody knows is asked."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from engine.domain.messages import BalancesReported, Message, OrderReport, OrderUnknown
from engine.domain.money import ZERO
from engine.domain.order import Order, OrderState
from engine.errors import GridwrightError
from engine.ports import RationedVenue, Venue

log = logging.getLogger(__name__)

ASK_FIRST_S = 0.05
ASK_LONGEST_S = 10.0


def believed(report: OrderReport | None, *, was_placing: bool) -> OrderReport | None:
    """A report that says everything, else None: ask again. An order that was on its way may arrive after its LOST."""
    if report is None or not report.is_whole:
        return None
    return None if was_placing and report.state is OrderState.LOST else report


async def always_assured(account_id: str) -> bool:  # noqa: ARG001 - without leases everything is ours
    """No other desk can have the account."""
    return True


class Sending:
    """`on_message` is told every outcome, `on_done` whenever less is under way. Belongs to the engine's loop.

    `assure` waits until it is known whether the account's lease is held, `is_held` says it at once. `is_wanted` says
    of an order whether it is to be sent still: while its lease was waited for, a halt or a stop may have come.
    """

    def __init__(
        self,
        venue_of: Callable[[str], Venue | None],
        on_message: Callable[[Message], None],
        on_done: Callable[[], None],
        assure: Callable[[str], Awaitable[bool]] = always_assured,
        is_held: Callable[[str], bool] = lambda _: True,
        is_wanted: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._venue_of = venue_of
        self._assure = assure
        self._is_held = is_held
        self._is_wanted = is_wanted
        self._on_message = on_message
        self._on_done = on_done
        self._calls: dict[asyncio.Task[None], str] = {}
        self._asked: set[str] = set()
        self._placing: set[str] = set()
        self._unanswerable: dict[str, str] = {}
        #: The first error that no call may end with. Whoever waits for outcomes must end with it, not wait for ever.
        self.failure: BaseException | None = None

    def __bool__(self) -> bool:
        """Whether a call is under way whose outcome is near.

        A question that its venue could not answer is asked again and again, but nobody waits for it: a venue that is
        broken must not hold up the markets of the others, nor its own end.
        """
        return len(self._calls) > len(self._unanswerable)

    def is_busy(self, account_id: str) -> bool:
        """The same for the calls of one account."""
        calls = sum(known == account_id for known in self._calls.values())
        return calls > sum(known == account_id for known in self._unanswerable.values())

    def is_placing(self, client_order_id: str) -> bool:
        """Whether an order is on its way now: what its venue has not heard of may be there a moment later."""
        return client_order_id in self._placing

    def place(self, order: Order) -> None:
        self.spawn(self._place(order), order.account_id)

    def cancel(self, order: Order) -> None:
        self.spawn(self._cancel(order), order.account_id)

    def ask(self, order: Order) -> None:
        """Ask what became of an order until the venue can say; one who is asked about already is not asked twice."""
        if order.client_order_id not in self._asked:
            self._asked.add(order.client_order_id)
            self.spawn(self._ask(order), order.account_id)

    def withhold(self, order: Order) -> None:
        """Say of an intent that it was never sent, which nobody knows better than we."""
        report = OrderReport(order.client_order_id, "", OrderState.LOST, ZERO, (), order.updated_at)
        self._on_message(report)

    def spawn(self, call: Coroutine[Any, Any, None], account_id: str) -> None:
        """Run a call of an account that is waited for by `drain`."""
        task = asyncio.create_task(call)
        self._calls[task] = account_id
        task.add_done_callback(self._ended)

    async def drain(self, deadline_s: float) -> None:
        """Wait for the calls under way; those that take longer are given up, and their outcome is asked for later."""
        if self._calls:
            await asyncio.wait(tuple(self._calls), timeout=deadline_s)
        late = tuple(self._calls)
        for call in late:
            call.cancel()
        if late:
            await asyncio.wait(late)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._calls.pop(task, None)
        self._on_done()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a call to a venue failed in a way it must not", exc_info=error)
            self.failure = self.failure or error

    async def _place(self, order: Order) -> None:
        if not await self._is_to_be_sent(order) or not await self._has_turn(order):
            self.withhold(order)
            return
        # From here to the venue's socket nothing is waited for, or all is looked at once more there: a lease cannot be
        # lost in between.
        venue = self._venue_of(order.account_id)
        if venue is None:
            outcome: Message = OrderUnknown(order.client_order_id, "the venue is not connected", order.created_at)
        else:
            self._placing.add(order.client_order_id)
            try:
                if isinstance(venue, RationedVenue):
                    outcome = await venue.place(order, partial(self._may_leave, order))
                else:
                    outcome = await venue.place(order)
            except Exception as error:
                log.exception("placing %s failed", order.client_order_id)
                outcome = OrderUnknown(order.client_order_id, type(error).__name__, order.created_at)
            finally:
                self._placing.discard(order.client_order_id)
        self._on_message(outcome)

    async def _is_to_be_sent(self, order: Order) -> bool:
        """Whether the account is surely ours and the order still wanted, when that is known."""
        await self._assure(order.account_id)
        return self._may_leave(order)

    def _may_leave(self, order: Order) -> bool:
        return self._is_held(order.account_id) and self._is_wanted(order.client_order_id)

    async def _has_turn(self, order: Order) -> bool:
        """Wait where an exchange takes only so many orders; then all is looked at once more.

        False when it is not to be sent any more, or the line that was waited for ended.
        """
        venue = self._venue_of(order.account_id)
        if not isinstance(venue, RationedVenue):
            return True
        try:
            await venue.turn(order)
        except GridwrightError as error:
            log.info("%s waited in vain: %s", order.client_order_id, error)
            return False
        except Exception:
            # Whatever it is, placing it meets the same, and knows what to say of the order.
            log.exception("%s had no turn", order.client_order_id)
        return await self._is_to_be_sent(order) and self._venue_of(order.account_id) is venue

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
                self._unanswerable[order.client_order_id] = order.account_id
                self._on_done()
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, ASK_LONGEST_S)
        finally:
            self._asked.discard(order.client_order_id)
            self._unanswerable.pop(order.client_order_id, None)
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
        was_placing = self.is_placing(order.client_order_id)
        try:
            report = await venue.report(order)
        except Exception as error:  # noqa: BLE001 - an answer is waited for, whatever the obstacle
            log.warning("asking for %s failed: %s", order.client_order_id, error)
            return None
        return believed(report, was_placing=was_placing)
