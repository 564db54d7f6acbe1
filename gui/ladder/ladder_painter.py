"""Paints a ladder: cells between lines, buy side and sell side about a spine, inventory, orders, cycles, profit."""

from decimal import Decimal

from PySide6.QtCore import QCoreApplication, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from engine.domain.instrument import Instrument
from engine.domain.order import Side
from gui import numbers
from gui.charts.lines import stride_for
from gui.ladder.ladder_marks import (
    CENTRE,
    RIGHT,
    paint_drag,
    paint_edges,
    paint_foreign,
    paint_mark_lines,
    paint_market_price,
    paint_marks,
)
from gui.ladder.ladder_picture import LadderColumns, LadderPicture
from gui.ladder.ladder_scale import LadderScale
from gui.ladder.rung_groups import RungGroup, held_share
from gui.theme import Theme, mix

HEADER_PX = 26
#: Room under the scale, so that the lowest label is whole.
BELOW_PX = 12
CHIP_PX = 18
CHIP_PADDING_PX = 12
#: Rungs lower than this share their text with their neighbours.
LEAST_GROUP_PX = 17
LEAST_LABEL_PX = 16


def paint_ladder(
    painter: QPainter, scale: LadderScale, columns: LadderColumns, picture: LadderPicture, theme: Theme
) -> None:
    """Paint all, top to bottom, from 0, 0 to columns.right and `BELOW_PX` under the scale."""
    bottom = scale.top + scale.height
    painter.fillRect(QRect(0, 0, columns.right, bottom + BELOW_PX), theme.panel)
    painter.save()
    painter.setClipRect(QRect(0, scale.top - 9, columns.right, scale.height + 17))
    _paint_cells(painter, scale, columns, picture, theme)
    _paint_inventory(painter, scale, columns, picture, theme)
    _paint_lines(painter, scale, columns, picture, theme)
    paint_mark_lines(painter, scale, columns, picture, theme)
    for group in picture.groups:
        _paint_group(painter, scale, columns, group, picture, theme)
    paint_foreign(painter, scale, columns, picture, theme)
    paint_marks(painter, scale, columns, picture, theme)
    if picture.drag is not None:
        paint_drag(painter, scale, columns, picture.drag, theme)
    paint_edges(painter, scale, columns, picture, theme)
    paint_market_price(painter, scale, columns, picture, theme)
    painter.restore()
    _paint_header(painter, columns, picture, theme)


def _paint_header(painter: QPainter, columns: LadderColumns, picture: LadderPicture, theme: Theme) -> None:
    translate = QCoreApplication.translate
    painter.fillRect(QRect(0, 0, columns.right, HEADER_PX - 1), theme.panel)
    painter.setFont(theme.header_font())
    painter.setPen(theme.muted)
    metrics = QFontMetrics(painter.font())
    instrument = picture.instrument
    for left, right, text, flags in (
        (0, columns.axis - 8, instrument.quote, RIGHT),
        (columns.axis, columns.spine - 10, f"{translate('ladder', 'Buy')} {instrument.base}", RIGHT),
        (columns.spine + 10, columns.sells_end, f"{translate('ladder', 'Sell')} {instrument.base}", None),
        (columns.sells_end, columns.cycles_end - 4, translate("ladder", "Cycles"), RIGHT),
        (columns.cycles_end, columns.right - 8, translate("ladder", "Profit"), RIGHT),
    ):
        box = QRect(left, 0, right - left, HEADER_PX - 1)
        fitting = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, flags if flags is not None else Qt.AlignmentFlag.AlignVCenter, fitting)
    painter.setPen(theme.line)
    painter.drawLine(0, HEADER_PX - 1, columns.right, HEADER_PX - 1)


def _band(scale: LadderScale, low: float, high: float) -> tuple[int, int]:
    return round(scale.y(high)), round(scale.y(low))


