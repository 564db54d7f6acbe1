"""A two-leg bot with both halves, and positions of it whose every field has a value of its own."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from engine.domain.arbitrage import (
    ArbitrageConfig,
    HedgeConfig,
    ImbalancePolicy,
    Leg,
    Legs,
    LegStyle,
    PairStage,
    TwoLegPosition,
    Ways,
)
from engine.domain.bot import Account, AccountMode, Bot, BotKind
from engine.domain.instrument import Instrument, InstrumentKind
from engine.domain.market import FxRate
from engine.domain.messages import AccountRecorded, BotRecorded, InstrumentRecorded, Record
from engine.domain.order import Side
from engine.domain.premium import Direction
from tests.storage.builders import RULES, T0, D, foundation, make_bot

PAIR, HEDGE = "pair0001", "hedg0001"
ABROAD = "paper:two"
HEDGE_ACCOUNT = Account(ABROAD, ABROAD, "Binance", AccountMode.PAPER, "USDT", (("cash.USDT", "100000"),))
FUTURE = Instrument(
    ABROAD, "XRP/USDT", "XRP", "USDT", replace(RULES, leverage=2), kind=InstrumentKind.PERP, contract_size=D(1)
)
PAIR_CONFIG = ArbitrageConfig(
    hedge_account_id=ABROAD,
    hedge_symbol="XRP/USDT",
    size=D("100.5"),
    entry_pct=D("1.25"),
    exit_pct=D("-0.75"),
    fx_pair="USDTKRW",
    fx_source="bithumb",
    ways=Ways.BOTH,
    style=LegStyle.MAKER_TAKER,
    entry_step_pct=D("0.3"),
    max_positions=4,
    max_value=D(3_000_000),
    cooldown_s=D("11.5"),
    confirmations=3,
    min_depth=D("2.5"),
    max_slippage_pct=D("0.15"),
    max_book_age_s=D("1.5"),
    max_fx_age_s=D(12),
    leg_timeout_s=D("2.25"),
    max_imbalance_value=D(60_000),
    max_imbalance_s=D("5.5"),
    policy=ImbalancePolicy.UNWIND,
    hold_days=D("0.5"),
)
PAIR_BOT = make_bot(
    PAIR, name="Kimchi", kind=BotKind.ARBITRAGE, config=PAIR_CONFIG, generation=3, buy_fills=5, sell_fills=7,
    matched_profit=D("1234.5"), closed_cycles=2, spare_base=D("-99.95"),
)  # fmt: skip
HEDGE_BOT = make_bot(
    HEDGE, name="Kimchi", kind=BotKind.HEDGE, config=HedgeConfig(PAIR), account_id=ABROAD, venue=ABROAD,
    symbol="XRP/USDT", spare_base=D(100), funding=D("0.5"),
)  # fmt: skip


def rate(value: str, **changes: Any) -> FxRate:
    return replace(FxRate("USDTKRW", D(value), "bithumb", T0 + timedelta(milliseconds=900)), **changes)


#: Sold at home for 80,200 won less 40.1, bought abroad for 57 USDT less 0.0285 at 1,400.
ENTRY = Legs(
    Leg(Side.SELL, D(100), D(803), D(100), D(80_200), D("40.1"), D(0), D("40.1")),
    Leg(Side.BUY, D(100), D("0.569"), D(100), D(57), D("0.0285"), D("0.02"), D("0.0171")),
    rate("1400"), D("1.0625"), D("0.9"), T0 + timedelta(seconds=1),
)  # fmt: skip
EXIT = Legs(
    Leg(Side.BUY, D(100), D(790), D(60), D(47_400), D("23.7"), D("0.01"), D("15.8")),
    Leg(Side.SELL, D(100), D("0.56"), D(40), D("22.4"), D("0.0112"), D(0), D("0.0112")),
    rate("1410", at=T0 + timedelta(hours=1)), D("0.1"), D("-0.25"), T0 + timedelta(hours=1, seconds=1),
)  # fmt: skip


def make_position(number: int = 3, **changes: Any) -> TwoLegPosition:
    """One that is open."""
    position = TwoLegPosition(
        position_id=f"{PAIR}P{number}",
        bot_id=PAIR,
        number=number,
        direction=Direction.SELL_HOME,
        size=D("100.5"),
        stage=PairStage.OPEN,
        entry=ENTRY,
        funding=D("0.125"),
        opened_at=T0 + timedelta(seconds=2),
    )
    return replace(position, **changes)


#: It was decided, and nothing is filled on one side.
ENTERING = make_position(
    stage=PairStage.ENTERING, funding=D(0), opened_at=None, imbalance_since=T0 + timedelta(seconds=3),
    entry=replace(ENTRY, foreign=Leg(Side.BUY, D(100), D("0.569"))),
)  # fmt: skip


def pair_foundation(home: Bot = PAIR_BOT, hedge: Bot = HEDGE_BOT) -> list[Record]:
    """Both accounts, both instruments, both halves."""
    return [
        *foundation(home), AccountRecorded(HEDGE_ACCOUNT), InstrumentRecorded(FUTURE), BotRecorded(hedge),
    ]  # fmt: skip
