"""Pictures of the arbitrage desk, for tests and screenshots of the window: pairs, premiums, two-leg positions.

Premiums are worked out by the domain from made-up books, so that every number of a row belongs to the others.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from engine.domain.arbitrage import ArbitrageConfig, HedgeConfig, Leg, Legs, PairStage, TwoLegPosition
from engine.domain.arbitrage_views import ArbitrageView, FxView, PremiumsView, PremiumView, TwoLegView
from engine.domain.bot import AccountMode, Bot, BotKind, BotState
from engine.domain.market import FxRate
from engine.domain.money import ZERO
from engine.domain.order import Side
from engine.domain.premium import (
    Costs,
    Direction,
    Executable,
    Levels,
    Pair,
    Premium,
    executable,
    net_pct,
    premium_pct,
)
from engine.domain.sentences import Sentence
from engine.domain.views import BotView, EngineView, MarketView
from tests.support.views import NOON, instrument_of, market_of, view_of

RATE = FxRate("USDTKRW", Decimal("1384.5"), "upbit", NOON)
COSTS = Costs(Decimal("0.0005"), Decimal("0.0004"))
#: Bases with a price in USDT.
BASES = (
    ("BTC", "97412"), ("ETH", "3412.5"), ("XRP", "2.0503"), ("SOL", "212.4"), ("DOGE", "0.3921"), ("ADA", "0.9812"),
    ("TRX", "0.2134"), ("AVAX", "38.15"), ("LINK", "18.02"), ("DOT", "8.214"), ("POL", "0.5203"), ("BCH", "489.7"),
    ("NEAR", "6.412"), ("UNI", "9.134"), ("APT", "12.21"), ("ARB", "0.8241"), ("OP", "2.104"), ("ATOM", "8.402"),
    ("ETC", "28.04"), ("FIL", "5.431"), ("HBAR", "0.1312"), ("ICP", "11.32"), ("IMX", "1.512"), ("INJ", "27.41"),
    ("GRT", "0.2312"), ("STX", "2.014"), ("SAND", "0.5521"), ("MANA", "0.5204"), ("AXS", "6.402"), ("EGLD", "38.12"),
)  # fmt: skip


def pair_of(base: str = "XRP", home: str = "upbit", foreign: str = "binance") -> Pair:
    return Pair(home, f"{base}/KRW", foreign, f"{base}/USDT", "USDTKRW")


def levels_of(top: Decimal, step: Decimal, quantity: Decimal, count: int = 5) -> Levels:
    """A side of a book from its best level on; `step` is negative for bids."""
    return tuple((top + step * at, quantity) for at in range(count))


def premium_of(
    pair: Pair,
    direction: Direction,
    home: Executable,
    foreign: Executable,
    size: Decimal,
    *,
    rate: FxRate = RATE,
    at: datetime = NOON,
) -> Premium:
    """What an entry would bring at these executable prices."""
    fees = (COSTS.home_fee + COSTS.foreign_fee) * 100
    return Premium(
        pair=pair,
        direction=direction,
        size=size,
        home=home,
        foreign=foreign,
        foreign_price_home=foreign.price * rate.rate,
        rate=rate,
        premium_pct=premium_pct(home.price, foreign.price, rate.rate),
        net_pct=net_pct(direction, home.price, foreign.price, rate.rate, COSTS),
        fees_pct=fees,
        slippage_pct=home.slippage_pct + foreign.slippage_pct,
        funding_pct=Decimal(0),
        home_at=at,
        foreign_at=at,
    )


def side_of(middle: Decimal, step: Decimal, size: Decimal) -> Executable:
    """What an order of `size` gets from five levels of 0.6 of it each, one step apart from the middle on."""
    found = executable(levels_of(middle + step, step, size * Decimal("0.6")), size)
    assert found is not None, "five levels of 0.6 hold the size"
    return found


def premium_view(
    pair: Pair,
    home_mid: str = "2910",
    foreign_mid: str = "2.05",
    *,
    size: str = "1000",
    received_at_s: float = 1.0,
    trouble: Sentence | None = None,
) -> PremiumView:
    """A row of the board: books of five levels around two middles, each level holding 0.6 of the size."""
    home, foreign, wanted = Decimal(home_mid), Decimal(foreign_mid), Decimal(size)
    tick_home, tick_foreign = home / 5000, foreign / 8000
    bids, asks = side_of(home, -tick_home, wanted), side_of(home, tick_home, wanted)
    foreign_asks, foreign_bids = side_of(foreign, tick_foreign, wanted), side_of(foreign, -tick_foreign, wanted)
    is_known = trouble is None
    return PremiumView(
        pair,
        premium_of(pair, Direction.SELL_HOME, bids, foreign_asks, wanted) if is_known else None,
        premium_of(pair, Direction.BUY_HOME, asks, foreign_bids, wanted) if is_known else None,
        trouble,
        home,
        foreign,
        received_at_s,
    )


def board_of(count: int = 30, *, now_s: float = 1.0, at: datetime = NOON) -> PremiumsView:
    """Many pairs whose premiums spread around half a percent, on two home and two foreign venues."""
    rows = []
    for number in range(count):
        name, price = BASES[number % len(BASES)]
        base = name + ("" if number < len(BASES) else str(number // len(BASES)))
        home = "bithumb" if number % 4 == 3 else "upbit"
        foreign = "binanceusdm" if number % 3 == 2 else "binance"
        foreign_mid = Decimal(price)
        premium = Decimal((number * 37) % 230 - 60) / 10_000
        home_mid = foreign_mid * RATE.rate * (1 + premium)
        rows.append(
            premium_view(
                pair_of(base, home, foreign),
                str(round(home_mid, 4)),
                str(foreign_mid),
                size=str(round(2_000_000 / home_mid, 4)),
                received_at_s=now_s - (number % 7) * 0.2,
            )
        )
    return PremiumsView(tuple(rows), (fx_of(now_s=now_s, at=at),))


def fx_of(rate: FxRate = RATE, *, now_s: float = 1.0, age_s: float = 0.4, at: datetime = NOON) -> FxView:
    return FxView(replace(rate, at=at - timedelta(seconds=age_s)), rate.pair, rate.source, now_s - age_s)


def moved(board: PremiumsView, places: Sequence[int], share: Decimal) -> PremiumsView:
    """The same board after some of its home prices moved by a share of themselves."""
    rows = list(board.rows)
    for place in places:
        old = rows[place]
        assert old.sell is not None, "only pairs with a premium move"
        assert old.home_last is not None, "which has a middle"
        rows[place] = premium_view(
            old.pair,
            str(old.home_last * (1 + share)),
            str(old.foreign_last),
            size=str(old.sell.size),
            received_at_s=old.received_at_s,
        )
    return replace(board, rows=tuple(rows))


ENTERED = NOON - timedelta(minutes=42)


def leg_of(
    side: Side, quantity: str, theory: str, *, share: str = "1", price: str = "", fee_rate: str = "0.0005"
) -> Leg:
    """A leg of which `share` was filled at `price`, in theory's price where it is not said."""
    filled = Decimal(quantity) * Decimal(share)
    value = filled * Decimal(price or theory)
    fee = value * Decimal(fee_rate)
    return Leg(side, Decimal(quantity), Decimal(theory), filled, value, fee, fee_paid=fee)


