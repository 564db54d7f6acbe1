"""The drawn ladder as a widget: what the mouse and the keyboard do with it, and when it is painted."""

import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from PySide6.QtCore import QEvent, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from engine.bots.grid_rules import preview
from engine.domain.grid import GridConfig, GridMode, Rung
from engine.domain.instrument import Instrument
from engine.domain.live import ForeignOrder
from engine.domain.order import Side
from engine.domain.views import BotView
from gui import numbers
from gui.charts.ladder_lines import bot_marks
from gui.charts.lines import PriceLine, stride_for
from gui.ladder.edge_drag import LADDER_STATES, LOWER, UPPER, EdgeDrag, drag_preview, dragged_config
from gui.ladder.fill_glow import FillGlow
from gui.ladder.ladder_marks import foreign_near, paint_drag_sentences
from gui.ladder.ladder_painter import BELOW_PX, HEADER_PX, LEAST_GROUP_PX, paint_ladder
from gui.ladder.ladder_picture import LadderColumns, LadderPicture, columns_for
from gui.ladder.ladder_scale import LadderScale, fitted
from gui.ladder.rung_groups import Resting, RungGroup, grouped, resting_orders
from gui.ladder.rung_words import foreign_tip, rung_tip
from gui.theme import Theme

FRAME_MS = 33
GRAB_PX = 6
WHEEL_STEP = 1.2


