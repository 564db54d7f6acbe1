"""What an entry of a two-leg bot would be now: what a round trip leaves, both orders with their money, the fees."""

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from engine.bots.arbitrage import entry_sides
from engine.bots.arbitrage_rules import ArbitragePreview, needed_for
from engine.domain.arbitrage import ArbitrageConfig
from engine.domain.money import HUNDRED
from engine.domain.order import Side
from engine.domain.premium import Executable, Premium
from engine.domain.sentences import plain
from gui import numbers, words
from gui.dialogs.figures import Figures
from gui.dialogs.markets import TradableMarket
from gui.theme import Theme

ROUND_TRIP, NOW, HOME, ABROAD, FEES = range(5)


class EntrySummary(Figures):
    """Five figures, and below them sentences: what cannot be said beside one field, or what is not known."""

    def __init__(self, theme: Theme) -> None:
        translate = QCoreApplication.translate
        super().__init__(
            theme,
            (
                translate("EntrySummary", "Round trip"),
                translate("EntrySummary", "Net now"),
                translate("EntrySummary", "Home leg now"),
                translate("EntrySummary", "Foreign leg now"),
                translate("EntrySummary", "Fees of an entry"),
            ),
        )

    def show_plan(
        self,
        config: ArbitrageConfig,
        plan: ArbitragePreview,
        home: TradableMarket,
        foreign: TradableMarket,
        problems: Sequence[str],
        remarks: Sequence[str],
    ) -> None:
        """`problems` are refusals without a field, `remarks` what the figures leave out."""
        quote = home.instrument.quote
        money = numbers.NOTHING
        if plan.value is not None:
            won = plan.value * plan.round_trip_pct / HUNDRED
            text = self.tr("{money} a position")
            money = text.format(money=numbers.money_with_asset(won, quote, signed=True))
        self.show_figure(ROUND_TRIP, f"{numbers.percent(plan.round_trip_pct, 3, signed=True)} %", money)
        best = max(plan.premiums, key=lambda premium: premium.net_pct, default=None)
        if best is None:
            for at in (NOW, HOME, ABROAD, FEES):
                self.show_figure(at, numbers.NOTHING, numbers.NOTHING)
        else:
            self._show_entry(config, best, home, foreign)
        if problems:
            self.say(problems, is_problem=True)
        else:
            self.say(remarks)

    def _show_entry(
        self, config: ArbitrageConfig, best: Premium, home: TradableMarket, foreign: TradableMarket
    ) -> None:
        wanted = self.tr("it enters from {percent} %").format(percent=numbers.percent(config.entry_pct, 3, signed=True))
        self.show_figure(NOW, f"{numbers.percent(best.net_pct, 3, signed=True)} %", wanted)
        fees = []
        sides = entry_sides(best.direction)
        for at, market, side, executed in (
            (HOME, home, sides[0], best.home),
            (ABROAD, foreign, sides[1], best.foreign),
        ):
            self._show_leg(at, config, market, side, executed)
            rules = market.instrument.rules
            fee = rules.fee(executed.price * config.size, rules.taker_fee)
            fees.append(numbers.money_with_asset(fee, market.instrument.quote))
        self.show_figure(FEES, fees[0], self.tr("and {fee} abroad").format(fee=fees[1]))

    def _show_leg(
        self, at: int, config: ArbitrageConfig, market: TradableMarket, side: Side, executed: Executable
    ) -> None:
        instrument = market.instrument
        asset, needed = needed_for(config, instrument, side, executed.price)
        size = f"{plain(config.size)} {instrument.base}"
        text = self.tr("at {price}; needs {needed}").format(
            price=numbers.price(executed.price, instrument), needed=_amount(needed, asset, market)
        )
        self.show_figure(at, f"{words.side(side)} {size}", text)


def _amount(amount: Decimal, asset: str, market: TradableMarket) -> str:
    if asset == market.instrument.base:
        return f"{numbers.quantity(amount, market.instrument)} {asset}"
    return numbers.money_with_asset(amount, asset)
