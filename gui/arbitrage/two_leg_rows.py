"""Rows and columns of two-leg positions: how both legs stand, how far they differ, what closing would bring."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from engine.domain.arbitrage import ArbitrageConfig, Leg, TwoLegPosition
from engine.domain.arbitrage_views import TwoLegView
from engine.domain.bot import OWN_TIME_MODES, AccountMode
from engine.domain.instrument import Instrument
from engine.domain.money import decimals_of
from engine.domain.views import BotView, EngineView
from gui import numbers, words
from gui.arbitrage import pair_words
from gui.freshness import modes_by_venue
from gui.models.columns import Column, Meaning, gain

#: Share of a budget from which on it is looked at.
NEAR = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class TwoLegRow:
    """A position beside what its numbers need: its bot, its budget, both instruments, and the clock that counts for it.

    `market_at` is the time of an invented or recorded market, None where the person's own clock counts.
    """

    shown: TwoLegView
    bot: BotView
    config: ArbitrageConfig
    home: Instrument | None
    foreign: Instrument | None
    market_at: datetime | None

    @property
    def position(self) -> TwoLegPosition:
        return self.shown.position

    @property
    def quote(self) -> str:
        return self.bot.bot.symbol.partition("/")[2]

    @property
    def base(self) -> str:
        return self.bot.bot.symbol.partition("/")[0]

    def imbalance_s(self, now: datetime) -> float | None:
        """How long the legs have differed."""
        since = self.shown.imbalance_since
        return None if since is None else max(0.0, ((self.market_at or now) - since).total_seconds())

    def age_s(self, now: datetime) -> float:
        since = self.position.opened_at or self.position.entry.decided_at
        return max(0.0, ((self.market_at or now) - since).total_seconds())

    def imbalance_meaning(self, now: datetime) -> Meaning:
        """Amber from half of either budget on, red beyond it."""
        held_s = self.imbalance_s(now)
        if held_s is None:
            return Meaning.PLAIN
        used = max(
            _share(abs(self.shown.imbalance), self.config.max_imbalance_value),
            _share(Decimal(repr(held_s)), self.config.max_imbalance_s),
        )
        if used > 1:
            return Meaning.TROUBLE
        return Meaning.LOOK if used >= NEAR else Meaning.PLAIN


def _share(used: Decimal, budget: Decimal) -> Decimal:
    return used / budget if budget > 0 else Decimal(2 if used > 0 else 0)


def two_leg_rows(view: EngineView) -> list[TwoLegRow]:
    """Every open position of every two-leg bot, in the order of the bots."""
    bots = {shown.bot.bot_id: shown for shown in view.bots}
    instruments = {market.instrument.key: market.instrument for market in view.markets}
    times = {market.instrument.key: market.at for market in view.markets}
    modes = modes_by_venue(view)
    rows = []
    for arbitrage in view.arbitrage:
        bot, hedge = bots.get(arbitrage.bot_id), bots.get(arbitrage.hedge_bot_id)
        if bot is None or not isinstance(bot.bot.config, ArbitrageConfig):
            continue
        key = (bot.bot.venue, bot.bot.symbol)
        is_own_time = modes.get(bot.bot.venue, AccountMode.LIVE) in OWN_TIME_MODES
        foreign = None if hedge is None else instruments.get((hedge.bot.venue, hedge.bot.symbol))
        rows += [
            TwoLegRow(
                shown, bot, bot.bot.config, instruments.get(key), foreign, times.get(key) if is_own_time else None
            )
            for shown in arbitrage.positions
        ]
    return rows


def _imbalance(row: TwoLegRow, now: datetime) -> str:
    """Value, seconds and the budget of both."""
    held_s = row.imbalance_s(now)
    if held_s is None:
        return numbers.NOTHING
    value = numbers.money(row.shown.imbalance, row.quote, signed=True)
    return f"{value} · {held_s:.1f} s"


def _budget(row: TwoLegRow) -> str:
    text = QCoreApplication.translate("arbitrage", "Budget: {value} for {seconds} s")
    value = numbers.money_with_asset(row.config.max_imbalance_value, row.quote)
    return text.format(value=value, seconds=numbers.exact(row.config.max_imbalance_s))


def _leg_columns(
    key: str, title: str, leg: Callable[[TwoLegRow], Leg], of: Callable[[TwoLegRow], Instrument | None]
) -> list[Column[TwoLegRow]]:
    translate = QCoreApplication.translate

    def filled(row: TwoLegRow) -> str:
        return f"{numbers.quantity(leg(row).filled, of(row))} / {numbers.quantity(leg(row).quantity, of(row))}"

    def slippage(row: TwoLegRow) -> Decimal | None:
        return leg(row).slippage_bps

    def effective(row: TwoLegRow) -> str:
        price = leg(row).effective_price
        return numbers.NOTHING if price is None else _price(price, of(row))

    return [
        Column(
            f"{key}_side",
            title,
            lambda row: words.side(leg(row).side),
            lambda row: leg(row).side.value,
            width=72,
            meaning=lambda row: words.side_meaning(leg(row).side),
        ),
        Column(
            f"{key}_filled",
            translate("columns", "Filled"),
            filled,
            lambda row: float(leg(row).filled),
            is_number=True,
            width=184,
            meaning=lambda row: Meaning.LOOK if leg(row).filled != leg(row).quantity else Meaning.PLAIN,
        ),
        Column(
            f"{key}_theory",
            translate("columns", "Theory"),
            lambda row: _price(leg(row).theoretical_price, of(row)),
            lambda row: float(leg(row).theoretical_price),
            is_number=True,
            width=104,
            exact=lambda row: numbers.exact(leg(row).theoretical_price),
        ),
        Column(
            f"{key}_effective",
            translate("columns", "Effective"),
            effective,
            lambda row: None if (price := leg(row).effective_price) is None else float(price),
            is_number=True,
            width=104,
        ),
        Column(
            f"{key}_slippage",
            translate("columns", "Slippage"),
            lambda row: numbers.percent(slippage(row), 1, signed=True),
            lambda row: None if (bps := slippage(row)) is None else float(bps),
            unit="bps",
            is_number=True,
            width=104,
        ),
    ]


def _price(value: Decimal, instrument: Instrument | None) -> str:
    """An average price: one digit more than the venue's increment has."""
    if instrument is None:
        return numbers.fixed(value, 4)
    increment = instrument.rules.price_increment(value)
    return numbers.fixed(value, decimals_of(increment) + 1)


