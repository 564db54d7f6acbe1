"""Binance USDM's frames and answers, read by our dialect and folded by our ledger, against the exchange's own books."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.instrument import Instrument, InstrumentKind, MarginBracket, PriceBand, VenueRules
from engine.domain.ledger import EntryKind, LedgerEntry, entries_of, fold
from engine.domain.margin import liquidation_price
from engine.venues.exchanges import usdm_words
from engine.venues.exchanges.binanceusdm import BinanceUsdm as Dialect
from engine.venues.exchanges.dialect import FundingDue, Listed, PositionTold, Seen
from engine.venues.tape import instant
from tests.exchange.houses import PERP, exchange, limit, market, timers, total
from tests.support.exchange import values
from tests.support.exchange.core import Exchange
from tests.support.exchange.skins.binance_keys import Caller
from tests.support.exchange.skins.binance_usdm import BinanceUsdm
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.values import ApiKey, FeeRule, PositionSide
from tests.support.exchange.writing import written

D = Decimal
BTC = "BTC/USDT"
POSITION = "BTC/USDT:P"
#: Sizes are base here.
LISTING = values.Listing(
    BTC, "BTC", "USDT", values.Kind.PERP, PERP.price_bands, D("0.001"), D("0.001"), D(1000), D(5), 200, D("0.0002"),
    D("0.0005"), brackets=PERP.brackets,
)  # fmt: skip
RULES = VenueRules((PriceBand(D(0), D("0.1")),), D("0.001"), D("0.001"), D(1000), D(5), 200, D("0.0002"), D("0.0005"))
INSTRUMENT = Instrument("live:a", BTC, "BTC", "USDT", RULES, kind=InstrumentKind.PERP)
HERE = Listed(INSTRUMENT, "BTCUSDT", True)
CALLER = Caller("alice", ApiKey("alice-key", "alice-secret"))


def through_the_wire(body: Any) -> Any:
    """As it is read on our side."""
    return json.loads(str(written(body)), parse_float=D)


@dataclass
class Line:
    """A socket that is always there."""

    query: Mapping[str, str]
    path: str = "/private/ws"
    host: str = "fstream.binance.com"
    headers: Mapping[str, str] = field(default_factory=dict)
    frames: list[Any] = field(default_factory=list)
    closings: int = 0

    def send(self, frame: Any, *, is_binary: bool = False) -> None:
        self.frames.append(through_the_wire(frame))

    def close(self, code: int = 1000) -> None:
        self.closings += 1

    def on_close(self, call: Callable[[], None]) -> None:
        """Nobody closes it."""

    def __hash__(self) -> int:
        return id(self)


class World:
    """Alice trades on the exchange; `entries` is what our books make of what her stream and her income tell."""

    def __init__(self, core: Exchange, *, is_account_first: bool = True) -> None:
        self.core = core
        self.skin = BinanceUsdm(core, is_account_first=is_account_first)
        self.dialect = Dialect()
        self.start = self.told()
        self.line = Line({"listenKey": self.skin.keys.ask("alice")})
        assert self.skin.connect(self.line)
        self.others = Strangers(core)

    def told(self) -> dict[str, Decimal]:
        """The balances as our dialect reads the account's answer."""
        body = through_the_wire(self.skin.accounts.account(CALLER, {}).body)
        return {asset: amount for asset, amount, _ in usdm_words.ledger_of(body) if amount}

    def heard(self) -> list[Any]:
        found: list[Any] = []
        for frame in self.line.frames:
            found += self.dialect.hear_private(frame, {"BTCUSDT": HERE}) or ()
        return found

    def entries(self) -> list[LedgerEntry]:
        found: list[LedgerEntry] = []
        for each in self.heard():
            for fill in each.fills if isinstance(each, Seen) else ():
                found += entries_of(fill, INSTRUMENT, "live:a", "bot")
        rows = through_the_wire(self.skin.accounts.income(CALLER, {"startTime": "0", "limit": "1000"}).body)
        for row in rows:
            paid = usdm_words.funding_of(row, HERE)
            found.append(
                LedgerEntry("live:a", "bot", paid.asset, paid.amount, EntryKind.FUNDING, paid.reference, instant(0))
            )
        return found

    def ours(self) -> dict[str, Decimal]:
        """What our fold says is there now, from what was there first."""
        found = dict(self.start)
        for (_, asset), amount in fold(self.entries()).items():
            found[asset] = found.get(asset, D(0)) + amount
        return {asset: amount for asset, amount in found.items() if amount}


