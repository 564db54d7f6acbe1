"""Orders at one leg's venue: accepted or refused when they arrive, filled in parts, cancelled, and asked for."""

from dataclasses import dataclass, replace
from decimal import Decimal

from engine.domain import phrases
from engine.domain.instrument import Instrument
from engine.domain.messages import (
    OrderAccepted,
    OrderCanceled,
    OrderFilled,
    OrderRejected,
    OrderReport,
    RejectCode,
    RejectReason,
    VenueEvent,
)
from engine.domain.order import Fill, Liquidity, Order, OrderKind, OrderState
from engine.lab.arbitrage.leg_account import LegAccount
from engine.venues.refusals import refusal_by_rules, refuse
from engine.venues.tape import instant


@dataclass(slots=True)
class Resting:
    """An order that is open at the venue, as it stands now."""

    order: Order


class LegOrders:
    """All orders that ever reached the venue, by client order id, each answered as an exchange answers."""

    def __init__(self, instrument: Instrument, account: LegAccount, name: str) -> None:
        """`name` begins the trade ids, so that they are unique over both legs."""
        self.instrument = instrument
        self.account = account
        self.resting: dict[str, Resting] = {}
        self.fills: list[Fill] = []
        self.rejects: list[RejectCode] = []
        self._name = name
        self._ended: dict[str, Order] = {}
        self._fills_of: dict[str, list[Fill]] = {}

    def accept(self, order: Order, at_ms: int, present: Decimal, *, would_trade: bool) -> list[VenueEvent]:
        """An order arrives while the market stands at `present`; `would_trade`: a post-only one would not rest."""
        if (reason := self._refusal(order, present, would_trade=would_trade)) is not None:
            self.rejects.append(reason.code)
            self._ended.setdefault(order.client_order_id, replace(order, state=OrderState.REJECTED))
            return [OrderRejected(order.client_order_id, reason, instant(at_ms))]
        self.account.hold(order, present)
        venue_order_id = f"{self._name}{len(self._ended) + len(self.resting) + 1}"
        opened = replace(order, state=OrderState.OPEN, venue_order_id=venue_order_id)
        self.resting[order.client_order_id] = Resting(opened)
        return [OrderAccepted(order.client_order_id, venue_order_id, instant(at_ms))]

    def fill(
        self, resting: Resting, price: Decimal, quantity: Decimal, liquidity: Liquidity, at_ms: int
    ) -> list[VenueEvent]:
        """One execution of at most what the order still wants."""
        order = resting.order
        charge = self.account.charge(order.side, price, quantity, liquidity)
        fill = Fill(
            self.instrument.venue, f"{self._name}{len(self.fills) + 1}", order.client_order_id, self.instrument.symbol,
            order.side, price, quantity, charge.fee, charge.asset, liquidity, instant(at_ms),
        )  # fmt: skip
        self.account.release(order.client_order_id)
        self.account.book(fill)
        self.fills.append(fill)
        self._fills_of.setdefault(order.client_order_id, []).append(fill)
        resting.order = order.with_fill(fill)
        if resting.order.state is OrderState.FILLED:
            self._ended[order.client_order_id] = self.resting.pop(order.client_order_id).order
        else:
            self.account.hold(resting.order, price)
        return [OrderFilled(fill)]

    def cancel(self, client_order_id: str, at_ms: int) -> list[VenueEvent]:
        """A cancel arrives; of an order that is gone already nothing is heard again."""
        resting = self.resting.pop(client_order_id, None)
        if resting is None:
            return []
        self.account.release(client_order_id)
        self._ended[client_order_id] = replace(resting.order, state=OrderState.CANCELED)
        return [OrderCanceled(client_order_id, resting.order.filled_quantity, instant(at_ms))]

    def report(self, order: Order, at_ms: int) -> OrderReport:
        """What became of an order; LOST where it never arrived."""
        resting = self.resting.get(order.client_order_id)
        known = resting.order if resting is not None else self._ended.get(order.client_order_id)
        fills = tuple(self._fills_of.get(order.client_order_id, ()))
        at = instant(at_ms)
        if known is None:
            return OrderReport(order.client_order_id, "", OrderState.LOST, Decimal(0), (), at)
        return OrderReport(order.client_order_id, known.venue_order_id, known.state, known.filled_quantity, fills, at)

    def _refusal(self, order: Order, present: Decimal, *, would_trade: bool) -> RejectReason | None:
        if order.client_order_id in self._ended or order.client_order_id in self.resting:
            return refuse(RejectCode.DUPLICATE_ID, phrases.VENUE_DUPLICATE_ID, order=order.client_order_id)
        if order.kind is OrderKind.MARKET:
            return refuse(RejectCode.NO_MARKET, phrases.VENUE_NO_MARKET, symbol=self.instrument.symbol)
        if reason := refusal_by_rules(order, self.instrument, present):
            return reason
        if order.post_only and would_trade:
            assert order.price is not None, "a limit order has one"
            return refuse(RejectCode.POST_ONLY, phrases.VENUE_POST_ONLY, price=order.price, opposite=present)
        if (lack := self.account.lacks(order, present)) is not None:
            asset, needed, free = lack
            return refuse(
                RejectCode.INSUFFICIENT_FUNDS, phrases.VENUE_INSUFFICIENT_FUNDS, needed=needed, free=free, asset=asset
            )
        return None
