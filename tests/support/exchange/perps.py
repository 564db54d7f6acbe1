"""Perpetual contracts: positions with an integer cost basis, margin, funding, liquidation. Linear, settled in quote.

A position is a signed size in contracts (counted) and a signed cost in atoms of quote. Closing part of it realizes the
part's value less its share of the cost, rounded half up to the house's money step; what rounding leaves stays in the
cost. So wallet less cost changes by exactly the value and the fee of every fill, however it was rounded.
"""

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.support.exchange.amounts import amount, atoms, count, rounded, share
from tests.support.exchange.book import Stranger
from tests.support.exchange.ledger import PURSE, STRANGERS
from tests.support.exchange.margin import Held, Margins
from tests.support.exchange.market import Market
from tests.support.exchange.orders import Order, value_of
from tests.support.exchange.spot import Charge, Party, account_of
from tests.support.exchange.values import (
    FeeRule,
    FundingEvent,
    Kind,
    Listing,
    Position,
    PositionSide,
    Reason,
    Refused,
    Side,
    Status,
)

if TYPE_CHECKING:
    from tests.support.exchange.core import Exchange

FUNDING_MS = 8 * 3_600_000
CLEARING = "~clearing"


class PerpPurse:
    """The money of a venue's perps. What the core asks of a purse, and what wires ask about positions."""

    def __init__(self, exchange: "Exchange") -> None:
        self._exchange = exchange
        self.margins = Margins(exchange)
        self._hedged: set[str] = set()
        self._changed: dict[str, dict[tuple[str, PositionSide], None]] = defaultdict(dict)
        self._is_liquidating = False
        self._due_ms = 0
        self.paid: dict[str, list[FundingEvent]] = defaultdict(list)

    def start(self) -> None:
        """Funding from now on, at its times."""
        self._due_ms = (self._exchange.now_ms() // FUNDING_MS + 1) * FUNDING_MS
        if any(market.listing.kind is Kind.PERP for market in self._exchange.markets.values()):
            self._exchange.timers.call_at(self._due_ms, self._fund_and_go_on)

    # A purse

    def admit(self, order: Order, market: Market) -> None:
        self._check_side(order)
        if order.is_reduce_only:
            if self.affordable(order, market.listing, 0) == 0:
                raise Refused(Reason.REDUCE_ONLY)
            return
        self._check_margin(order, market)

    def relock(self, order: Order, market: Market) -> None:
        # The order as it will be counts among the open ones already.
        needs_margin = self.margins.order_margin(order, market) > 0
        if needs_margin and self.margins.available(order.account, market.listing.quote) < 0:
            raise Refused(Reason.INSUFFICIENT_FUNDS)

    def release(self, order: Order, market: Market) -> None:
        """Margin of orders is not set aside but counted."""

    def affordable(self, order: Order, listing: Listing, price: int) -> int:
        """How much may trade: an order that only reduces stops where its position does."""
        is_closing = order.is_reduce_only or self.margins.closes(order)
        if not is_closing:
            return order.left
        size = self.margins.held_by(order).size
        opposite = -size if order.side is Side.BUY else size
        return max(min(order.left, opposite), 0)

    def trade(
        self, market: Market, taker: Party, maker: Party, price: int, size: int, reference: str, at_ms: int
    ) -> tuple[Charge | None, Charge | None]:
        listing = market.listing
        charges = [
            self._settle(listing, party, price, size, count(rate), reference, at_ms)
            for party, rate in ((taker, listing.taker_fee), (maker, listing.maker_fee))
        ]
        return charges[0], charges[1]

    def traded(self, listing: Listing, *parties: Party) -> None:
        """After a trade: orders that only reduce end where there is nothing left to reduce."""
        if listing.kind is not Kind.PERP:
            return
        for party in parties:
            if not isinstance(party, Order):
                continue
            for order in list(self._exchange.open_of(party.account)):
                is_idle = order.symbol == listing.symbol and order.is_reduce_only and order not in parties
                if is_idle and self.affordable(order, listing, 0) == 0:
                    self._exchange.end(order, Status.EXPIRED)
        self.marks_moved(listing.symbol)

    # What wires ask and set

    def is_hedged(self, account: str) -> bool:
        return account in self._hedged

    def set_hedge_mode(self, account: str, *, is_hedged: bool) -> None:
        if is_hedged == self.is_hedged(account):
            return
        if any(owner == account and held.size for (owner, _, _), held in self.margins.held.items()):
            raise Refused(Reason.POSITION_SIDE, "there are open positions")
        (self._hedged.add if is_hedged else self._hedged.discard)(account)

    def set_leverage(self, account: str, symbol: str, leverage: int) -> None:
        listing = self._exchange.markets[symbol].listing
        highest = max((bracket[2] for bracket in listing.brackets), default=125)
        notional = amount(
            sum(self.margins.notional(listing, held) for held in self.margins.positions_of(account, symbol).values())
        )
        if not 1 <= leverage <= highest or leverage > self.margins.bracket(listing, notional)[2]:
            raise Refused(Reason.LEVERAGE)
        self.margins.leverages[account, symbol] = leverage

    def set_isolated(self, account: str, symbol: str, *, is_isolated: bool) -> None:
        if is_isolated == self.margins.is_isolated(account, symbol):
            return
        has_orders = any(order.symbol == symbol for order in self._exchange.open_of(account))
        if has_orders or any(held.size for held in self.margins.positions_of(account, symbol).values()):
            raise Refused(Reason.POSITION_SIDE, "there are open orders or positions")
        (self.margins.isolated.add if is_isolated else self.margins.isolated.discard)((account, symbol))

    def positions(self, account: str) -> list[Position]:
        """Those that are not flat."""
        return [
            self.margins.shown(account, symbol, side)
            for (owner, symbol, side), held in self.margins.held.items()
            if owner == account and held.size
        ]

    def take_changed(self, account: str) -> list[Position]:
        """What changed since the last call, flat positions too."""
        changed = self._changed.pop(account, None)
        return [self.margins.shown(account, symbol, side) for symbol, side in changed] if changed else []

    def cost_of(self, account: str) -> dict[tuple[str, PositionSide], tuple[int, int]]:
        """(size counted, cost in atoms) of every position: for the auditor."""
        return {
            (symbol, side): (held.size, held.cost)
            for (owner, symbol, side), held in self.margins.held.items()
            if owner == account
        }

    def next_funding_ms(self) -> int:
        return self._due_ms

    # Time and prices

    def fund(self) -> None:
        """Everybody pays or is paid for what he holds now."""
        exchange = self._exchange
        with exchange.turn():
            for (account, symbol, _), held in list(self.margins.held.items()):
                market = exchange.markets[symbol]
                mark = market.mark_price()
                if held.size == 0 or mark is None or account == STRANGERS:
                    continue
                value = value_of(market.listing, mark, held.size)
                paid = share(value, count(market.funding_rate), atoms(exchange.house.money_step))
                giver, taker = (account, STRANGERS) if paid > 0 else (STRANGERS, account)
                asset, now_ms = market.listing.quote, exchange.now_ms()
                exchange.ledger.move(giver, taker, asset, abs(paid), "funding", f"{symbol}:{now_ms}", now_ms)
                event = FundingEvent(account, symbol, amount(-paid), market.funding_rate, now_ms)
                self.paid[account].append(event)
                exchange.tell(account, event)
                exchange.changed(account, "funding")

    def set_mark(self, symbol: str, price: Decimal) -> None:
        """From now on the mark is this; liquidates whom it must."""
        with self._exchange.turn():
            self._exchange.markets[symbol].mark = count(price)
            self.marks_moved(symbol)

    def marks_moved(self, symbol: str) -> None:
        """Liquidate whose margin is used up at the mark of now."""
        if self._is_liquidating or self._exchange.markets[symbol].listing.kind is not Kind.PERP:
            return
        self._is_liquidating = True
        try:
            for (account, held_symbol, side), held in list(self.margins.held.items()):
                is_held = held_symbol == symbol and held.size and not account.startswith("~")
                if is_held and self.margins.is_broke(account, symbol, side, held):
                    self.close_by_force(account, symbol, side)
        finally:
            self._is_liquidating = False

    def close_by_force(self, account: str, symbol: str, side: PositionSide, price: Decimal | None = None) -> None:
        """Liquidation, or ADL: the venue closes a position against itself, at the mark unless a price is given."""
        exchange = self._exchange
        held = self.margins.held[account, symbol, side]
        if held.size == 0:
            return
        with exchange.turn():
            for order in [order for order in exchange.open_of(account) if order.symbol == symbol]:
                exchange.end(order, Status.EXPIRED)
            market = exchange.markets[symbol]
            at = market.mark_price() if price is None else count(price)
            assert at is not None
            closing = Side.SELL if held.size > 0 else Side.BUY
            exchange.matching.forced(market, account, closing, side, abs(held.size), at)

    def deleverage(self, account: str, symbol: str, side: PositionSide, size: Decimal) -> None:
        """ADL of a part, in contracts: the venue takes it at the mark, and what rests stays."""
        exchange = self._exchange
        held, market = self.margins.held[account, symbol, side], exchange.markets[symbol]
        at = market.mark_price()
        assert at is not None
        closing = Side.SELL if held.size > 0 else Side.BUY
        with exchange.turn():
            exchange.matching.forced(market, account, closing, side, min(count(size), abs(held.size)), at)

    def _fund_and_go_on(self) -> None:
        # Once for each time, however the venue's clock is put in between.
        self._due_ms += FUNDING_MS
        self.fund()
        self._exchange.timers.call_at(self._due_ms, self._fund_and_go_on)

    # Arithmetic

    def _settle(
        self, listing: Listing, party: Party, price: int, size: int, rate: int, reference: str, at_ms: int
    ) -> Charge | None:
        exchange = self._exchange
        account = account_of(party)
        key = self.margins.key_of(party, listing.symbol)
        held = self.margins.held.setdefault(key, Held())
        signed = size if party.side is Side.BUY else -size
        realized = self._change(listing, held, signed, price)
        held.updated_ms = at_ms
        exchange.ledger.move(CLEARING, account, listing.quote, realized, "realized", reference, at_ms)
        self.margins.set_apart(account, key, held, listing)
        if isinstance(party, Stranger):
            return None
        fee, asset = self._fee(account, listing, value_of(listing, price, size), rate)
        exchange.ledger.move(account, PURSE, asset, fee, "fee", reference, at_ms)
        self._changed[account][listing.symbol, key[2]] = None
        return Charge(fee, asset, realized)

    def _fee(self, account: str, listing: Listing, value: int, rate: int) -> tuple[int, str]:
        """In the house's third asset while there is enough of it, else in quote."""
        house, step = self._exchange.house, atoms(self._exchange.house.money_step)
        if house.fee_rule is FeeRule.THIRD and house.fee_asset_price > 0:
            fee = rounded(value * rate, count(house.fee_asset_price), step)
            if fee <= self._exchange.ledger.free(account, house.fee_asset):
                return fee, house.fee_asset
        return share(value, rate, step), listing.quote

    def _change(self, listing: Listing, held: Held, signed: int, price: int) -> int:
        """Add a signed size at a price; the PnL that it realizes."""
        realized = 0
        if held.size and (held.size > 0) != (signed > 0):
            closed = min(abs(signed), abs(held.size)) * (1 if held.size > 0 else -1)
            value = value_of(listing, price, closed)
            if closed == held.size:
                realized, held.cost = value - held.cost, 0
            else:
                step = atoms(self._exchange.house.money_step)
                exact = value * abs(held.size) - held.cost * abs(closed)
                realized = rounded(exact, abs(held.size), step)
                held.cost -= value - realized
            held.size -= closed
            signed += closed
        held.size += signed
        held.cost += value_of(listing, price, signed)
        return realized

    def _check_side(self, order: Order) -> None:
        is_hedged = self.is_hedged(order.account)
        if is_hedged == (order.position_side is PositionSide.BOTH):
            raise Refused(Reason.POSITION_SIDE)
        if is_hedged and order.is_reduce_only:
            raise Refused(Reason.POSITION_SIDE, "hedge mode knows no reduce-only")
        if is_hedged and self.margins.closes(order):
            # What rests to close the same position counts too.
            others = sum(
                other.left
                for other in self._exchange.open_of(order.account)
                if other.symbol == order.symbol
                and other.position_side is order.position_side
                and self.margins.closes(other)
            )
            if order.left + others > abs(self.margins.held_by(order).size):
                raise Refused(Reason.REDUCE_ONLY)

    def _check_margin(self, order: Order, market: Market) -> None:
        listing = market.listing
        needed = self.margins.order_margin(order, market)
        price = order.price if order.price is not None else market.mark_price()
        fee = share(value_of(listing, price or 0, order.left), max(count(listing.taker_fee), 0), 1)
        if needed + (fee if needed else 0) > self.margins.available(order.account, listing.quote):
            raise Refused(Reason.INSUFFICIENT_FUNDS)
        notional = amount(
            sum(
                self.margins.notional(listing, held)
                for held in self.margins.positions_of(order.account, order.symbol).values()
            )
            + value_of(listing, price or 0, order.left)
        )
        is_growing = needed > 0
        if (
            is_growing
            and self.margins.leverage(order.account, order.symbol) > self.margins.bracket(listing, notional)[2]
        ):
            raise Refused(Reason.LEVERAGE, "the position would be too large for its leverage")
