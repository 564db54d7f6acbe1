"""The line at the bottom: is the engine well, are the prices fresh, what is it all worth, and the one red button."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from engine.domain.views import AccountView, BotView, EngineState, EngineView
from gui import numbers, words
from gui.freshness import freshness, modes_by_venue
from gui.models.columns import Meaning, gain
from gui.panels.account_rows import desk_word, known_money
from gui.theme import CONTROL_HEIGHT, GRID, PAD, Theme
from gui.vault_mark import VaultMark


class Reading(QWidget):
    """A caption and its value; it keeps the widest size it ever had, so that the line does not jump."""

    def __init__(self, theme: Theme, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._caption = QLabel(caption)
        self._value = QLabel(numbers.NOTHING)
        self._meaning = Meaning.PLAIN
        self._is_stale = False
        self._widest = 0
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(PAD + 2)
        row.addWidget(self._caption)
        row.addWidget(self._value)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._theme = theme
        self.set_theme(theme)

    @property
    def text(self) -> str:
        return self._value.text()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._caption.setFont(theme.header_font())
        self._value.setFont(theme.numbers_font())
        self._make_room()
        self._paint_text(self._caption, theme.muted)
        self._show_colour()

    def show_value(self, text: str, meaning: Meaning = Meaning.PLAIN, *, is_stale: bool = False, tip: str = "") -> None:
        if text != self._value.text():
            self._value.setText(text)
            self._make_room()
        if (meaning, is_stale) != (self._meaning, self._is_stale):
            self._meaning, self._is_stale = meaning, is_stale
            self._show_colour()
        if tip != self.toolTip():
            self.setToolTip(tip)

    def _make_room(self) -> None:
        """A fixed size: a label of any other asks the whole window to be laid out anew for every text."""
        needed = self._value.sizeHint()
        self._widest = max(self._widest, needed.width())
        self._value.setFixedSize(self._widest, needed.height())

    def _show_colour(self) -> None:
        self._paint_text(self._value, self._theme.stale if self._is_stale else self._meaning.colour(self._theme))

    @staticmethod
    def _paint_text(label: QLabel, colour: QColor) -> None:
        palette = label.palette()
        palette.setColor(palette.ColorRole.WindowText, colour)
        label.setPalette(palette)


class HaltButton(QPushButton):
    """Red while it halts. Drawn by itself: a style would lay a gradient over the one colour that must be plain."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._is_red = True
        self.setMinimumHeight(CONTROL_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def set_look(self, theme: Theme, *, is_red: bool) -> None:
        self._theme, self._is_red = theme, is_red
        self.update()

    def sizeHint(self) -> QSize:
        self.setFont(self._theme.font(weight=QFont.Weight.DemiBold))
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 4 * GRID, CONTROL_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        fill = theme.danger_fill if self._is_red else theme.raised
        if self.isDown():
            fill = fill.darker(120)
        elif self.underMouse():
            fill = fill.lighter(112)
        painter.setPen(QPen(theme.text if self.hasFocus() else theme.danger_fill, 1))
        painter.setBrush(fill)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setPen(QColor("white") if self._is_red else theme.text)
        painter.setFont(theme.font(weight=QFont.Weight.DemiBold))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()


class StatusLine(QWidget):
    """`halt_wanted` and `resume_wanted` from the button. Equity and today's PnL are the chosen bot's account's."""

    halt_wanted = Signal()
    resume_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_halted = False
        self.engine = Reading(theme, self.tr("Engine"))
        self.feed = Reading(theme, self.tr("Feed"))
        self.database = Reading(theme, self.tr("Database"))
        self.cache = Reading(theme, self.tr("Cache"))
        self.equity = Reading(theme, self.tr("Equity"))
        self.today = Reading(theme, self.tr("Today"))
        self.vault = VaultMark(theme)
        self.button = HaltButton(theme)
        self.button.clicked.connect(self._pressed)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, PAD, GRID, PAD)
        row.setSpacing(2 * GRID)
        for reading in (self.engine, self.feed, self.database, self.cache):
            row.addWidget(reading)
        row.addWidget(self.vault)
        row.addStretch()
        row.addWidget(self.equity)
        row.addWidget(self.today)
        row.addWidget(self.button)
        self.setAutoFillBackground(True)
        self.set_theme(theme)

    def readings(self) -> tuple[Reading, ...]:
        return (self.engine, self.feed, self.database, self.cache, self.equity, self.today)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        palette = theme.palette()
        palette.setColor(palette.ColorRole.Window, theme.panel)
        self.setPalette(palette)
        for reading in self.readings():
            reading.set_theme(theme)
        self.vault.set_theme(theme)
        self._show_button()

    def show_view(self, view: EngineView, chosen: BotView | None, now_s: float) -> None:
        tip = "" if view.trouble is None else str(view.trouble)
        self.engine.show_value(words.engine_state(view.state), words.engine_state_meaning(view.state), tip=tip)
        self._show_stores(view)
        self._show_feed(view, now_s)
        self._show_money(view, chosen)
        if (view.state is EngineState.HALTED) != self._is_halted:
            self._is_halted = view.state is EngineState.HALTED
            self._show_button()

    def _show_stores(self, view: EngineView) -> None:
        up, down = self.tr("up"), self.tr("down")
        waiting = self.tr("{count} records are waiting to be written.").format(count=view.pending_records)
        self.database.show_value(
            up if view.is_database_up else down,
            Meaning.PLAIN if view.is_database_up else Meaning.TROUBLE,
            tip=waiting if view.pending_records else "",
        )
        self.cache.show_value(
            up if view.is_cache_up else down,
            Meaning.PLAIN if view.is_cache_up else Meaning.LOOK,
            tip=words.cache_kind(view.cache_kind),
        )

    def _show_feed(self, view: EngineView, now_s: float) -> None:
        """The oldest market on which a bot of this desk is at work; without bots, the oldest that is heard here."""
        traded = {
            (shown.bot.venue, shown.bot.symbol)
            for shown in view.bots
            if shown.bot.is_active and shown.elsewhere is None
        }
        heard = [market for market in view.markets if market.received_at_s]
        markets = [market for market in heard if market.instrument.key in traded] or heard
        if not markets:
            self.feed.show_value(numbers.NOTHING)
            return
        modes = modes_by_venue(view)
        oldest = min(markets, key=lambda market: market.received_at_s)
        fresh = freshness(oldest, modes[oldest.instrument.venue], now_s)
        tip = f"{oldest.instrument.venue} {oldest.instrument.symbol}"
        if oldest.is_ended:
            self.feed.show_value(self.tr("ended"), is_stale=True, tip=tip)
        else:
            self.feed.show_value(numbers.age(fresh.age_s), is_stale=fresh.is_stale, tip=tip)

    def _show_money(self, view: EngineView, chosen: BotView | None) -> None:
        account = account_to_show(view, chosen)
        if account is None:
            self.equity.show_value(numbers.NOTHING)
            self.today.show_value(numbers.NOTHING)
            return
        quote = account.account.quote
        tip = "\n".join(_money_tip(shown) for shown in view.accounts)
        equity, today = known_money(account)
        # What another desk's account is worth was worked out from records: dimmed like an old price.
        is_stale = not account.is_told
        self.equity.show_value(numbers.known_money(equity, quote), is_stale=is_stale, tip=tip)
        self.today.show_value(numbers.known_money(today, quote, signed=True), gain(today), is_stale=is_stale, tip=tip)

    def _show_button(self) -> None:
        self.button.set_look(self._theme, is_red=not self._is_halted)
        self.button.setText(self.tr("Resume trading") if self._is_halted else self.tr("Halt all"))

    def _pressed(self) -> None:
        if self._is_halted:
            self.resume_wanted.emit()
        else:
            self.halt_wanted.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.panel)
        painter.fillRect(0, 0, self.width(), 1, self._theme.line)
        painter.end()


def account_to_show(view: EngineView, chosen: BotView | None) -> AccountView | None:
    """The chosen bot's account, else the first one. Accounts are never added up: their money is not of one kind."""
    if chosen is not None:
        for account in view.accounts:
            if account.account.account_id == chosen.bot.account_id:
                return account
    return view.accounts[0] if view.accounts else None


def _money_tip(shown: AccountView) -> str:
    equity, _ = known_money(shown)
    text = f"{shown.account.name}: {numbers.known_money(equity, shown.account.quote)}"
    return text if shown.elsewhere is None else f"{text} ({desk_word(shown.elsewhere)})"
