"""A column as data: what it is called, what it says of a row, how it sorts, what its colour means."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from typing import Generic, NamedTuple, TypeVar

from PySide6.QtGui import QColor

from gui.money import Money
from gui.theme import Theme

Row = TypeVar("Row")
#: What a column sorts by. Numbers of one column are all numbers, words all words; None goes last.
Sortable = float | str | None


class Meaning(Enum):
    """Why a cell has a colour. Nothing else is coloured."""

    PLAIN = auto()
    MUTED = auto()
    UP = auto()
    DOWN = auto()
    LOOK = auto()
    TROUBLE = auto()

    def colour(self, theme: Theme) -> QColor:
        match self:
            case Meaning.PLAIN:
                return theme.text
            case Meaning.MUTED:
                return theme.muted
            case Meaning.UP:
                return theme.up
            case Meaning.DOWN:
                return theme.down
            case Meaning.LOOK:
                return theme.amber
            case Meaning.TROUBLE:
                return theme.danger


def gain(amount: Decimal | None) -> Meaning:
    """Up when money was won, down when it was lost."""
    if amount is None or amount == 0:
        return Meaning.PLAIN
    return Meaning.UP if amount > 0 else Meaning.DOWN


def plain_meaning(_row: object) -> Meaning:
    return Meaning.PLAIN


def muted_meaning(_row: object) -> Meaning:
    return Meaning.MUTED


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """`header` and `unit` are already in the reader's language. `exact` gives tool tip and clipboard; `text` if None.

    `is_number` aligns right in tabular figures. `width` is the first width in pixels, 0 takes what is left over.
    `badge` draws the badge of a mode instead of the text. `is_live` cells are dimmed when the row's market is stale.
    """

    key: str
    header: str
    text: Callable[[Row], str]
    order: Callable[[Row], Sortable]
    unit: str = ""
    is_number: bool = False
    width: int = 96
    meaning: Callable[[Row], Meaning] = plain_meaning
    exact: Callable[[Row], str] | None = None
    badge: Callable[[Row], Money] | None = None
    is_live: bool = False

    @property
    def title(self) -> str:
        """Header with its unit."""
        return f"{self.header} ({self.unit})" if self.unit else self.header


class Cell(NamedTuple):
    """What is drawn, computed once for each visible cell that changed. A tuple: it is made and compared that often."""

    text: str
    meaning: Meaning
    is_number: bool
    is_stale: bool
    badge: Money | None
