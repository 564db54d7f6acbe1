"""The status line's values: they change all day, and nothing else moves for it."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from gui.status_line import Reading
from gui.theme import Theme
from tests.support.qt_waiting import wait_for


class Layouts(QObject):
    """Counts how often a widget is asked to lay its children out anew."""

    def __init__(self, watched: QWidget) -> None:
        super().__init__(watched)
        self.count = 0
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.LayoutRequest
        return False


def test_a_value_that_changes_lays_nothing_out_anew_until_it_needs_more_room(qapp: QApplication, theme: Theme) -> None:
    window = QWidget()
    row = QHBoxLayout(window)
    reading = Reading(theme, "Equity")
    row.addWidget(reading)
    window.show()
    assert QTest.qWaitForWindowExposed(window)
    reading.show_value("10,000.50 USDT")
    wait_for(lambda: reading.width() == reading.sizeHint().width(), "room for the first value")
    layouts, width = Layouts(window), reading.width()
    for text in ("10,000.75 USDT", "9.25 USDT", "9,999.00 USDT"):
        reading.show_value(text)
        QApplication.processEvents()
        assert (layouts.count, reading.width(), reading.text) == (0, width, text)
    reading.show_value("1,000,000,010,000.50 USDT")
    wait_for(lambda: reading.width() > width, "room for a longer one")
    assert layouts.count > 0
