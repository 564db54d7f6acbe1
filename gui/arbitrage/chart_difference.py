"""What a dragged line would change: in percent after costs, in money, in orders now, and in the time on show."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from engine.bots.arbitrage import is_exit, wanted_pct
from engine.bots.arbitrage_rules import preview
from engine.domain.arbitrage import ArbitrageConfig, PairStage
from engine.domain.arbitrage_views import PremiumView
from engine.domain.bot import Account
from engine.domain.instrument import Instrument
from engine.domain.money import HUNDRED
from engine.domain.premium import Direction
from engine.domain.sentences import Refusal
from engine.domain.views import EngineView
from gui.arbitrage import chart_series as rows
from gui.arbitrage.chart_pairs import arbitrage_of
from gui.arbitrage.chart_thresholds import Threshold
from gui.charts.columns import Columns

#: Rows of the columns by direction: what an entry is compared with, and the premium of that direction.
NETS = {Direction.SELL_HOME: rows.NET, Direction.BUY_HOME: rows.BACK_NET}
PREMIUMS = {Direction.SELL_HOME: rows.PREMIUM, Direction.BUY_HOME: rows.BACK}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a configuration comes to. `round_trip_pct` is left of an entry and an exit after all fees, None where the
    instruments are not known here, `money` the same of one position in the home quote. `entries` positions would be
    opened now, `exits` closed; `reached_pct` is the part of the time on show in which the line was reached.
    """

    pct: Decimal
    round_trip_pct: Decimal | None
    money: Decimal | None
    entries: int
    exits: int
    reached_pct: float


@dataclass(frozen=True, slots=True)
class Difference:
    """A line at another place: the configuration it asks for, before and after, and why it is refused where it is."""

    threshold: Threshold
    config: ArbitrageConfig
    before: Outcome
    after: Outcome
    refusals: tuple[Refusal, ...]

    @property
    def is_none(self) -> bool:
        """Whether the line stands where it stood."""
        return self.before.pct == self.after.pct


def difference(
    view: EngineView, row: PremiumView | None, threshold: Threshold, pct: Decimal, shown: Columns
) -> Difference:
    """What moving a line to `pct` would change. `shown` are the places on show."""
    config = threshold.moved(pct)
    after, refusals = _outcome(view, row, threshold, config, shown)
    before, _ = _outcome(view, row, threshold, threshold.config, shown)
    return Difference(threshold, config, before, after, refusals)


def _outcome(
    view: EngineView, row: PremiumView | None, threshold: Threshold, config: ArbitrageConfig, shown: Columns
) -> tuple[Outcome, tuple[Refusal, ...]]:
    bot = threshold.bot.bot
    home, foreign = _place(view, bot.account_id, bot.symbol), _place(view, config.hedge_account_id, config.hedge_symbol)
    round_trip, refusals = None, tuple[Refusal, ...]()
    if home is not None and foreign is not None:
        found = preview(config, home, foreign)
        round_trip, refusals = found.round_trip_pct, found.refusals
    price = row.home_last if row is not None else None
    money = None
    if round_trip is not None and price is not None:
        money = round_trip / HUNDRED * config.size * price
    pct = threshold.pct(config)
    return (
        Outcome(
            pct,
            round_trip,
            money,
            _entries(view, row, threshold, config),
            _exits(view, row, threshold, config),
            _reached_pct(threshold, pct, shown),
        ),
        refusals,
    )


def _place(view: EngineView, account_id: str, symbol: str) -> tuple[Account, Instrument] | None:
    account = next((a.account for a in view.accounts if a.account.account_id == account_id), None)
    if account is None:
        return None
    key = (account.venue, symbol)
    instrument = next((market.instrument for market in view.markets if market.instrument.key == key), None)
    return (account, instrument) if instrument is not None else None


def _entries(view: EngineView, row: PremiumView | None, threshold: Threshold, config: ArbitrageConfig) -> int:
    """How many positions the present net premium opens; depth and money are the bot's own to look at."""
    premium = None if row is None else row.sell if threshold.direction is Direction.SELL_HOME else row.buy
    if not threshold.is_entry or premium is None or not threshold.bot.bot.is_active:
        return 0
    shown = arbitrage_of(view, threshold.bot.bot.bot_id)
    held = [one.position for one in shown.positions] if shown is not None else []
    if any(position.direction is not threshold.direction for position in held):
        return 0
    count = len(held)
    while count < config.max_positions and premium.net_pct >= wanted_pct(config, count):
        count += 1
    return count - len(held)


def _exits(view: EngineView, row: PremiumView | None, threshold: Threshold, config: ArbitrageConfig) -> int:
    """How many open positions the present premium of the way back closes."""
    back = None if row is None else row.buy if threshold.direction is Direction.SELL_HOME else row.sell
    shown = arbitrage_of(view, threshold.bot.bot.bot_id)
    if threshold.is_entry or back is None or shown is None or not threshold.bot.bot.is_active:
        return 0
    if not is_exit(config, threshold.direction, back.premium_pct):
        return 0
    return sum(
        1
        for held in shown.positions
        if held.position.direction is threshold.direction and held.position.stage is PairStage.OPEN
    )


def _reached_pct(threshold: Threshold, pct: Decimal, shown: Columns) -> float:
    """In how much of the time on show, in percent, the compared curve was at the line or beyond it."""
    count: int = shown.shape[1]
    if not count:
        return 0.0
    direction = threshold.direction
    if threshold.is_entry:
        is_there = shown[NETS[direction]] >= float(pct)
    elif direction is Direction.SELL_HOME:
        is_there = shown[PREMIUMS[direction.opposite]] <= float(pct)
    else:
        is_there = shown[PREMIUMS[direction.opposite]] >= float(pct)
    return 100 * int(np.count_nonzero(is_there)) / count
