"""Pairs of exchanges under proof: won at home, dollars abroad, and a two-leg bot between them."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.domain.arbitrage import ArbitrageConfig, ImbalancePolicy, LegStyle
from engine.domain.bot import Account
from engine.domain.money import ONE, ZERO
from engine.domain.secret import Credential, CredentialKind, Secret
from engine.ports import Venue
from engine.venues.exchanges.budgets import Budgets
from engine.venues.exchanges.known import DIALECTS
from engine.venues.exchanges.live_accounts import LiveVenues, live_account
from tests.proof.flow import Wander
from tests.proof.program import MakeVenues, Own
from tests.proof.towns import TIMING
from tests.support.exchange.core import Exchange
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.timers import LoopTimers
from tests.support.exchange.values import Kind
from tests.support.exchange.values import Side as TheirSide
from tests.support.exchange.venues_under_test import VARIANTS, VENUES, VenueUnderTest

OWNER = "owner"
SIZE = Decimal("0.02")
#: Won for a dollar, so that both markets begin at one price.
RATE = Decimal("2475.2")
MONEY = {"KRW": Decimal(20_000_000), "USDT": Decimal(20_000), "BTC": Decimal("0.5"), "BNB": Decimal("0.5")}
#: What an asset in which fees are paid costs: the house's own price, so that its worth is exact.
FEE_SPREAD = Decimal("0.01")
LEVERAGE = 3
#: Each best price has so many times the size of an entry, and so has the one behind it.
DEPTH = Decimal(2)
#: Books of the loopback exchange are told when they change, and they change twice a second here.
BOOK_AGE_S = Decimal(5)


@dataclass(frozen=True)
class LegTown:
    """One exchange of a pair, and the account there."""

    what: VenueUnderTest
    account: Account
    has_inventory: bool

    @property
    def fee_symbol(self) -> str:
        """The market of the asset in which fees are paid; "" where there is no such asset."""
        asset = self.what.house.fee_asset
        return f"{asset}/{self.what.listing.quote}" if asset else ""

    @property
    def wander(self) -> Wander:
        depth = SIZE * DEPTH / self.what.listing.contract_size
        return Wander(self.what.price, 0.0, 1.0, depth)

    def opened(self, timers: LoopTimers) -> Exchange:
        """Its books, with an account that has money, and base where it is to be sold first."""
        house = self.what.house
        exchange = Exchange(house, timers)
        exchange.open_account(OWNER, self.what.key)
        assets = [self.what.listing.quote, *([self.what.listing.base] if self.has_inventory else [])]
        if house.fee_asset:
            assets.append(house.fee_asset)
            for side, price in ((TheirSide.BUY, ZERO), (TheirSide.SELL, FEE_SPREAD)):
                Strangers(exchange).place(self.fee_symbol, side, house.fee_asset_price + price, MONEY["BNB"])
        for asset in assets:
            exchange.transfer(OWNER, asset, MONEY[asset])
        if self.what.listing.kind is Kind.PERP:
            exchange.set_leverage(OWNER, self.what.symbol, LEVERAGE)
        return exchange


@dataclass(frozen=True)
class PairTown:
    """Both legs, and what the bot is asked for."""

    name: str
    home: LegTown
    foreign: LegTown
    config: ArbitrageConfig
    #: Instead of `venues`, what is put around them.
    make_venues: MakeVenues | None = None

    @property
    def legs(self) -> tuple[LegTown, LegTown]:
        return (self.home, self.foreign)

    def converted(self, rate: Decimal) -> Decimal:
        """What a unit of the foreign quote is worth at home, where a dollar is worth `rate` won."""
        return rate if self.config.fx_pair else ONE

    def venues(self, own: Own) -> Callable[[Account], Venue]:
        """What makes the venue of either account."""
        budgets = Budgets(address="proof")
        budgets.count_in(own.shared)
        venues = LiveVenues(own.route, chance=own.chance, timing=TIMING, budget_of=budgets.of)
        keys = {leg.account.account_id: leg.what for leg in self.legs}

        def make(account: Account) -> Venue:
            what = keys[account.account_id]
            key = what.key
            secrets = Secret(key.key), Secret(key.secret), Secret(key.passphrase) if key.passphrase else None
            credential = Credential("proof", CredentialKind.EXCHANGE, what.exchange, "proof", *secrets)
            return venues.make(account, credential)

        return make


def _leg(name: str, *, has_inventory: bool) -> LegTown:
    what = next(each for each in (*VENUES, *VARIANTS) if str(each) == name)
    symbols = [listing.symbol for listing in what.house.listings if listing.base in (what.listing.base, "BNB")]
    account = live_account(what.exchange, what.exchange, what.exchange, symbols)
    return LegTown(what, account, has_inventory)


def _town(home: str, foreign: str, **changes: object) -> PairTown:
    at_home, abroad = _leg(home, has_inventory=True), _leg(foreign, has_inventory=False)
    if at_home.what.listing.quote == abroad.what.listing.quote:
        changes = {"fx_pair": "", "fx_source": "", "max_imbalance_value": Decimal(20), **changes}
    config = ArbitrageConfig(
        hedge_account_id=abroad.account.account_id,
        hedge_symbol=abroad.what.symbol,
        size=SIZE,
        entry_pct=Decimal(2),
        exit_pct=Decimal("0.5"),
        fx_pair="USDTKRW",
        fx_source="database",
        confirmations=2,
        cooldown_s=Decimal(1),
        max_book_age_s=BOOK_AGE_S,
        max_fx_age_s=Decimal(60),
        max_slippage_pct=Decimal("0.3"),
        max_imbalance_value=Decimal(50_000),
        max_imbalance_s=Decimal(5),
    )
    return PairTown(f"{home}+{foreign}", at_home, abroad, replace(config, **changes))  # type: ignore[arg-type]


#: Futures of three exchanges and spot abroad; both policies; a home leg that rests. Fees in the quote of either leg, in
#: what it buys, and in a third asset.
TOWNS: Sequence[PairTown] = (
    _town("upbit", "binanceusdm"),
    _town("bithumb", "binance", policy=ImbalancePolicy.UNWIND),
    _town("upbit", "okxswap", policy=ImbalancePolicy.UNWIND),
    _town("bithumb", "bitgetmix", style=LegStyle.MAKER_TAKER),
    _town("upbit", "binance-bnb"),
    _town("okx", "binanceusdm"),
    _town("binance-bnb", "okxswap", policy=ImbalancePolicy.UNWIND),
)


def loaded(name: str) -> PairTown:
    """A town by its name; ccxt's classes are there before the clocks are replaced."""
    town = next(each for each in TOWNS if each.name == name)
    for leg in town.legs:
        importlib.import_module(f"ccxt.pro.{DIALECTS[leg.what.exchange]().ccxt_id}")
    return town
