"""Rows and columns of the bots table."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from engine.domain.instrument import Instrument
from engine.domain.sentences import Sentence
from engine.domain.views import BotView, EngineView
from gui import numbers, sentences, words
from gui.bot_list import listed
from gui.models.columns import Column, Meaning, gain, muted_meaning
from gui.money import Money, money_by_venue

#: The key of the column that is there while another desk runs bots too.
DESK = "desk"


@dataclass(frozen=True, slots=True)
class BotRow:
    """A bot beside what its numbers need to be written: instrument and kind of money.

    `waits` is why a two-leg bot enters nothing now.
    """

    shown: BotView
    instrument: Instrument | None
    money: Money
    waits: Sentence | None = None

    @property
    def bot_id(self) -> str:
        return self.shown.bot.bot_id

    @property
    def quote(self) -> str:
        return self.instrument.quote if self.instrument else self.shown.bot.symbol.partition("/")[2]

    @property
    def market_key(self) -> tuple[str, str]:
        return (self.shown.bot.venue, self.shown.bot.symbol)


class BotRows:
    """Makes rows of a view and keeps those whose bot did not change, so that the table can compare by identity."""

    def __init__(self) -> None:
        self._rows: dict[str, BotRow] = {}

    def rows(self, view: EngineView) -> list[BotRow]:
        instruments = {market.instrument.key: market.instrument for market in view.markets}
        monies = money_by_venue(view)
        waiting = {pair.bot_id: pair.waits for pair in view.arbitrage}
        fresh: dict[str, BotRow] = {}
        for shown in listed(view):
            bot = shown.bot
            instrument = instruments.get((bot.venue, bot.symbol))
            money = monies.get(bot.venue, Money.LIVE)
            known = self._rows.get(bot.bot_id)
            if (
                known is None
                or known.shown is not shown
                or known.instrument is not instrument
                or known.money is not money
                or known.waits != waiting.get(bot.bot_id)
            ):
                known = BotRow(shown, instrument, money, waiting.get(bot.bot_id))
            fresh[bot.bot_id] = known
        self._rows = fresh
        return list(fresh.values())


def _desk(row: BotRow) -> str:
    """Where a bot runs; empty for one of this desk."""
    if row.shown.elsewhere == "":
        return QCoreApplication.translate("columns", "nobody")
    return row.shown.elsewhere or ""


def _last_event(row: BotRow) -> str:
    event = row.waits if row.waits is not None and row.shown.bot.is_active else row.shown.bot.last_event
    return sentences.translate(event) if event is not None else ""


def _event_time(row: BotRow) -> str:
    at = row.shown.bot.last_event_at
    told = row.shown.bot.last_event
    last = "" if at is None or told is None else f"{numbers.instant(at)}  {sentences.translate(told)}"
    return last if row.waits is None else f"{_last_event(row)}\n{last}".strip()


def bot_columns() -> list[Column[BotRow]]:
    """In the order in which a trader looks: is it well, which is it, what did it earn."""
    translate = QCoreApplication.translate
    return [
        Column(
            "state",
            translate("columns", "State"),
            lambda row: words.bot_state(row.shown.bot.state),
            lambda row: row.shown.bot.state.value,
            width=98,
            meaning=lambda row: words.bot_state_meaning(row.shown.bot.state),
        ),
        Column(
            "name",
            translate("columns", "Bot"),
            lambda row: row.shown.bot.name,
            lambda row: row.shown.bot.name,
            width=112,
        ),
        Column(
            "mode",
            translate("columns", "Money"),
            lambda row: row.money.value,
            lambda row: row.money.value,
            width=92,
            badge=lambda row: row.money,
        ),
        Column(
            DESK,
            translate("columns", "Desk"),
            _desk,
            lambda row: row.shown.elsewhere,
            width=92,
            meaning=lambda row: Meaning.LOOK if row.shown.elsewhere == "" else Meaning.MUTED,
        ),
        Column(
            "symbol",
            translate("columns", "Symbol"),
            lambda row: row.shown.bot.symbol,
            lambda row: row.shown.bot.symbol,
            width=84,
        ),
        Column(
            "matched",
            translate("columns", "Matched profit"),
            lambda row: numbers.money_with_asset(row.shown.matched_profit, row.quote, signed=True),
            lambda row: float(row.shown.matched_profit),
            is_number=True,
            width=116,
            meaning=lambda row: gain(row.shown.matched_profit),
            exact=lambda row: numbers.exact(row.shown.matched_profit),
        ),
        Column(
            "floating",
            translate("columns", "Floating PnL"),
            lambda row: numbers.money_with_asset(row.shown.floating_pnl, row.quote, signed=True),
            lambda row: float(row.shown.floating_pnl),
            is_number=True,
            width=116,
            meaning=lambda row: gain(row.shown.floating_pnl),
            exact=lambda row: numbers.exact(row.shown.floating_pnl),
            is_live=True,
        ),
        Column(
            "total",
            translate("columns", "Total PnL"),
            lambda row: numbers.money_with_asset(row.shown.total_pnl, row.quote, signed=True),
            lambda row: float(row.shown.total_pnl),
            is_number=True,
            width=116,
            meaning=lambda row: gain(row.shown.total_pnl),
            exact=lambda row: numbers.exact(row.shown.total_pnl),
            is_live=True,
        ),
        Column(
            "apr",
            translate("columns", "APR"),
            lambda row: numbers.percent(row.shown.apr_pct, 1, signed=True),
            lambda row: None if row.shown.apr_pct is None else float(row.shown.apr_pct),
            unit="%",
            is_number=True,
            width=72,
            meaning=lambda row: gain(row.shown.apr_pct),
        ),
        Column(
            "cycles",
            translate("columns", "Cycles a day"),
            lambda row: numbers.percent(row.shown.cycles_per_day, 1),
            lambda row: None if row.shown.cycles_per_day is None else float(row.shown.cycles_per_day),
            is_number=True,
            width=88,
        ),
        Column(
            "allocation",
            translate("columns", "Allocation"),
            lambda row: numbers.percent(row.shown.bot.allocation_percent, 1),
            lambda row: float(row.shown.bot.allocation_percent),
            unit="%",
            is_number=True,
            width=96,
        ),
        Column(
            "venue",
            translate("columns", "Venue"),
            lambda row: row.shown.bot.venue,
            lambda row: row.shown.bot.venue,
            width=112,
            meaning=muted_meaning,
        ),
        Column(
            "event",
            translate("columns", "Last event"),
            _last_event,
            lambda row: row.shown.bot.last_event_at.timestamp() if row.shown.bot.last_event_at else None,
            width=0,
            meaning=lambda _row: Meaning.MUTED,
            exact=_event_time,
        ),
    ]
