"""Paints what lies over the cells of a ladder: stops, trigger and entry, the draggable edges, the price, a drag."""

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen, QPolygon

from engine.domain.instrument import Instrument
from engine.domain.live import ForeignKind, ForeignOrder
from engine.domain.order import Side
from gui import numbers
from gui.charts.layers import colour_of
from gui.charts.lines import paint_tag
from gui.ladder.edge_drag import EdgeDrag
from gui.ladder.ladder_picture import LadderColumns, LadderPicture
from gui.ladder.ladder_scale import LadderScale
from gui.theme import HEADER_SIZE, Theme

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter
LABEL_PX = 17
FOREIGN_PX = 10
UP_ARROW, DOWN_ARROW = "\u2191", "\u2193"


def paint_mark_lines(
    painter: QPainter, scale: LadderScale, columns: LadderColumns, picture: LadderPicture, theme: Theme
) -> None:
    """The dashed lines of trigger, stops and average entry, under the numbers of the rungs they run through."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for line in picture.marks:
        y = round(scale.y(line.price))
        if scale.top <= y <= scale.top + scale.height:
            pen = QPen(colour_of(theme, line.meaning), 1)
            pen.setDashPattern([5, 4])
            painter.setPen(pen)
            painter.drawLine(columns.left, y, columns.sells_end, y)


def paint_marks(
    painter: QPainter, scale: LadderScale, columns: LadderColumns, picture: LadderPicture, theme: Theme
) -> None:
    """What the dashed lines are; with an arrow at the border where they are out of view.

    Where an order's chip leaves no room for the name, the price in its colour on the axis has to do.
    """
    top, bottom = scale.top + 8, scale.top + scale.height - 8
    taken = [scale.y(float(picture.price))] if picture.price is not None else []
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for line in picture.marks:
        y = round(scale.y(line.price))
        colour = colour_of(theme, line.meaning)
        text, price = line.label, _text(line.price, picture.instrument)
        is_inside = scale.top <= y <= scale.top + scale.height
        if not is_inside:
            text = f"{UP_ARROW if y < scale.top else DOWN_ARROW} {text} {price}"
        at = min(max(y, top), bottom)
        step = -LABEL_PX if at > scale.top + scale.height / 2 else LABEL_PX
        while any(abs(at - other) < LABEL_PX - 1 for other in taken):
            at += step
        taken.append(at)
        painter.setPen(colour)
        painter.setFont(theme.numbers_font(HEADER_SIZE))
        width = QFontMetrics(painter.font()).horizontalAdvance(text) + 10
        box = QRect(columns.sells_end - width - 6, at - 8, width, 16)
        if box.left() >= _chips_end(scale, columns, picture, at, theme):
            painter.fillRect(box, theme.panel)
            painter.drawText(box, CENTRE, text)
        # Where the tag of the market stands, the label alone has to do.
        if is_inside and at == y:
            painter.setFont(theme.numbers_font(12))
            painter.drawText(QRect(0, y - 8, columns.axis - 14, 16), RIGHT, price)


def _chips_end(scale: LadderScale, columns: LadderColumns, picture: LadderPicture, y: float, theme: Theme) -> int:
    """Where the chips of resting sells around `y` end, x in pixels."""
    metrics = QFontMetrics(theme.numbers_font(12))
    end = columns.spine
    for group in picture.groups:
        is_near = scale.y(group.high) - LABEL_PX < y < scale.y(group.low) + LABEL_PX
        if group.sells.count and is_near:
            text = numbers.quantity(group.sells.quantity, picture.instrument)
            end = max(end, columns.spine + 8 + metrics.horizontalAdvance(text) + 14)
    return end


def paint_foreign(
    painter: QPainter, scale: LadderScale, columns: LadderColumns, picture: LadderPicture, theme: Theme
) -> None:
    """Orders that are not ours as hollow marks at the outer edge of their side: seen, and never touched."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(theme.panel)
    for order in picture.foreign:
        if order.price is None:
            continue
        y = round(scale.y(float(order.price)))
        if scale.top <= y <= scale.top + scale.height:
            x = columns.left + FOREIGN_PX if order.side is Side.BUY else columns.sells_end - FOREIGN_PX
            colour = theme.amber if order.kind is ForeignKind.UNKNOWN else theme.strong_line
            painter.setPen(QPen(colour, 1.5))
            half = FOREIGN_PX // 2
            painter.drawPolygon(
                QPolygon([QPoint(x - half, y), QPoint(x, y - half), QPoint(x + half, y), QPoint(x, y + half)])
            )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def foreign_near(picture_orders: Sequence[ForeignOrder], scale: LadderScale, y: float) -> list[ForeignOrder]:
    """Those whose mark is at a height in pixels."""
    return [
        order
        for order in picture_orders
        if order.price is not None and abs(scale.y(float(order.price)) - y) <= FOREIGN_PX / 2
    ]


