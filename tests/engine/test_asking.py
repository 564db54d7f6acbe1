"""Questions to a venue about an order: asked until the answer is whole, also when reconciling gave up."""

from dataclasses import replace
from decimal import Decimal
from typing import cast

from engine.domain.bot import BotState
from engine.domain.messages import BalancesReported, Message, OrderReport
from engine.domain.money import ZERO
from engine.domain.order import Fill, Liquidity, Order, OrderState, Side
from engine.kernel.books import Outbox
from engine.ports import Venue
from engine.reconcile import reconcile
from engine.sending import Sending
from tests.engine.kernel.test_grid_run import started
from tests.engine.kernel.town import ACCOUNT

D = Decimal


class Answering:
    """A venue that knows nothing but the answers it is given; after the last one it cannot say."""

    def __init__(self, *answers: OrderReport) -> None:
        self._answers = list(answers)

    async def report(self, order: Order) -> OrderReport | None:
        return self._answers.pop(0) if self._answers else None

    async def open_client_order_ids(self, symbol: str) -> frozenset[str]:
        return frozenset()

    async def balances(self) -> tuple[tuple[str, Decimal, Decimal], ...]:
        return ()


async def test_a_report_that_lacks_fills_is_no_answer() -> None:
    town = started(135)
    order = next(order for order in town.orders.values() if order.price == 130)
    half = OrderReport(order.client_order_id, "v", OrderState.FILLED, order.quantity, (), town.now)
    fill = Fill(
        "town", "t", order.client_order_id, order.symbol, Side.BUY, D(130), order.quantity, ZERO, "KRW",
        Liquidity.MAKER, town.now,
    )  # fmt: skip
    whole = replace(half, fills=(fill,))
    venue = cast(Venue, Answering(half, whole))
    told: list[Message] = []
    sending = Sending(lambda _: venue, told.append, lambda: None)
    sending.ask(order)
    await sending.drain(5)
    # The balances of before may have had the fill in them already, so those of now are told behind it.
    assert told == [whole, BalancesReported("town", (), town.now)]


async def test_an_order_without_an_answer_while_reconciling_is_asked_for_afterwards() -> None:
    town = started(135)
    town.is_cancel_lost = True
    resting = {order.client_order_id for order in town.orders.values()}

    def put(outbox: Outbox | None) -> None:
        if outbox is not None:
            town.records += outbox.records

    # The venue has lost all orders and does not say so in time: without a question, no cancel would ever end them.
    town.orders.clear()
    account = replace(ACCOUNT, settings=())
    await reconcile(town.kernel, account, cast(Venue, Answering()), town.tell, put, give_up_s=0)
    assert town.bot().bot.state is BotState.ERROR
    assert not resting & {order.client_order_id for order in town.bot().open_orders}
