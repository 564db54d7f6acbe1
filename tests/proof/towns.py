"""The venues under proof: of each exchange under test its books, an account with money and a key, and a grid."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from engine.domain.bot import Account
from engine.domain.grid import GridConfig
from engine.domain.secret import Credential, CredentialKind, Secret
from engine.ports import Venue
from engine.venues.exchanges.budgets import Budgets
from engine.venues.exchanges.known import DIALECTS
from engine.venues.exchanges.live_accounts import LiveVenues, live_account
from engine.venues.exchanges.timing import Timing
from tests.proof.flow import Wander
from tests.proof.program import Own
from tests.proof.world import OWNER, Town
from tests.support.exchange.checks import increment_at
from tests.support.exchange.core import Exchange
from tests.support.exchange.timers import LoopTimers
from tests.support.exchange.values import FeeRule, House, Kind
from tests.support.exchange.venues_under_test import VENUES, VenueUnderTest

#: Markets move every twenty seconds here: they are quiet later than where they move every millisecond.
TIMING = Timing(quiet_s=30.0, truth_s=30.0)
GRIDS = 24
#: The ladder reaches so far from the price, up and down, as a part of it; each move of the price is normal, of STEP.
WIDTH = Decimal("0.065")
STEP = 0.0027
STEP_S = 20.0
#: Each rung trades so many times the size under test.
RUNG_SIZES = 5
#: Exchanges whose wire says what an order cost in fees, and not each of its trades.
FEES_BY_ORDER = frozenset({"bithumb"})
#: Of perpetual futures: so little that the ladder's whole range stands before its liquidation.
LEVERAGE = 3


def town_of(what: VenueUnderTest) -> Town:
    """A grid around the price."""
    price, rung = what.price, what.size * RUNG_SIZES
    investment = rung * GRIDS * price * Decimal("1.01")
    lower, upper = (_on_tick(what, price * (1 + sign * WIDTH)) for sign in (-1, 1))
    account = live_account("proof", what.exchange, "proof", [what.symbol])
    return Town(
        name=what.exchange,
        make_exchange=lambda timers: _opened(what, timers, investment * 3),
        make_skin=what.skin,
        venues=lambda own: _maker(what, own),
        account=account,
        symbol=what.symbol,
        grid=GridConfig(lower, upper, GRIDS, investment),
        has_trade_fees=what.exchange not in FEES_BY_ORDER,
        wander=Wander(price, STEP, STEP_S, rung / what.listing.contract_size * 40),
    )


def loaded(name: str) -> Town:
    """A town by the name of its exchange; ccxt's class is there before the clocks are replaced."""
    town = town_of(next(what for what in VENUES if what.exchange == name))
    importlib.import_module(f"ccxt.pro.{DIALECTS[name]().ccxt_id}")
    return town


def names() -> list[str]:
    """Of all towns."""
    return [what.exchange for what in VENUES]


def futures() -> list[str]:
    """Of those on which perpetual futures are traded."""
    return [what.exchange for what in VENUES if what.listing.kind is Kind.PERP]


def _on_tick(what: VenueUnderTest, price: Decimal) -> Decimal:
    increment = increment_at(what.listing, price)
    return price // increment * increment


def _opened(what: VenueUnderTest, timers: LoopTimers, money: Decimal) -> Exchange:
    exchange = Exchange(_house(what.house), timers)
    exchange.open_account(OWNER, what.key)
    for asset, amount in {what.listing.quote: money, **_purse(exchange.house)}.items():
        exchange.transfer(OWNER, asset, amount)
    if what.listing.kind is Kind.PERP:
        exchange.set_leverage(OWNER, what.symbol, LEVERAGE)
    return exchange


def _house(house: House) -> House:
    """Binance takes its fees in its own coin while there is some, so that one venue shows all three kinds of fee."""
    if house.name != "binance":
        return house
    return replace(house, fee_rule=FeeRule.THIRD, fee_asset="BNB", fee_asset_price=Decimal(600))


def _purse(house: House) -> Mapping[str, Decimal]:
    return {house.fee_asset: Decimal("0.5")} if house.fee_rule is FeeRule.THIRD else {}


def _maker(what: VenueUnderTest, own: Own) -> Callable[[Account], Venue]:
    budgets = Budgets(address="proof")
    budgets.count_in(own.shared)
    venues = LiveVenues(own.route, chance=own.chance, timing=TIMING, budget_of=budgets.of)
    key = what.key
    secrets = Secret(key.key), Secret(key.secret), Secret(key.passphrase) if key.passphrase else None
    credential = Credential("proof", CredentialKind.EXCHANGE, what.exchange, "proof", *secrets)
    return lambda account: venues.make(account, credential)