def _paint_cells(
    painter: QPainter, scale: LadderScale, columns: LadderColumns, picture: LadderPicture, theme: Theme
) -> None:
    """Backgrounds: a hint of the side that waits, a glow where something was filled, the chosen rung."""
    faint = 0.07 if theme.is_dark else 0.05
    for rung in picture.rungs:
        top, bottom = _band(scale, float(rung.buy_price), float(rung.sell_price))
        if bottom < scale.top or top > scale.top + scale.height:
            continue
        high = max(bottom - top, 1)
        for side, left, width, colour in (
            (Side.BUY, columns.left, columns.spine - columns.left, theme.up),
            (Side.SELL, columns.spine, columns.sells_end - columns.spine, theme.down),
        ):
            glow = picture.glows.get((rung.index, side), 0.0)
            share = faint * ((rung.index, side) in picture.resting) + 0.55 * glow
            if share > 0:
                painter.fillRect(QRect(left, top, width, high), mix(colour, theme.panel, share))
        if rung.index in (picture.selected, picture.hovered):
            share = 0.14 if rung.index == picture.selected else 0.06
            veil = QColor(theme.accent if rung.index == picture.selected else theme.text)
            veil.setAlphaF(share)
            painter.fillRect(QRect(columns.left, top, columns.right - columns.left, high), veil)
            if rung.index == picture.selected:
                painter.fillRect(QRect(columns.right - 2, top, 2, high), theme.accent)


def _paint_inventory(
    painter: QPainter, scale: LadderScale, columns: LadderColumns, picture: LadderPicture, theme: Theme
) -> None:
    """Held base as a bar from the spine into the buy side, as long as the share of the rung that is filled."""
    reach = columns.spine - columns.left - 8
    colour = mix(theme.up, theme.panel, 0.42 if theme.is_dark else 0.30)
    for rung in picture.rungs:
        share = held_share(rung)
        if share <= 0:
            continue
        top, bottom = _band(scale, float(rung.buy_price), float(rung.sell_price))
        gap = 3 if bottom - top > 16 else 1 if bottom - top > 3 else 0
        length = max(round(reach * share), 3)
        painter.fillRect(QRect(columns.spine - length, top + gap, length, max(bottom - top - 2 * gap + 1, 1)), colour)


def _paint_lines(
    painter: QPainter, scale: LadderScale, columns: LadderColumns, picture: LadderPicture, theme: Theme
) -> None:
    """Lines of the grid and their prices on the axis, thinned out where they would run together."""
    if not picture.rungs:
        return
    prices = [rung.buy_price for rung in picture.rungs] + [picture.rungs[-1].sell_price]
    spacing = abs(scale.y(float(prices[0])) - scale.y(float(prices[-1]))) / (len(prices) - 1)
    stride, label_stride = stride_for(spacing, 4.0), stride_for(spacing, LEAST_LABEL_PX)
    taken = [scale.y(line.price) for line in picture.marks]
    if picture.price is not None:
        taken.append(scale.y(float(picture.price)))
    edges = (scale.y(float(prices[0])), scale.y(float(prices[-1])))
    painter.setFont(theme.numbers_font(12))
    for at, price in enumerate(prices):
        y = round(scale.y(float(price)))
        is_edge = at in (0, len(prices) - 1)
        if not is_edge and (at % stride or not scale.top - 8 <= y <= scale.top + scale.height + 8):
            continue
        painter.setPen(theme.line)
        painter.drawLine(columns.left, y, columns.right, y)
        near_edge = not is_edge and any(abs(y - edge) < LEAST_LABEL_PX for edge in edges)
        if (at % label_stride == 0 or is_edge) and not near_edge and all(abs(y - other) >= 15 for other in taken):
            painter.setPen(theme.text if is_edge else theme.muted)
            painter.drawText(QRect(0, y - 8, columns.axis - 14, 16), RIGHT, numbers.price(price, picture.instrument))
    painter.setPen(theme.strong_line)
    painter.drawLine(columns.spine, round(edges[1]), columns.spine, round(edges[0]))