def paint_edges(
    painter: QPainter, scale: LadderScale, columns: LadderColumns, picture: LadderPicture, theme: Theme
) -> None:
    """The two lines of the range with a grip at the axis, because they can be dragged."""
    if not picture.rungs:
        return
    for price in (picture.rungs[0].buy_price, picture.rungs[-1].sell_price):
        y = round(scale.y(float(price)))
        painter.setPen(QPen(theme.strong_line, 1))
        painter.drawLine(columns.left - 10, y, columns.right, y)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.strong_line)
        painter.drawRect(QRect(columns.left - 10, y - 4, 8, 2))
        painter.drawRect(QRect(columns.left - 10, y + 3, 8, 2))


def paint_market_price(
    painter: QPainter, scale: LadderScale, columns: LadderColumns, picture: LadderPicture, theme: Theme
) -> None:
    """The market as a line with its tag; an arrow at the border where it is out of the picture."""
    if picture.price is None:
        return
    colour = theme.stale if picture.is_stale else theme.text
    y = round(scale.y(float(picture.price)))
    top, bottom = scale.top + 9, scale.top + scale.height - 9
    if scale.top <= y <= scale.top + scale.height:
        painter.setPen(QPen(colour, 1.5))
        painter.drawLine(QPointF(columns.left, y + 0.5), QPointF(columns.sells_end, y + 0.5))
        arrow = 0
    else:
        arrow = -1 if y < scale.top else 1
    y = min(max(y, top), bottom)
    text = numbers.price(picture.price, picture.instrument)
    paint_tag(painter, QRect(0, y - 9, columns.axis - 6, 18), theme, text, colour, theme.panel, RIGHT)
    tip = columns.axis
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    if arrow == 0:
        painter.drawPolygon(QPolygon([QPoint(tip - 7, y - 9), QPoint(tip, y), QPoint(tip - 7, y + 9)]))
    else:
        middle, base = columns.axis + 8, y - 4 * arrow
        tip_y = y + 5 * arrow
        painter.drawPolygon(QPolygon([QPoint(middle - 5, base), QPoint(middle + 5, base), QPoint(middle, tip_y)]))


def paint_drag(painter: QPainter, scale: LadderScale, columns: LadderColumns, drag: EdgeDrag, theme: Theme) -> None:
    """The range as it would be: its lines beside the sell side, a strong line where the edge is held, its price."""
    colour = theme.amber if drag.is_refused else theme.accent
    painter.setPen(QPen(colour, 1))
    for line in drag.lines:
        y = round(scale.y(float(line)))
        painter.drawLine(columns.sells_end - 16, y, columns.sells_end, y)
    price = drag.config.lower if drag.edge == "lower" else drag.config.upper
    y = round(scale.y(float(price)))
    painter.setPen(QPen(colour, 2))
    painter.drawLine(columns.left, y, columns.right, y)


def paint_drag_sentences(painter: QPainter, area: QRect, drag: EdgeDrag, theme: Theme) -> None:
    """What dropping would change, in a box at the end of the area away from the held edge."""
    painter.setFont(theme.font(12))
    metrics = QFontMetrics(painter.font())
    width = min(max(metrics.horizontalAdvance(text) for text in drag.sentences) + 24, area.width() - 16)
    heights = [
        metrics.boundingRect(QRect(0, 0, width - 24, 400), Qt.TextFlag.TextWordWrap, text).height() + 2
        for text in drag.sentences
    ]
    height = sum(heights) + 16
    top = area.top() + 8 if drag.edge == "lower" else area.bottom() - height - 8
    box = QRect(area.left() + (area.width() - width) // 2, top, width, height)
    painter.setPen(theme.amber if drag.is_refused else theme.accent)
    painter.setBrush(theme.raised)
    painter.drawRect(box)
    y = box.top() + 8
    for at, (text, high) in enumerate(zip(drag.sentences, heights, strict=True)):
        painter.setPen(theme.text if at == 0 else theme.amber if drag.is_refused else theme.muted)
        painter.drawText(QRect(box.left() + 12, y, width - 24, high), Qt.TextFlag.TextWordWrap, text)
        y += high


def _text(price: float, instrument: Instrument) -> str:
    return numbers.price(Decimal(repr(price)), instrument)