def world(*, is_account_first: bool = True, **changes: object) -> World:
    return World(exchange(LISTING, **changes), is_account_first=is_account_first)


def trade(
    made: World, side: values.Side, size: str, price: str, position_side: PositionSide = PositionSide.BOTH
) -> None:
    """Alice's order rests, and somebody meets it."""
    limit(made.core, "alice", side, size, price, position_side=position_side)
    made.others.take(BTC, side.opposite, D(size))


def test_a_long_opened_twice_closed_in_part_with_funding_both_ways_by_hand() -> None:
    made = world()
    trade(made, values.Side.BUY, "0.020", "50000")  # 1000, fee 0.2
    trade(made, values.Side.BUY, "0.010", "50100.5")  # 501.005, fee 0.100201
    made.core.perps.set_mark(BTC, D(51_000))
    made.core.perps.fund()  # 0.03 x 51000 x 0.0001 = 0.153 paid
    trade(made, values.Side.SELL, "0.012", "51000")  # 612, fee 0.1224
    made.core.markets[BTC].funding_rate = D("-0.0002")
    made.core.perps.fund()  # 0.018 x 51000 x 0.0002 = 0.1836 received
    cash = -1000 - D("501.005") + 612 - D("0.2") - D("0.100201") - D("0.1224") - D("0.153") + D("0.1836")
    assert cash == D("-889.397001")
    assert made.ours() == {"USDT": 10_000 + cash, POSITION: D("0.018")} == made.told()
    # Equity is cash and the position at a price: 9110.602999 + 0.018 x 51000.
    assert made.ours()["USDT"] + made.ours()[POSITION] * 51_000 == D("10028.602999")
    trade(made, values.Side.SELL, "0.018", "51000")
    assert made.ours() == made.told() == {"USDT": total(made.core, "alice", "USDT")}
    assert total(made.core, "alice", "USDT") == D("10028.602999") - D("0.1836")


def test_fees_in_a_third_asset_leave_the_wallet_alone() -> None:
    made = World(exchange(LISTING, fee_rule=FeeRule.THIRD, fee_asset="BNB", fee_asset_price=D(500)))
    made.core.transfer("alice", "BNB", D("0.00045"))
    made.start = made.told()
    trade(made, values.Side.BUY, "0.020", "50000")  # 0.2 USDT is 0.0004 BNB
    trade(made, values.Side.SELL, "0.020", "50500")  # 0.202 is more than the 0.00005 left: in quote
    assert made.ours() == made.told() == {"USDT": 10_010 - D("0.202"), "BNB": D("0.00005")}


def test_a_position_that_turns_round_and_comes_to_nothing() -> None:
    made = world()
    trade(made, values.Side.BUY, "0.020", "50000")
    trade(made, values.Side.SELL, "0.050", "50010")
    assert made.told()[POSITION] == D("-0.03")
    trade(made, values.Side.BUY, "0.030", "49990")
    # 0.02 x 10 + 0.03 x 20, less a fiftieth of a percent of 1000 + 2500.5 + 1499.7.
    assert made.ours() == made.told() == {"USDT": 10_000 + D("0.8") - D("1.00004")}


def test_hedge_mode_tells_both_sides_apart() -> None:
    made = world()
    made.core.set_hedge_mode("alice", is_hedged=True)
    trade(made, values.Side.BUY, "0.020", "50000", position_side=PositionSide.LONG)
    trade(made, values.Side.SELL, "0.005", "50000", position_side=PositionSide.SHORT)
    assert {asset: amount for asset, amount in made.told().items() if asset != "USDT"} == {
        POSITION: D("0.02"), f"{POSITION}:SHORT": D("-0.005"),
    }  # fmt: skip
    # -0.02 x 50000 + 0.005 x 50000 less the fees of both.
    assert made.told()["USDT"] == 10_000 - 750 - D("0.25")
    sides = {told.side for told in made.heard() if isinstance(told, PositionTold)}
    assert sides == {"long", "short"}


@pytest.mark.parametrize("is_account_first", [True, False])
def test_a_position_is_told_with_each_fill_and_funding_is_hinted_at(is_account_first: bool) -> None:
    made = world(is_account_first=is_account_first)
    trade(made, values.Side.BUY, "0.020", "50000")
    kinds = [type(told).__name__ for told in made.heard()]
    # Taken; then the fill and the position that it made, in either order.
    assert kinds == ["Seen", *(["PositionTold", "Seen"] if is_account_first else ["Seen", "PositionTold"])]
    made.core.perps.fund()
    assert isinstance(made.heard()[-1], FundingDue)