class LadderView(QWidget):
    """Draws one bot's ladder. `rung_chosen` gives the index (-1 for none), `edge_dropped` the new GridConfig.

    `clock` gives monotonic seconds; a fill glows by it.
    """

    rung_chosen = Signal(int)
    edge_dropped = Signal(object)

    def __init__(self, theme: Theme, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._theme = theme
        self._clock = clock
        self._shown: BotView | None = None
        self._instrument: Instrument | None = None
        self._price: Decimal | None = None
        self._free: Decimal | None = None
        self._is_stale = False
        self._foreign: tuple[ForeignOrder, ...] = ()
        self._rungs: tuple[Rung, ...] = ()
        self._is_planned = False
        self._resting: dict[tuple[int, Side], Resting] = {}
        self._marks: tuple[PriceLine, ...] = ()
        self._groups: tuple[RungGroup, ...] = ()
        self._group_size = 0
        self._glow = FillGlow()
        self._scale: LadderScale | None = None
        self._zoomed: LadderScale | None = None
        self._columns = columns_for(480, 80, 90)
        self._selected: int | None = None
        self._hovered: int | None = None
        self._drag: EdgeDrag | None = None
        self._edge_held: str | None = None
        self._pan_from: float | None = None
        self._painted_at = 0.0
        self.paint_count = 0
        self._throttle = QTimer(self)
        self._throttle.setSingleShot(True)
        self._throttle.timeout.connect(self.update)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(380, 180)
        self.setAccessibleName(self.tr("Ladder"))

    def sizeHint(self) -> QSize:
        return QSize(460, 560)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._measure()
        self._paint_soon()

    def show_foreign(self, orders: tuple[ForeignOrder, ...]) -> None:
        """Orders on the bot's instrument that are not ours."""
        if orders != self._foreign:
            self._foreign = orders
            self._paint_soon()

    def show_bot(
        self, shown: BotView, instrument: Instrument, price: Decimal | None, free: Decimal | None, is_stale: bool
    ) -> None:
        """Draw this bot. `price` is the market's, `free` quote of the account that no order reserves."""
        is_other = self._shown is None or self._shown.bot.bot_id != shown.bot.bot_id
        is_new_range = is_other or self._shown is None or self._shown.bot.grid != shown.bot.grid
        now_s = self._clock()
        if is_other:
            self._glow.start(shown)
            self._selected, self._hovered, self._drag, self._edge_held = None, None, None, None
        else:
            self._glow.show(shown, now_s)
        self._shown, self._instrument, self._price, self._free = shown, instrument, price, free
        self._is_stale = is_stale
        self._rungs, self._is_planned = shown.rungs, False
        if not shown.rungs:
            self._rungs = preview(shown.bot.grid, instrument, price).rungs
            self._is_planned = True
        self._resting = resting_orders(shown.open_orders)
        self._marks = bot_marks(shown)
        self._group_size = 0
        if is_new_range:
            self._zoomed = None
        self._measure()
        self._paint_soon()

    def clear(self) -> None:
        """Show no bot."""
        self._shown, self._instrument = None, None
        self._paint_soon()

    def choose_rung(self, index: int | None) -> None:
        """Mark a rung as the selected one, and bring it into view."""
        if index == self._selected:
            return
        self._selected = index
        if index is not None and self._zoomed is not None and 0 <= index < len(self._rungs):
            scale, y = self._zoomed, self._zoomed.y(float(self._rungs[index].buy_price))
            if not scale.top <= y <= scale.top + scale.height:
                self._zoomed = scale.moved(scale.top + scale.height / 2 - y)
        self._paint_soon()

    @property
    def selected(self) -> int | None:
        return self._selected

    @property
    def shown_config(self) -> GridConfig | None:
        """The configuration of the bot on show."""
        return self._shown.bot.grid if self._shown is not None else None

    @property
    def is_waiting(self) -> bool:
        """Whether a picture is due in the next 33 ms."""
        return self._throttle.isActive()

    def tip_at(self, y: float) -> str:
        """All that is known of the rung at a height in pixels; "" where there is none."""
        rung, instrument, scale = self._rung_at(y), self._instrument, self.scale
        if instrument is None or scale is None:
            return ""
        tips = [] if rung is None else [rung_tip(rung, self._resting, instrument)]
        tips += [foreign_tip(order, instrument) for order in foreign_near(self._foreign, scale, y)]
        return "\n".join(tips)

    @property
    def drag(self) -> EdgeDrag | None:
        """The edge that is held by the mouse now."""
        return self._drag

    @property
    def groups(self) -> tuple[RungGroup, ...]:
        """Rungs as they share their text at the present height."""
        return self._groups

    @property
    def scale(self) -> LadderScale | None:
        """Where prices are, or None while there is no ladder."""
        if not self._rungs or self._shown is None:
            return None
        area = (HEADER_PX + 8, max(self.height() - HEADER_PX - 8 - BELOW_PX, 40))
        if self._zoomed is not None:
            return replace(self._zoomed, top=area[0], height=area[1])
        lines = [float(self._rungs[0].buy_price), float(self._rungs[-1].sell_price)]
        others = [line.price for line in self._marks] + ([float(self._price)] if self._price is not None else [])
        by_ratio = self._shown.bot.grid.mode is GridMode.GEOMETRIC
        return fitted(lines, others, *area, by_ratio)

    def zoom(self, factor: float, y: float | None = None) -> None:
        """`factor` times as many prices, about the one at `y` (the market's where `y` is None)."""
        scale = self.scale
        if scale is None:
            return
        whole = self._whole_scale(scale)
        if y is not None:
            at = scale.price_at(y)
        else:
            at = float(self._price) if self._price is not None else scale.price_at(scale.top + scale.height / 2)
        zoomed = scale.zoomed(factor, at, whole)
        is_whole = zoomed.low <= whole.low and zoomed.high >= whole.high and factor > 1
        self._zoomed = None if is_whole else zoomed
        self._paint_soon()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        scale = self.scale
        if scale is None or self._instrument is None:
            painter.fillRect(self.rect(), self._theme.panel)
        else:
            now_s = self._clock()
            self._group(scale)
            paint_ladder(painter, scale, self._columns, self._picture(self._instrument, now_s), self._theme)
            if self._drag is not None:
                area = QRect(0, scale.top, self.width(), scale.height)
                paint_drag_sentences(painter, area, self._drag, self._theme)
        painter.end()
        self._painted_at = time.monotonic()
        self.paint_count += 1
        if self._glow.is_on(self._clock()):
            self._paint_soon()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._measure()
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            # An empty text hides the tip.
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos().y()), self)
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if steps := event.angleDelta().y() / 120:
            self.zoom(WHEEL_STEP**-steps, event.position().y())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._edge_held = self._edge_at(event.position().y())
            self._pan_from = None if self._edge_held else event.position().y()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        y = event.position().y()
        if self._edge_held is not None:
            self._drag_edge(self._edge_held, y)
        elif event.buttons() & Qt.MouseButton.LeftButton and self._pan_from is not None:
            if (scale := self.scale) is not None and self._zoomed is not None and abs(y - self._pan_from) > 1:
                self._zoomed = scale.moved(y - self._pan_from)
                self._pan_from = y
                self._paint_soon()
        else:
            shape = Qt.CursorShape.SizeVerCursor if self._edge_at(y) else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)
            self._hover(self._rung_at(y))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        drag, held = self._drag, self._edge_held
        self._drag, self._edge_held, self._pan_from = None, None, None
        if drag is not None and self._shown is not None:
            if not drag.is_refused and drag.config != self._shown.bot.grid:
                self.edge_dropped.emit(drag.config)
        elif held is None and (rung := self._rung_at(event.position().y())) is not None:
            self._select(rung.index)
        self._paint_soon()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._zoomed = None
        self._paint_soon()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match Qt.Key(event.key()):
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom(1 / WHEEL_STEP)
            case Qt.Key.Key_Minus:
                self.zoom(WHEEL_STEP)
            case Qt.Key.Key_Home:
                self._zoomed = None
                self._paint_soon()
            case Qt.Key.Key_Up if self._rungs:
                self._select(min((self._selected if self._selected is not None else -1) + 1, len(self._rungs) - 1))
            case Qt.Key.Key_Down if self._rungs:
                self._select(max((self._selected if self._selected is not None else len(self._rungs)) - 1, 0))
            case Qt.Key.Key_Escape if self._drag is not None:
                self._drag, self._edge_held = None, None
                self._paint_soon()
            case _:
                super().keyPressEvent(event)

    def _select(self, index: int) -> None:
        self.choose_rung(index)
        self.rung_chosen.emit(index)

    def _hover(self, rung: Rung | None) -> None:
        index = rung.index if rung is not None else None
        if index != self._hovered:
            self._hovered = index
            self._paint_soon()

    def _drag_edge(self, edge: str, y: float) -> None:
        scale = self.scale
        if scale is None or self._shown is None or self._instrument is None:
            return
        config = dragged_config(self._shown.bot.grid, edge, scale.price_at(y), self._instrument)
        if config is not None and (self._drag is None or config != self._drag.config):
            self._drag = drag_preview(self._shown, config, edge, self._instrument, self._free)
            self._paint_soon()

    def _edge_at(self, y: float) -> str | None:
        scale = self.scale
        if scale is None or self._shown is None:
            return None
        if self._shown.bot.is_active and self._shown.bot.state not in LADDER_STATES:
            return None
        for edge, price in ((LOWER, self._rungs[0].buy_price), (UPPER, self._rungs[-1].sell_price)):
            if abs(scale.y(float(price)) - y) <= GRAB_PX:
                return edge
        return None

    def _rung_at(self, y: float) -> Rung | None:
        scale = self.scale
        if scale is None or not scale.top <= y <= scale.top + scale.height:
            return None
        price = scale.price_at(y)
        return next((rung for rung in self._rungs if rung.buy_price <= price < rung.sell_price), None)

    def _whole_scale(self, scale: LadderScale) -> LadderScale:
        zoomed, self._zoomed = self._zoomed, None
        whole = self.scale
        self._zoomed = zoomed
        return whole or scale

    def _group(self, scale: LadderScale) -> None:
        """Groups follow the height of the rungs; they are made again only when their size or the bot changes."""
        lines = (float(self._rungs[0].buy_price), float(self._rungs[-1].sell_price))
        rung_px = abs(scale.y(lines[0]) - scale.y(lines[1])) / len(self._rungs)
        size = stride_for(max(rung_px, 0.01), LEAST_GROUP_PX)
        if size != self._group_size:
            self._group_size = size
            self._groups = grouped(self._rungs, self._resting, size)

    def _picture(self, instrument: Instrument, now_s: float) -> LadderPicture:
        return LadderPicture(
            instrument=instrument,
            rungs=self._rungs,
            groups=self._groups,
            resting=self._resting,
            marks=self._marks,
            price=self._price,
            glows=self._glow.strengths(now_s),
            selected=self._selected,
            hovered=self._hovered,
            drag=self._drag,
            is_planned=self._is_planned,
            is_stale=self._is_stale,
            foreign=self._foreign,
        )

    def _measure(self) -> None:
        """Columns as wide as their widest number."""
        if not self._rungs or self._instrument is None:
            return
        metrics = QFontMetrics(self._theme.numbers_font(12))
        prices = [self._rungs[0].buy_price, self._rungs[-1].sell_price, self._price or self._rungs[0].buy_price]
        axis = max(metrics.horizontalAdvance(numbers.price(price, self._instrument)) for price in prices) + 30
        total = sum((rung.profit for rung in self._rungs), Decimal(0))
        profit = metrics.horizontalAdvance(numbers.money(total, self._instrument.quote, signed=True)) + 20
        self._columns = columns_for(self.width(), axis, max(profit, 72))

    @property
    def columns(self) -> LadderColumns:
        """The vertical parts of the picture."""
        return self._columns

    def _paint_soon(self) -> None:
        if not self._throttle.isActive():
            spent_ms = (time.monotonic() - self._painted_at) * 1000
            self._throttle.start(max(0, round(FRAME_MS - spent_ms)))