def _money(key: str, title: str, of: Callable[[TwoLegRow], Decimal | None]) -> Column[TwoLegRow]:
    def exact(row: TwoLegRow) -> str:
        amount = of(row)
        return "" if amount is None else numbers.exact(amount)

    return Column(
        key,
        title,
        lambda row: numbers.known_money(of(row), row.quote, signed=True),
        lambda row: None if (amount := of(row)) is None else float(amount),
        is_number=True,
        width=124,
        meaning=lambda row: gain(of(row)),
        exact=exact,
        is_live=True,
    )


def two_leg_columns(now: Callable[[], datetime]) -> list[Column[TwoLegRow]]:
    """How it stands and whether the legs agree come first, then the money, then each leg from theory to its fills."""
    translate = QCoreApplication.translate
    return [
        Column(
            "stage",
            translate("columns", "Stage"),
            lambda row: pair_words.stage(row.position.stage),
            lambda row: row.position.stage.value,
            width=112,
            meaning=lambda row: pair_words.stage_meaning(row.position.stage),
        ),
        Column(
            "bot",
            translate("columns", "Bot"),
            lambda row: f"{row.bot.bot.name} #{row.position.number}",
            lambda row: f"{row.bot.bot.name} {row.position.number:08}",
            width=132,
        ),
        Column(
            "way",
            translate("columns", "Way"),
            lambda row: pair_words.direction(row.position.direction),
            lambda row: row.position.direction.value,
            width=84,
            exact=lambda row: pair_words.direction_whole(row.position.direction),
        ),
        Column(
            "size",
            translate("columns", "Size"),
            lambda row: f"{numbers.quantity(row.position.size, row.home)} {row.base}",
            lambda row: float(row.position.size),
            is_number=True,
            width=120,
        ),
        Column(
            "imbalance",
            translate("columns", "Imbalance"),
            lambda row: _imbalance(row, now()),
            lambda row: float(abs(row.shown.imbalance)),
            is_number=True,
            width=136,
            meaning=lambda row: row.imbalance_meaning(now()),
            exact=_budget,
        ),
        Column(
            "age",
            translate("columns", "Age"),
            lambda row: numbers.age(row.age_s(now())),
            lambda row: row.age_s(now()),
            is_number=True,
            width=64,
        ),
        Column(
            "entry",
            translate("columns", "Entry"),
            lambda row: numbers.percent(row.position.entry.premium_pct, 3, signed=True),
            lambda row: float(row.position.entry.premium_pct),
            unit="%",
            is_number=True,
            width=88,
        ),
        _money("pnl_now", translate("columns", "PnL now"), lambda row: row.shown.pnl_now),
        _money("pnl_closed", translate("columns", "If closed"), lambda row: row.shown.pnl_if_closed),
        *_leg_columns(
            "home", translate("columns", "Home leg"), lambda row: _leg(row.position, is_home=True), lambda row: row.home
        ),
        *_leg_columns(
            "foreign",
            translate("columns", "Foreign leg"),
            lambda row: _leg(row.position, is_home=False),
            lambda row: row.foreign,
        ),
        Column("rest", "", lambda _row: "", lambda _row: None, width=0),
    ]


def _leg(position: TwoLegPosition, *, is_home: bool) -> Leg:
    """The leg that is under way: of the exit once there is one, else of the entry."""
    legs = position.exit or position.entry
    return legs.home if is_home else legs.foreign