def test_the_venue_closes_a_position_and_our_books_follow_only_what_we_traded() -> None:
    made = world()
    trade(made, values.Side.BUY, "0.020", "50000")
    made.core.perps.close_by_force("alice", BTC, PositionSide.BOTH, D(40_000))
    forced = [each for each in made.heard() if isinstance(each, Seen) and each.client_order_id.startswith("autoclose")]
    assert forced
    assert made.told().get(POSITION) is None
    assert made.ours() == made.told()


def test_a_listen_key_that_ends_is_said_and_its_line_closed() -> None:
    made = world()
    timers(made.core).advance(3_599_000)
    assert made.line.closings == 0
    assert made.skin.keys.keep("alice") is not None
    timers(made.core).advance(3_599_000)
    assert made.line.closings == 0
    timers(made.core).advance(2_000)
    assert made.line.closings == 1
    assert made.line.frames[-1]["e"] == "listenKeyExpired"


acts = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(values.Side), st.integers(1, 400), st.integers(480_001, 519_999)),
        st.integers(485_000, 515_000),
        st.sampled_from((D("0.0001"), D("-0.00035"), D("0.00123457"))),
    ),
    max_size=30,
)


@settings(max_examples=200, deadline=None)
@given(acts, st.booleans(), st.booleans())
def test_whatever_is_traded_and_paid_our_fold_is_the_wallet(acts: list[Any], third: bool, first: bool) -> None:
    changes = {"fee_rule": FeeRule.THIRD, "fee_asset": "BNB", "fee_asset_price": D("517.3")} if third else {}
    core = exchange(LISTING, **changes)
    core.transfer("alice", "BNB", D("0.01"))
    made = World(core, is_account_first=first)
    made.others.move_to(BTC, D(50_000), size=D("0.1"))
    for act in acts:
        if isinstance(act, tuple):
            try:
                limit(core, "alice", act[0], str(D(act[1]) / 1000), str(D(act[2]) / 10))
            except values.Refused:
                continue
        elif isinstance(act, int):
            made.others.move_to(BTC, D(act) / 10, size=D("0.1"))
        else:
            core.markets[BTC].funding_rate = act
            core.perps.fund()
    held = next((each.size for each in core.positions("alice")), D(0))
    assert made.ours().get(POSITION, D(0)) == held
    assert made.ours() == made.told()


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(values.Side),
    st.integers(1, 9000),
    st.integers(2, 50),
    st.integers(30_000, 70_000),
    st.booleans(),
)
def test_liquidation_is_where_the_exchange_says(
    side: values.Side, size: int, leverage: int, price: int, isolated: bool
) -> None:
    made = world()
    made.core.set_leverage("alice", BTC, leverage)
    made.core.set_isolated("alice", BTC, is_isolated=isolated)
    made.others.place(BTC, side.opposite, D(price), D(10))
    try:
        market(made.core, "alice", side, str(D(size) / 1000))
    except values.Refused:
        return
    made.core.perps.set_mark(BTC, D(price))
    found = made.core.positions("alice")
    if not found:
        return
    [held] = found
    rules = VenueRules(
        RULES.price_bands, RULES.size_increment, RULES.min_quantity, None, D(5), 200, D(0), D(0), leverage=leverage,
        brackets=brackets(),
    )  # fmt: skip
    collateral = held.margin if isolated else total(made.core, "alice", "USDT")
    ours = liquidation_price(held.size, held.size * held.entry_price, collateral, rules)
    assert (ours is None) == (held.liquidation_price is None)
    if ours is None:
        return
    # Ours is on the increment, on the side that comes first, and knows the bracket that holds there.
    made.core.perps.set_mark(BTC, ours + (D("0.1") if held.size > 0 else D("-0.1")))
    assert made.core.positions("alice"), "it was closed before that price"
    made.core.perps.set_mark(BTC, max(ours - (D("0.1") if held.size > 0 else D("-0.1")), D("0.1")))
    assert not made.core.positions("alice"), "it was not closed there"


def brackets() -> tuple[MarginBracket, ...]:
    """As our dialect reads them."""
    rows = through_the_wire(world().skin.accounts.brackets(CALLER, {"symbol": "BTCUSDT"}).body)
    found = usdm_words.brackets_of(rows[0]["brackets"])
    assert [each.max_leverage for each in found] == [100, 50]
    assert found[1].maintenance_offset == 50_000 * (D("0.01") - D("0.004"))
    return found
