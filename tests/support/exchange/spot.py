"""The money of spot orders: what they set aside, what changes hands when they trade, and the fee."""

from dataclasses import dataclass

from tests.support.exchange.amounts import UNIT, atoms, count, rounded, share
from tests.support.exchange.book import Stranger
from tests.support.exchange.ledger import PURSE, STRANGERS, Ledger
from tests.support.exchange.market import Market
from tests.support.exchange.orders import Order
from tests.support.exchange.values import FeeRule, House, Listing, Reason, Refused, Side, Type

Party = Order | Stranger


@dataclass(frozen=True, slots=True)
class Charge:
    """What a fill cost an order, in atoms of `asset`; `realized` in atoms of quote, on perps."""

    fee: int
    asset: str
    realized: int = 0


def account_of(party: Party) -> str:
    return party.account if isinstance(party, Order) else STRANGERS


class SpotPurse:
    """Orders set aside what they may cost at worst: value and, where fees are in quote, the taker's fee."""

    def __init__(self, ledger: Ledger, house: House) -> None:
        self._ledger = ledger
        self._house = house
        self._step = atoms(house.money_step)

    def admit(self, order: Order, market: Market) -> None:
        """Set the money of a new order aside. Raises Refused."""
        asset, needed = self._needed(order, market)
        if needed > self._ledger.free(order.account, asset):
            raise Refused(Reason.INSUFFICIENT_FUNDS)
        self._lock(order, market.listing, needed)

    def relock(self, order: Order, market: Market) -> None:
        """Set aside what the rest of the order needs now. Raises Refused when there is too little."""
        asset, needed = self._needed(order, market)
        if needed - order.locked > self._ledger.free(order.account, asset):
            raise Refused(Reason.INSUFFICIENT_FUNDS)
        self._lock(order, market.listing, needed)

    def release(self, order: Order, market: Market) -> None:
        """Nothing is set aside any more."""
        self._lock(order, market.listing, 0)

    def affordable(self, order: Order, listing: Listing, price: int) -> int:
        """How much of an order may trade at a price."""
        return order.left

    def trade(
        self, market: Market, taker: Party, maker: Party, price: int, size: int, reference: str, at_ms: int
    ) -> tuple[Charge | None, Charge | None]:
        """Move both assets and take both fees: the taker's charge and the maker's, None for strangers."""
        listing = market.listing
        value = price * size
        buyer, seller = (taker, maker) if taker.side is Side.BUY else (maker, taker)
        for party in (taker, maker):
            if isinstance(party, Order):
                self._lower_lock(party, listing, price, size)
        giver, receiver = account_of(buyer), account_of(seller)
        self._ledger.move(giver, receiver, listing.quote, value, "trade", reference, at_ms)
        self._ledger.move(receiver, giver, listing.base, size * UNIT, "trade", reference, at_ms)
        charges = [
            self._charge(party, listing, price, size, rate, reference, at_ms) if isinstance(party, Order) else None
            for party, rate in ((taker, listing.taker_fee), (maker, listing.maker_fee))
        ]
        return charges[0], charges[1]

    def _needed(self, order: Order, market: Market) -> tuple[str, int]:
        listing = market.listing
        if order.side is Side.SELL:
            return listing.base, order.left * UNIT
        if order.cost is not None:
            value = order.cost - order.value
        elif order.type is Type.MARKET:
            value = self._walk(market, order.left)
        else:
            value = order.resting_price * order.left
        return listing.quote, value + self._reserve(listing, value)

    def _reserve(self, listing: Listing, value: int) -> int:
        """The fee to be set aside, rounded up."""
        if self._house.fee_rule is not FeeRule.QUOTE:
            return 0
        rate = max(count(listing.taker_fee), count(listing.maker_fee), 0)
        return -(-value * rate // (UNIT * self._step)) * self._step

    def _walk(self, market: Market, size: int) -> int:
        """What so much costs by the book of now."""
        value = 0
        for price, total in market.book.asks.levels():
            taken = min(size, total)
            value += taken * price
            size -= taken
            if size == 0:
                break
        return value

    def _lock(self, order: Order, listing: Listing, needed: int) -> None:
        asset = listing.base if order.side is Side.SELL else listing.quote
        self._ledger.lock(order.account, asset, needed - order.locked)
        order.locked = needed

    def _lower_lock(self, order: Order, listing: Listing, price: int, size: int) -> None:
        """Before a trade of `size`: what remains aside is for what remains."""
        if order.side is Side.SELL:
            needed = order.locked - size * UNIT
        elif order.cost is not None:
            value = max(order.cost - order.value - price * size, 0)
            needed = value + self._reserve(listing, value)
        elif order.type is Type.MARKET:
            value = price * size
            needed = order.locked - value - self._reserve(listing, value)
        else:
            value = order.resting_price * (order.left - size)
            needed = value + self._reserve(listing, value)
        self._lock(order, listing, max(min(needed, order.locked), 0))

    def _charge(
        self, order: Order, listing: Listing, price: int, size: int, rate: object, reference: str, at_ms: int
    ) -> Charge:
        parts = count(rate)  # type: ignore[arg-type]
        value = price * size
        fee, asset = self._fee(order, listing, value, size * UNIT, parts)
        giver, receiver = (order.account, PURSE) if fee >= 0 else (PURSE, order.account)
        self._ledger.move(giver, receiver, asset, abs(fee), "fee", reference, at_ms)
        return Charge(fee, asset)

    def _fee(self, order: Order, listing: Listing, value: int, base: int, rate: int) -> tuple[int, str]:
        house = self._house
        if house.fee_rule is FeeRule.THIRD and house.fee_asset_price > 0:
            fee = rounded(value * rate, count(house.fee_asset_price), self._step)
            if fee <= self._ledger.free(order.account, house.fee_asset):
                return fee, house.fee_asset
        if house.fee_rule is FeeRule.QUOTE or order.side is Side.SELL:
            fee = share(value, rate, self._step)
            # Each fill rounds by itself; an order that spends all its owner has must not owe the last unit.
            spare = self._ledger.free(order.account, listing.quote)
            return min(fee, max(spare, 0)) if fee > 0 else fee, listing.quote
        return share(base, rate, self._step), listing.base