def _paint_group(
    painter: QPainter,
    scale: LadderScale,
    columns: LadderColumns,
    group: RungGroup,
    picture: LadderPicture,
    theme: Theme,
) -> None:
    top, bottom = _band(scale, group.low, group.high)
    if bottom < scale.top or top > scale.top + scale.height or bottom - top < 12:
        return
    middle = (top + bottom) // 2
    is_single = group.first == group.last
    painter.setFont(theme.numbers_font(12))
    if not is_single:
        painter.setPen(mix(theme.strong_line, theme.panel, 0.6))
        painter.drawLine(columns.left, bottom, columns.right, bottom)
    instrument = picture.instrument
    ink = theme.stale if picture.is_stale else theme.text
    metrics = QFontMetrics(painter.font())
    chip_px = min(CHIP_PX, bottom - top - 1)
    chip_top = middle - chip_px // 2
    for resting, colour, left, right, is_buy in (
        (group.buys, theme.up, columns.left + 6, columns.spine - 8, True),
        (group.sells, theme.down, columns.spine + 8, columns.sells_end - 6, False),
    ):
        text = ""
        if resting.count:
            count = "" if is_single else f" ({resting.count})"
            room = QRect(left, chip_top, right - left, chip_px)
            text = _within(resting.quantity, instrument, metrics, room.width() - CHIP_PADDING_PX, count)
            _paint_chip(painter, room, is_buy, text, resting.is_sure, colour, theme)
        if is_buy and group.held > 0:
            # Beside a chip the held base keeps to the outer end.
            flags = Qt.AlignmentFlag.AlignVCenter if resting.count else RIGHT
            painter.setPen(ink)
            box = QRect(left + 6, middle - 8, right - left - 8, 16)
            taken = metrics.horizontalAdvance(text) + 2 * CHIP_PADDING_PX if resting.count else 0
            painter.drawText(box, flags, _within(group.held, instrument, metrics, box.width() - taken))
    painter.setFont(theme.numbers_font(12))
    painter.setPen(ink if group.closed_cycles else theme.muted)
    cycles = f"{group.closed_cycles:,}" if not picture.is_planned else ""
    painter.drawText(
        QRect(columns.sells_end, middle - 8, columns.cycles_end - columns.sells_end - 4, 16), RIGHT, cycles
    )
    if group.profit:
        painter.setPen(theme.up if group.profit > 0 else theme.down)
        text = numbers.money(group.profit, instrument.quote, signed=True)
        painter.drawText(QRect(columns.cycles_end, middle - 8, columns.right - columns.cycles_end - 8, 16), RIGHT, text)


def _within(quantity: Decimal, instrument: Instrument, metrics: QFontMetrics, room_px: int, after: str = "") -> str:
    """A quantity (and what stands after it) in as many decimals as there is room for."""
    text = numbers.quantity_within(
        quantity, instrument, lambda text: metrics.horizontalAdvance(text + after) <= room_px
    )  # fmt: skip
    return text + after if text else ""


def _paint_chip(
    painter: QPainter, room: QRect, is_buy: bool, text: str, is_sure: bool, colour: QColor, theme: Theme
) -> None:
    """A resting order: outlined, at the spine; amber and dashed while nobody knows whether it rests."""
    metrics = QFontMetrics(painter.font())
    width = min(metrics.horizontalAdvance(text) + CHIP_PADDING_PX, room.width())
    left = room.right() - width if is_buy else room.left()
    box = QRectF(left + 0.5, room.top() + 0.5, width, room.height() - 1)
    pen = QPen(colour if is_sure else theme.amber, 1.2)
    if not is_sure:
        pen.setDashPattern([3, 2])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen)
    painter.setBrush(mix(theme.panel, colour, 0.93))
    painter.drawRoundedRect(box, 3, 3)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(theme.text if is_sure else theme.amber)
    painter.drawText(box, CENTRE, text)
