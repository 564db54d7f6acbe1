"""Rows and columns of the bots table."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from engine.domain.bot import AccountMode
from engine.domain.instrument import Instrument
from engine.domain.views import BotView, EngineView
from gui import numbers, sentences, words
from gui.freshness import modes_by_venue
from gui.models.columns import Column, Meaning, gain, muted_meaning


@dataclass(frozen=True, slots=True)
class BotRow:
    """A bot beside what its numbers need to be written: instrument and kind of money."""

    shown: BotView
    instrument: Instrument | None
    mode: AccountMode

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
        modes = modes_by_venue(view)
        fresh: dict[str, BotRow] = {}
        for shown in view.bots:
            bot = shown.bot
            if bot.is_removed:
                continue
            instrument = instruments.get((bot.venue, bot.symbol))
            mode = modes.get(bot.venue, AccountMode.LIVE)
            known = self._rows.get(bot.bot_id)
            if (
                known is None
                or known.shown is not shown
                or known.instrument is not instrument
                or known.mode is not mode
            ):
                known = BotRow(shown, instrument, mode)
            fresh[bot.bot_id] = known
        self._rows = fresh
        return list(fresh.values())


def _last_event(row: BotRow) -> str:
    event = row.shown.bot.last_event
    return sentences.translate(event) if event is not None else ""


def _event_time(row: BotRow) -> str:
    at = row.shown.bot.last_event_at
    return "" if at is None else f"{numbers.instant(at)}  {_last_event(row)}"


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
            lambda row: row.mode.value,
            lambda row: row.mode.value,
            width=92,
            badge=lambda row: row.mode,
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