def legs_of(direction: Direction, quantity: str, home: tuple[str, str, str], foreign: tuple[str, str, str]) -> Legs:
    """Both legs as (theory, filled share, price)."""
    is_sale = direction is Direction.SELL_HOME
    sides = (Side.SELL, Side.BUY) if is_sale else (Side.BUY, Side.SELL)
    first = leg_of(sides[0], quantity, home[0], share=home[1], price=home[2])
    second = leg_of(sides[1], quantity, foreign[0], share=foreign[1], price=foreign[2], fee_rate="0.0004")
    theory = premium_pct(Decimal(home[0]), Decimal(foreign[0]), RATE.rate)
    net = net_pct(direction, Decimal(home[0]), Decimal(foreign[0]), RATE.rate, COSTS)
    return Legs(first, second, RATE, theory, net, ENTERED)


def position_of(
    number: int = 1,
    *,
    bot_id: str = "arbbot01",
    direction: Direction = Direction.SELL_HOME,
    stage: PairStage = PairStage.OPEN,
    quantity: str = "1000",
    home: tuple[str, str, str] = ("2909", "1", "2908.5"),
    foreign: tuple[str, str, str] = ("2.0503", "1", "2.0504"),
    imbalance_s: float | None = None,
) -> TwoLegPosition:
    legs = legs_of(direction, quantity, home, foreign)
    since = None if imbalance_s is None else NOON - timedelta(seconds=imbalance_s)
    return TwoLegPosition(
        f"{bot_id}P{number}", bot_id, number, direction, Decimal(quantity), stage, legs,
        opened_at=ENTERED, imbalance_since=since,
    )  # fmt: skip


