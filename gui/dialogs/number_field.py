"""A line to type a number into: exact decimals, thousands separators as a person writes them, arrows that step."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from engine.domain.money import ceil_to, floor_to

#: What people put between groups of digits; none of them is a decimal point here.
SEPARATORS = str.maketrans("", "", ", _\u00a0\u202f'")
PAGE_STEPS = 10


def parsed(text: str) -> Decimal | None:
    """The number somebody typed, or None. Takes "1,234.5" and "1 234.5", not "1e5" or "NaN"."""
    plain = text.translate(SEPARATORS).replace("\u2212", "-")
    if not plain or any(character not in "0123456789.-" for character in plain):
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def written(value: Decimal) -> str:
    """A number with thousands separators and no needless zeros."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class NumberField(QLineEdit):
    """Exact decimals. Up and Down step by `step_at(value)` onto multiples of it, Page Up and Page Down ten times."""

    def __init__(self, step_at: Callable[[Decimal], Decimal] = lambda _value: Decimal(1)) -> None:
        super().__init__()
        self.step_at = step_at
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setMaxLength(40)

    @property
    def is_blank(self) -> bool:
        return not self.text().strip()

    @property
    def value(self) -> Decimal | None:
        """The number, or None for what is none (also for a blank field)."""
        return parsed(self.text())

    def set_value(self, value: Decimal | None) -> None:
        """Show a number; None leaves the field blank. Telling the same number again keeps the text as it was typed."""
        if value is None:
            self.clear()
        elif self.value != value:
            self.setText(written(value))

    def step(self, count: int) -> None:
        """Move to the next multiple of the step, `count` times, downwards when negative; never to 0 or below."""
        value = self.value
        if value is None or value <= 0:
            return
        for _ in range(abs(count)):
            increment = self.step_at(value)
            if count > 0:
                value = floor_to(value, increment) + increment
            else:
                # The increment just below may be a finer one, where a new band begins.
                increment = min(increment, self.step_at(value - increment) if value > increment else increment)
                lower = ceil_to(value, increment) - increment
                value = lower if lower > 0 else value
        self.setText(written(value))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_PageUp: PAGE_STEPS,
            Qt.Key.Key_PageDown: -PAGE_STEPS,
        }
        count = steps.get(Qt.Key(event.key()))
        if count is None:
            super().keyPressEvent(event)
        else:
            self.step(count)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        value = self.value
        if value is not None and self.text() != written(value):
            self.setText(written(value))
        super().focusOutEvent(event)
