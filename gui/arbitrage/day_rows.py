"""Days of two-leg bots: what each brought, and of which parts that came."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from engine.domain.money import ZERO
from engine.domain.premium_past import PairDay
from gui import numbers
from gui.models.columns import Column, gain, muted_meaning

#: The parts of a day's result, in the order in which they are shown.
PARTS = ("premium", "fees", "funding", "fx")


@dataclass(frozen=True, slots=True)
class DayRow:
    """A bot's day with the bot's name. Parts are signed as they count: fees are negative here."""

    day: PairDay
    bot_name: str

    @property
    def key(self) -> tuple[str, date, str]:
        return (self.day.bot_id, self.day.day, self.day.home_quote)

    def part(self, name: str) -> Decimal | None:
        """What a part did to the result; None where it is not known."""
        value: Decimal | None = getattr(self.day, name)
        return -value if name == "fees" and value is not None else value


@dataclass(frozen=True, slots=True)
class DaySum:
    """All bots on one day in one quote. `parts` is None where one of them tells its sum only."""

    day: date
    quote: str
    pnl: Decimal
    parts: tuple[Decimal, ...] | None


def day_rows(days: Sequence[PairDay], names: Mapping[str, str]) -> list[DayRow]:
    """Rows in the order they are given; a day of no bot of ours is named by what it is."""
    imported = QCoreApplication.translate("arbitrage", "imported")
    return [DayRow(day, names.get(day.bot_id, day.bot_id) if day.bot_id else imported) for day in days]


def day_sums(rows: Sequence[DayRow]) -> list[DaySum]:
    """One sum a day, oldest first, of the quote that most days are in: money of two kinds is never added up."""
    if not rows:
        return []
    quote = Counter(row.day.home_quote for row in rows).most_common(1)[0][0]
    sums: dict[date, DaySum] = {}
    for row in rows:
        if row.day.home_quote != quote:
            continue
        parts = [row.part(name) for name in PARTS]
        known = tuple(part for part in parts if part is not None)
        before = sums.get(row.day.day, DaySum(row.day.day, quote, ZERO, (ZERO,) * len(PARTS)))
        added: tuple[Decimal, ...] | None = None
        if before.parts is not None and len(known) == len(PARTS):
            added = tuple(old + new for old, new in zip(before.parts, known, strict=True))
        sums[row.day.day] = DaySum(row.day.day, quote, before.pnl + row.day.pnl, added)
    return [sums[day] for day in sorted(sums)]


def part_word(name: str) -> str:
    match name:
        case "premium":
            return QCoreApplication.translate("arbitrage", "Premium")
        case "fees":
            return QCoreApplication.translate("arbitrage", "Fees")
        case "funding":
            return QCoreApplication.translate("arbitrage", "Funding")
        case _:
            return QCoreApplication.translate("arbitrage", "FX change")


def _money(key: str, title: str, of: Callable[[DayRow], Decimal | None]) -> Column[DayRow]:
    def exact(row: DayRow) -> str:
        amount = of(row)
        return "" if amount is None else numbers.exact(amount)

    return Column(
        key,
        title,
        lambda row: numbers.known_money(of(row), row.day.home_quote, signed=True),
        lambda row: None if (amount := of(row)) is None else float(amount),
        is_number=True,
        width=124,
        meaning=lambda row: gain(of(row)),
        exact=exact,
    )


def _part(name: str) -> Column[DayRow]:
    return _money(name, part_word(name), lambda row: row.part(name))


def day_columns() -> list[Column[DayRow]]:
    translate = QCoreApplication.translate
    return [
        Column(
            "day",
            translate("columns", "Day"),
            lambda row: row.day.day.isoformat(),
            lambda row: float(row.day.day.toordinal()),
            width=96,
            meaning=muted_meaning,
        ),
        Column("bot", translate("columns", "Bot"), lambda row: row.bot_name, lambda row: row.bot_name, width=132),
        Column(
            "positions",
            translate("columns", "Closed"),
            lambda row: f"{row.day.positions:,}",
            lambda row: float(row.day.positions),
            is_number=True,
            width=72,
        ),
        _money("pnl", translate("columns", "PnL"), lambda row: row.day.pnl),
        *(_part(name) for name in PARTS),
        Column("rest", "", lambda _row: "", lambda _row: None, width=0),
    ]