CONFIG = ArbitrageConfig(
    hedge_account_id="simulated:abroad",
    hedge_symbol="XRP/USDT",
    size=Decimal(1000),
    entry_pct=Decimal("2.2"),
    exit_pct=Decimal("0.6"),
    fx_pair="USDTKRW",
    fx_source="static",
    max_positions=3,
)
HOME = instrument_of("simulated:home", "XRP/KRW", "1")
ABROAD = instrument_of("simulated:abroad", "XRP/USDT", "0.0001")


def half_of(market: MarketView, bot_id: str, name: str, config: ArbitrageConfig | HedgeConfig) -> BotView:
    """One half of a two-leg bot at work."""
    kind = BotKind.ARBITRAGE if isinstance(config, ArbitrageConfig) else BotKind.HEDGE
    bot = Bot(
        bot_id=bot_id,
        name=name,
        kind=kind,
        account_id=market.instrument.venue,
        venue=market.instrument.venue,
        symbol=market.instrument.symbol,
        desk_id="desk",
        allocation_percent=Decimal(30),
        config=config,
        created_at=market.at - timedelta(days=2),
        state=BotState.RUNNING,
        run=1,
        generation=1,
        started_at=market.at - timedelta(days=2),
    )
    return BotView(bot, (), (), market.last, ZERO, ZERO, ZERO, ZERO, None, None, None)


def two_leg_view(
    positions: Sequence[TwoLegView] | None = None,
    *,
    name: str = "XRP premium",
    config: ArbitrageConfig = CONFIG,
    now_s: float = 1.0,
    board: PremiumsView | None = None,
    modes: Sequence[AccountMode] = (),
    waits: Sentence | None = None,
) -> EngineView:
    """A two-leg bot on a market in won and one in USDT, with its positions."""
    home, abroad = market_of(HOME, "2909", received_at_s=now_s), market_of(ABROAD, "2.0503", received_at_s=now_s)
    bots = [
        half_of(home, "arbbot01", name, config),
        half_of(abroad, "arbbot02", f"{name} hedge", HedgeConfig("arbbot01")),
    ]
    if positions is None:
        positions = (TwoLegView(position_of(), Decimal(68_412), Decimal(62_105)),)
    view = view_of([home, abroad], bots, modes=modes)
    row = premium_view(pair_of(), "2909", "2.0503")
    looked_at = tuple(one for one in (row.sell, row.buy) if one is not None)
    arbitrage = ArbitrageView("arbbot01", "arbbot02", tuple(positions), looked_at, waits)
    rates = tuple(fx_of(replace(RATE, source=source), now_s=now_s) for source in ("upbit", config.fx_source))
    premiums = replace(board, rates=rates) if board is not None else PremiumsView((row,), rates)
    return replace(view, arbitrage=(arbitrage,), premiums=premiums)
