"""What draws price lines: the ladder with its thinned-out prices, a pyqtgraph line for each mark, and their names."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QLineF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from gui.charts.frame import Frame
from gui.charts.layers import BEHIND_Z, LABELS_Z, LINES_Z, TAG_LINE_Z, PixelItem, colour_of
from gui.charts.lines import CLOSEST_LABELS_PX, CLOSEST_LINES_PX, CROSSED_PX, PriceLine, median_spacing_px, stride_for
from gui.charts.plotting import InfiniteLine, ViewBox
from gui.theme import HEADER_SIZE, Theme, mix

GRAB_PX = 5
LABEL_GAP_PX = 15

Text = tuple[QColor, QRect, str]


class _TextItem(PixelItem):
    """Short texts at places in pixels."""

    def __init__(self, z: float, alignment: Qt.AlignmentFlag) -> None:
        super().__init__(z)
        self._alignment = alignment
        self._font = QFont()
        self._texts: list[Text] = []

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setFont(self._font)
        for colour, box, text in self._texts:
            painter.setPen(colour)
            painter.drawText(box, self._alignment, text)


class RungItem(_TextItem):
    """Thin lines of a ladder with their prices at the right edge, thinned out where they would run together.

    One item and not a line each, because which of them are drawn depends on all of them.
    """

    def __init__(self) -> None:
        super().__init__(BEHIND_Z, Qt.AlignmentFlag.AlignVCenter)
        self._lines: list[tuple[QColor, QLineF]] = []

    def show_lines(
        self,
        frame: Frame,
        theme: Theme,
        rungs: Sequence[PriceLine],
        price_text: Callable[[float], str],
        others: Sequence[PriceLine],
    ) -> None:
        """Lay the lines out; a price is left out where one of `others` crosses it."""
        self.show_frame(frame)
        self._font = theme.numbers_font(HEADER_SIZE)
        self._lines, self._texts = [], []
        metrics = QFontMetrics(self._font)
        ordered = sorted(rungs, key=lambda line: line.price)
        ys = [frame.y(line.price) for line in ordered]
        crossing = [frame.y(other.price) for other in others]
        spacing = median_spacing_px(ys)
        stride, label_stride = stride_for(spacing, CLOSEST_LINES_PX), stride_for(spacing, CLOSEST_LABELS_PX)
        for at, (line, y) in enumerate(zip(ordered, ys, strict=True)):
            is_edge = at in (0, len(ordered) - 1)
            if (not is_edge and at % stride) or not frame.plot.top() - 20 < y < frame.plot.bottom() + 20:
                continue
            colour, right = colour_of(theme, line.meaning), frame.plot.right()
            # The two edges always have their price, so a line beside one has none.
            is_crowded = any(abs(y - edge) < CLOSEST_LABELS_PX for edge in (ys[0], ys[-1]))
            is_crossed = any(abs(y - other) < CROSSED_PX for other in crossing)
            if (is_edge or (at % label_stride == 0 and not is_crowded)) and not is_crossed:
                text = price_text(line.price)
                width = metrics.horizontalAdvance(text)
                box = QRect(right - width - 5, round(y) - 7, width, 14)
                self._texts.append((mix(colour, theme.text, 0.75), box, text))
                right = box.left() - 4
            shade = mix(colour, theme.panel, 0.75 if is_edge else 0.32)
            self._lines.append((shade, QLineF(frame.plot.left(), round(y), right, round(y))))
        self.setVisible(bool(self._lines))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        for colour, line in self._lines:
            painter.setPen(colour)
            painter.drawLine(line)
        super().paint(painter, option, widget)


class MarkNames(_TextItem):
    """The names of marks at their left end, over a patch that keeps them readable, moved down where they meet."""

    def __init__(self) -> None:
        super().__init__(LABELS_Z, Qt.AlignmentFlag.AlignCenter)
        self._patch = QColor()

    def show_lines(self, frame: Frame, theme: Theme, marks: Sequence[PriceLine]) -> None:
        """Lay out the names of those marks that are on show."""
        self.show_frame(frame)
        self._font, self._patch, self._texts = theme.font(HEADER_SIZE), theme.panel, []
        metrics = QFontMetrics(self._font)
        # The read-out stands in the upper left corner.
        taken = [frame.plot.top() + LABEL_GAP_PX - 1]
        for line in marks:
            y, text, step = round(frame.y(line.price)), line.label, LABEL_GAP_PX
            if not frame.plot.top() <= y <= frame.plot.bottom() and line.far_label:
                is_above = y < frame.plot.top()
                text = f"{'↑' if is_above else '↓'} {line.far_label}"
                y, step = (taken[0], step) if is_above else (frame.plot.bottom() - LABEL_GAP_PX // 2, -step)
            if not text or not frame.plot.top() <= y <= frame.plot.bottom():
                continue
            while any(abs(y - other) < LABEL_GAP_PX for other in taken):
                y += step
            taken.append(y)
            box = QRect(frame.plot.left() + 8, y - 8, metrics.horizontalAdvance(text) + 8, 16)
            self._texts.append((colour_of(theme, line.meaning), box, text))
        self.setVisible(bool(self._texts))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        for _, box, _ in self._texts:
            painter.fillRect(box, self._patch)
        super().paint(painter, option, widget)


class TagLine(PixelItem):
    """The dotted line from the present price to its tag. No hand ever takes hold of it."""

    def __init__(self) -> None:
        super().__init__(TAG_LINE_Z)
        self._pen = QPen()
        self._line = QLineF()

    def show_tag(self, frame: Frame, theme: Theme, tag: PriceLine | None) -> None:
        """Lay out the line of a tag, or none."""
        self.show_frame(frame)
        self.setVisible(tag is not None)
        if tag is not None:
            self._pen, y = _tag_pen(theme, tag), round(frame.y(tag.price))
            self._line = QLineF(frame.plot.left(), y, frame.plot.right() + 1, y)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setPen(self._pen)
        painter.drawLine(self._line)


class _MarkLine(InfiniteLine):
    """A level line that can be taken hold of within `GRAB_PX` and looks the same while the mouse is over it."""

    def __init__(self, line: PriceLine) -> None:
        # pyqtgraph makes the place where a line can be grabbed as wide as the wider of its two pens.
        super().__init__(pos=line.price, angle=0, hoverPen=QPen(QColor(), 2 * (GRAB_PX - 1)))
        self.setZValue(LINES_Z)

    def setMouseHover(self, hover: bool) -> None:
        """The shape of the cursor says it; the line stays."""

    def show_line(self, line: PriceLine, pen: QPen) -> None:
        self.setMovable(line.is_draggable)
        if line.is_draggable:
            self.setCursor(Qt.CursorShape.SizeVerCursor)
        else:
            self.unsetCursor()
        self.setPen(pen)
        self.setValue(line.price)


class MarkLines:
    """One pyqtgraph line for each thing that has a price of its own; those that can be dragged tell where they are."""

    def __init__(
        self, view: ViewBox, moved: Callable[[str, float], None], dropped: Callable[[str, float], None]
    ) -> None:
        """`moved` and `dropped` are called with a line's name and the price it is held at."""
        self._view = view
        self._moved, self._dropped = moved, dropped
        self._lines: dict[str, _MarkLine] = {}

    @property
    def is_held(self) -> bool:
        """Whether a line is being dragged."""
        return any(line.moving for line in self._lines.values())

    def show_lines(self, theme: Theme, rungs: Sequence[PriceLine], marks: Sequence[PriceLine]) -> None:
        """Show marks, and make the rungs that can be dragged grabbable; the ladder itself draws them."""
        wanted = {line.name: (line, _mark_pen(theme, line)) for line in marks}
        for rung in rungs:
            if rung.is_draggable:
                wanted[rung.name] = (rung, QPen(Qt.PenStyle.NoPen))
        for name in self._lines.keys() - wanted.keys():
            # A line that is held stays until it is let go, even while its price makes no ladder.
            if self._lines[name].moving:
                self._lines[name].setPen(QPen(Qt.PenStyle.NoPen))
            else:
                self._view.removeItem(self._lines.pop(name))
        for name, (line, pen) in wanted.items():
            shown = self._lines.get(name) or self._added(line)
            shown.show_line(line, pen)

    def _added(self, line: PriceLine) -> _MarkLine:
        name, item = line.name, _MarkLine(line)
        item.sigDragged.connect(lambda moved: self._moved(name, moved.value()))
        item.sigPositionChangeFinished.connect(lambda moved: self._dropped(name, moved.value()))
        self._lines[name] = item
        self._view.addItem(item, ignoreBounds=True)
        return item


def _mark_pen(theme: Theme, line: PriceLine) -> QPen:
    pen = QPen(colour_of(theme, line.meaning), 1)
    if line.is_dashed:
        pen.setDashPattern([5, 4])
    pen.setCosmetic(True)
    return pen


def _tag_pen(theme: Theme, line: PriceLine) -> QPen:
    pen = QPen(mix(colour_of(theme, line.meaning), theme.panel, 0.6), 1)
    pen.setDashPattern([1, 3])
    pen.setCosmetic(True)
    return pen
