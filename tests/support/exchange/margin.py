"""Margin of perps: what positions and orders bind, what stands behind them, and where they are liquidated."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.support.exchange.amounts import UNIT, WIDE, amount, atoms, count, number, rounded
from tests.support.exchange.market import Market
from tests.support.exchange.orders import Order, value_of
from tests.support.exchange.spot import Party, account_of
from tests.support.exchange.values import Kind, Listing, Position, PositionSide, Side

if TYPE_CHECKING:
    from tests.support.exchange.core import Exchange

DEFAULT_LEVERAGE = 20
Key = tuple[str, str, PositionSide]


@dataclass(slots=True)
class Held:
    """A position. `updated_ms` is of its last change."""

    size: int = 0
    cost: int = 0
    updated_ms: int = 0


class Margins:
    """Positions by (account, symbol, side) and how they are margined. Amounts in atoms of quote."""

    def __init__(self, exchange: "Exchange") -> None:
        self._exchange = exchange
        self._has_perps = any(market.listing.kind is Kind.PERP for market in exchange.markets.values())
        self.held: dict[Key, Held] = {}
        self.leverages: dict[tuple[str, str], int] = {}
        self.isolated: set[tuple[str, str]] = set()
        #: Margin put into an isolated position, in atoms.
        self._apart: dict[Key, int] = defaultdict(int)

    def used_margin(self, account: str, asset: str) -> int:
        """Of orders and positions, in atoms of quote."""
        used = 0
        if not self._has_perps:
            return 0
        for (owner, symbol, side), held in self.held.items():
            if owner == account and held.size and self._listing(symbol).quote == asset:
                used += self.margin_of(account, symbol, side, held)
        # The same for all orders of a symbol: looked up once, as there may be hundreds.
        known: dict[str, tuple[Listing, int]] = {}
        for order in self._exchange.open_of(account):
            if order.symbol not in known:
                known[order.symbol] = self._listing(order.symbol), self.leverage(account, order.symbol)
            listing, leverage = known[order.symbol]
            if listing.kind is Kind.PERP and listing.quote == asset:
                used += self._order_margin(order, listing, leverage)
        return used

    def available(self, account: str, asset: str) -> int:
        """What may still be used: the wallet with unrealized PnL of cross positions, less all margin."""
        return (
            self._exchange.ledger.total(account, asset)
            + self._unrealized(account, asset)
            - self.used_margin(account, asset)
        )

    def leverage(self, account: str, symbol: str) -> int:
        highest = max((bracket[2] for bracket in self._listing(symbol).brackets), default=DEFAULT_LEVERAGE)
        return min(self.leverages.get((account, symbol), DEFAULT_LEVERAGE), highest)

    def is_isolated(self, account: str, symbol: str) -> bool:
        return (account, symbol) in self.isolated

    def set_apart(self, account: str, key: tuple[str, str, PositionSide], held: Held, listing: Listing) -> None:
        """An isolated position's margin follows its size."""
        if (account, listing.symbol) in self.isolated:
            self._apart[key] = abs(held.cost) // self.leverage(account, listing.symbol)

    def order_margin(self, order: Order, market: Market | None = None) -> int:
        """For the part of an order that would open, at its price."""
        market = market or self._exchange.markets[order.symbol]
        return self._order_margin(order, market.listing, self.leverage(order.account, order.symbol))

    def _order_margin(self, order: Order, listing: Listing, leverage: int) -> int:
        price = order.price if order.price is not None else self._mark(order.symbol)
        if order.is_reduce_only or self.closes(order):
            return 0
        size = self.held_by(order).size
        opposite = max(-size if order.side is Side.BUY else size, 0)
        opening = max(order.left - opposite, 0)
        return value_of(listing, price, opening) // leverage

    def closes(self, order: Order) -> bool:
        """In hedge mode: selling LONG, buying SHORT."""
        match order.position_side:
            case PositionSide.LONG:
                return order.side is Side.SELL
            case PositionSide.SHORT:
                return order.side is Side.BUY
            case _:
                return False

    def key_of(self, party: Party, symbol: str) -> tuple[str, str, PositionSide]:
        side = party.position_side if isinstance(party, Order) else PositionSide.BOTH
        return account_of(party), symbol, side

    def held_by(self, order: Order) -> Held:
        return self.held.get(self.key_of(order, order.symbol)) or Held()

    def positions_of(self, account: str, symbol: str) -> dict[PositionSide, Held]:
        return {
            side: held
            for (owner, held_symbol, side), held in self.held.items()
            if owner == account and held_symbol == symbol
        }

    def _listing(self, symbol: str) -> Listing:
        return self._exchange.markets[symbol].listing

    def _mark(self, symbol: str) -> int:
        return self._exchange.markets[symbol].mark_price() or 0

    def notional(self, listing: Listing, held: Held) -> int:
        return value_of(listing, self._mark(listing.symbol), abs(held.size))

    def bracket(self, listing: Listing, notional: Decimal) -> tuple[Decimal, Decimal, int, Decimal]:
        for bracket in listing.brackets:
            if notional < bracket[1]:
                return bracket
        return listing.brackets[-1] if listing.brackets else (Decimal(0), Decimal(0), 125, Decimal("0.004"))

    def maintenance(self, listing: Listing, notional: int) -> tuple[int, int]:
        """(rate counted, amount less) of the bracket: maintenance is notional x rate - amount."""
        less = 0
        rate = 0
        for floor, _, _, margin_rate in listing.brackets or (self.bracket(listing, Decimal(0)),):
            if atoms(floor) > notional:
                break
            less += atoms(floor) * (count(margin_rate) - rate) // UNIT
            rate = count(margin_rate)
        return rate, less

    def margin_of(self, account: str, symbol: str, side: PositionSide, held: Held) -> int:
        if (account, symbol) in self.isolated:
            return self._apart[account, symbol, side]
        return self.notional(self._listing(symbol), held) // self.leverage(account, symbol)

    def _unrealized(self, account: str, asset: str) -> int:
        found = 0
        for (owner, symbol, _), held in self.held.items():
            listing = self._listing(symbol)
            if owner == account and listing.quote == asset and (account, symbol) not in self.isolated:
                found += value_of(listing, self._mark(symbol), held.size) - held.cost
        return found

    def _backing(self, account: str, symbol: str, side: PositionSide) -> int:
        """What stands behind a position besides its own PnL, less what the account's other positions need."""
        listing = self._listing(symbol)
        if (account, symbol) in self.isolated:
            return self._apart[account, symbol, side]
        backing = self._exchange.ledger.total(account, listing.quote)
        for (owner, other, other_side), held in self.held.items():
            if owner != account or (other, other_side) == (symbol, side) or held.size == 0:
                continue
            known = self._listing(other)
            if known.quote != listing.quote:
                continue
            if (account, other) in self.isolated:
                backing -= self._apart[account, other, other_side]
                continue
            notional = self.notional(known, held)
            rate, less = self.maintenance(known, notional)
            backing += value_of(known, self._mark(other), held.size) - held.cost - (notional * rate // UNIT - less)
        return backing

    def is_broke(self, account: str, symbol: str, side: PositionSide, held: Held) -> bool:
        listing = self._listing(symbol)
        notional = self.notional(listing, held)
        rate, less = self.maintenance(listing, notional)
        unrealized = value_of(listing, self._mark(symbol), held.size) - held.cost
        return self._backing(account, symbol, side) + unrealized <= notional * rate // UNIT - less

    def _liquidation_price(self, account: str, symbol: str, side: PositionSide, held: Held) -> Decimal | None:
        """Where backing + size x price - cost = size x price x rate - less; None where no price does it."""
        listing = self._listing(symbol)
        rate, less = self.maintenance(listing, self.notional(listing, held))
        backing = self._backing(account, symbol, side)
        unit = value_of(listing, UNIT, held.size)
        slope = unit - abs(unit) * rate // UNIT
        if slope == 0:
            return None
        price = number(rounded((held.cost - backing - less) * UNIT, abs(slope), 1) * (1 if slope > 0 else -1))
        return price if price > 0 else None

    def shown(self, account: str, symbol: str, side: PositionSide) -> Position:
        held = self.held[account, symbol, side]
        listing = self._listing(symbol)
        mark = self._mark(symbol)
        base = amount(value_of(listing, UNIT, held.size) * UNIT) if held.size else Decimal(0)
        entry = _ratio(amount(held.cost * UNIT), base) if held.size else Decimal(0)
        return Position(
            symbol=symbol,
            side=side,
            size=number(held.size),
            entry_price=entry,
            mark_price=number(mark),
            unrealized=amount(value_of(listing, mark, held.size) - held.cost),
            leverage=self.leverage(account, symbol),
            is_isolated=self.is_isolated(account, symbol),
            margin=amount(self.margin_of(account, symbol, side, held)),
            liquidation_price=self._liquidation_price(account, symbol, side, held) if held.size else None,
            updated_ms=held.updated_ms,
        )


def _ratio(dividend: Decimal, divisor: Decimal) -> Decimal:
    """With as many digits as ever needed."""
    context = WIDE.copy()
    context.traps = dict.fromkeys(context.traps, False)
    context.prec = 40
    return context.divide(dividend, divisor)
