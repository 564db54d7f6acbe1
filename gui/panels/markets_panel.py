"""The markets the desk listens to, and the pace of those whose time we own."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from engine.domain.bot import AccountMode
from engine.domain.messages import SetMarketSpeed
from engine.domain.money import ONE, ZERO
from engine.domain.views import EngineView, MarketView
from gui import numbers
from gui.freshness import Freshness, freshness, modes_by_venue
from gui.models.columns import Column, Meaning, muted_meaning
from gui.money import Money, money_by_venue
from gui.panels.empty_state import EmptyState
from gui.panels.table_panel import TablePanel
from gui.theme import CONTROL_HEIGHT, GRID, PAD, Theme

PACED_MODES = frozenset({AccountMode.REPLAY, AccountMode.SIMULATED})
SPEEDS = (ONE, Decimal(10), Decimal(60), Decimal(600), Decimal(3600))


@dataclass(frozen=True, slots=True)
class MarketRow:
    """`pace` is market seconds for a second of the clock, as measured; None when nothing was measured yet."""

    shown: MarketView
    mode: AccountMode
    money: Money
    fresh: Freshness
    pace: float | None


def _age(row: MarketRow) -> str:
    if row.shown.is_ended:
        return QCoreApplication.translate("age", "ended")
    return numbers.age(row.fresh.age_s)


def _pace(row: MarketRow) -> str:
    if row.mode not in PACED_MODES or row.pace is None:
        return numbers.NOTHING
    return f"{row.pace:,.0f}×" if row.pace >= 10 else f"{row.pace:,.1f}×"


def market_columns() -> list[Column[MarketRow]]:
    translate = QCoreApplication.translate
    return [
        Column(
            "mode",
            translate("columns", "Money"),
            lambda row: row.money.value,
            lambda row: row.money.value,
            width=92,
            badge=lambda row: row.money,
        ),
        Column(
            "symbol",
            translate("columns", "Symbol"),
            lambda row: row.shown.instrument.symbol,
            lambda row: row.shown.instrument.symbol,
            width=96,
        ),
        Column(
            "venue",
            translate("columns", "Venue"),
            lambda row: row.shown.instrument.venue,
            lambda row: row.shown.instrument.venue,
            width=136,
            meaning=muted_meaning,
        ),
        Column(
            "bid",
            translate("columns", "Bid"),
            lambda row: numbers.price(row.shown.bid, row.shown.instrument),
            lambda row: float(row.shown.bid),
            is_number=True,
            width=112,
            is_live=True,
        ),
        Column(
            "ask",
            translate("columns", "Ask"),
            lambda row: numbers.price(row.shown.ask, row.shown.instrument),
            lambda row: float(row.shown.ask),
            is_number=True,
            width=112,
            is_live=True,
        ),
        Column(
            "last",
            translate("columns", "Last"),
            lambda row: numbers.price(row.shown.last, row.shown.instrument),
            lambda row: float(row.shown.last),
            is_number=True,
            width=112,
            is_live=True,
        ),
        Column(
            "pace",
            translate("columns", "Pace"),
            _pace,
            lambda row: row.pace,
            is_number=True,
            width=80,
        ),
        Column(
            "age",
            translate("columns", "Age"),
            _age,
            lambda row: row.fresh.age_s,
            is_number=True,
            width=80,
            meaning=lambda row: Meaning.LOOK if row.fresh.is_stale else Meaning.PLAIN,
        ),
        Column(
            "time",
            translate("columns", "Market time"),
            lambda row: numbers.instant(row.shown.at),
            lambda row: row.shown.at.timestamp(),
            width=0,
            is_live=True,
        ),
    ]


class PaceBar(QWidget):
    """Play, pause and speed of the chosen market; disabled for a market whose time is not ours."""

    paced = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.play = QPushButton("▶ " + self.tr("Play"))
        self.pause = QPushButton("‖ " + self.tr("Pause"))
        self.speed = QComboBox()
        for speed in SPEEDS:
            label = self.tr("Real time") if speed == 1 else f"{speed:,}×"
            self.speed.addItem(label, speed)
        self.speed.addItem(self.tr("As fast as possible"), None)
        self._hint = QLabel()
        # A long sentence is cut off rather than that the window cannot be made smaller.
        self._hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, PAD, GRID, PAD)
        row.setSpacing(GRID)
        for control in (self.play, self.pause, self.speed):
            control.setMinimumHeight(CONTROL_HEIGHT)
            row.addWidget(control)
        row.addWidget(self._hint, 1, Qt.AlignmentFlag.AlignVCenter)
        self.play.clicked.connect(self._send_speed)
        self.pause.clicked.connect(lambda: self.paced.emit(ZERO))
        self.speed.activated.connect(self._send_speed)
        self.set_market(None, is_paced=False)

    def set_market(self, venue: str | None, *, is_paced: bool) -> None:
        """Whose pace the buttons set."""
        for control in (self.play, self.pause, self.speed):
            control.setEnabled(is_paced)
        if venue is None:
            self._hint.setText(self.tr("Choose a market to play, pause or speed it up."))
        elif is_paced:
            self._hint.setText(venue)
        else:
            self._hint.setText(self.tr("{venue} is a live market; its time is not ours to set.").format(venue=venue))

    def _send_speed(self) -> None:
        self.paced.emit(self.speed.currentData())


class MarketsPanel(TablePanel[MarketRow]):
    """`commanded(SetMarketSpeed)` when somebody sets a pace; `open_wanted` from the empty state."""

    commanded = Signal(object)
    open_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.bar = PaceBar()
        self._view: EngineView | None = None
        self._now_s = 0.0
        self._marks: dict[tuple[str, str], tuple[float, datetime]] = {}
        self._paces: dict[tuple[str, str], float] = {}
        super().__init__(
            theme,
            market_columns(),
            lambda row: row.shown.instrument.key,
            EmptyState(theme),
            bar=self.bar,
            is_stale=lambda row: row.fresh.is_stale,
            parent=parent,
        )
        self.empty.set_words(
            self.tr("No market is connected; a recorded file plays a market back at any speed."),
            self.tr("Open a recorded file…"),
        )
        self.empty.accepted.connect(self.open_wanted)
        self.table.chosen.connect(lambda _key: self._show_bar())
        self.bar.paced.connect(self._pace)

    def show_view(self, view: EngineView, bot_id: str | None) -> None:
        self._view = view
        modes, monies = modes_by_venue(view), money_by_venue(view)
        self.show_rows(
            [
                MarketRow(
                    market,
                    mode := modes.get(market.instrument.venue, AccountMode.LIVE),
                    monies.get(market.instrument.venue, Money.LIVE),
                    freshness(market, mode, max(self._now_s, market.received_at_s)),
                    self._paces.get(market.instrument.key),
                )
                for market in view.markets
            ]
        )
        if self.table.chosen_key() is None and view.markets:
            self.table.choose(view.markets[0].instrument.key)
        self._show_bar()

    def show_age(self, view: EngineView, now_s: float) -> None:
        for market in view.markets:
            key = market.instrument.key
            before = self._marks.get(key)
            self._marks[key] = (now_s, market.at)
            if before is not None and now_s > before[0]:
                self._paces[key] = max(0.0, (market.at - before[1]).total_seconds() / (now_s - before[0]))
        self._now_s = now_s
        self.show_view(view, None)
        self.age()

    def _chosen(self) -> MarketRow | None:
        key = self.table.chosen_key()
        position = None if key is None else self.model.position_of(key)
        return None if position is None else self.model.row_at(position)

    def _show_bar(self) -> None:
        row = self._chosen()
        if row is None:
            self.bar.set_market(None, is_paced=False)
        else:
            self.bar.set_market(row.shown.instrument.venue, is_paced=row.mode in PACED_MODES)

    def _pace(self, speed: Decimal | None) -> None:
        row = self._chosen()
        if row is not None:
            self.commanded.emit(SetMarketSpeed(row.shown.instrument.venue, speed))
