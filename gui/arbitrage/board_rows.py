"""Rows and columns of the spread board: one pair each, what an entry would bring now, and how fresh that is."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from engine.domain.arbitrage_views import FxView, PremiumView
from engine.domain.market import FxRate
from engine.domain.premium import Pair, Premium
from engine.domain.views import EngineView
from gui import numbers
from gui.arbitrage import pair_words
from gui.freshness import STALE_AFTER_S
from gui.models.columns import Column, Meaning, gain, muted_meaning
from gui.sentences import translate as translate_sentence

#: Digits of an executable price: an average over levels has no increment of its own.
PRICE_DIGITS = 6
#: The key of the column that is there while a watched market abroad has funding.
FUNDING = "funding"
#: The mark of a favourite.
STAR = "★"


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair of the board beside what the trader marked and how old its rate is."""

    shown: PremiumView
    is_favourite: bool
    fx: FxView | None

    @property
    def pair(self) -> Pair:
        return self.shown.pair

    @property
    def best(self) -> Premium | None:
        return self.shown.best

    @property
    def rate(self) -> FxRate | None:
        """The rate the best direction was worked out with, else what its source says."""
        best = self.best
        if best is not None:
            return best.rate
        return self.fx.rate if self.fx is not None else None

    @property
    def searched(self) -> str:
        """The words a filter looks in."""
        pair = self.pair
        words = (pair.home_symbol, pair.foreign_symbol, pair.home_venue, pair.foreign_venue, pair_words.venues(pair))
        return " ".join(words).casefold()

    def age_s(self, now_s: float) -> float | None:
        """How old the books are; None before the first."""
        return max(0.0, now_s - self.shown.received_at_s) if self.shown.received_at_s else None

    def fx_age_s(self, now_s: float) -> float | None:
        return max(0.0, now_s - self.fx.received_at_s) if self.fx is not None and self.fx.received_at_s else None

    def is_stale(self, now_s: float) -> bool:
        age_s = self.age_s(now_s)
        return age_s is None or age_s > STALE_AFTER_S


def name_of(pair: Pair) -> str:
    """A pair in one word for the settings file; tells any two pairs apart."""
    return f"{pair.home_venue}|{pair.home_symbol}|{pair.foreign_venue}|{pair.foreign_symbol}"


class PairRows:
    """Makes rows of a view and keeps those that did not change, so that the table can compare by identity."""

    def __init__(self) -> None:
        self._rows: dict[Pair, PairRow] = {}

    def rows(self, view: EngineView, favourites: Collection[str]) -> list[PairRow]:
        by_source = {(fx.pair, fx.source): fx for fx in view.premiums.rates}
        by_pair = {fx.pair: fx for fx in reversed(view.premiums.rates)}
        fresh: dict[Pair, PairRow] = {}
        for shown in view.premiums.rows:
            best = shown.best
            rate = best.rate if best is not None else None
            fx = by_pair.get(shown.pair.fx_pair)
            if rate is not None:
                fx = by_source.get((rate.pair, rate.source), fx)
            known = self._rows.get(shown.pair)
            is_favourite = bool(favourites) and name_of(shown.pair) in favourites
            if (
                known is None
                or known.shown is not shown
                or known.fx is not fx
                or known.is_favourite is not is_favourite
            ):
                known = PairRow(shown, is_favourite, fx)
            fresh[shown.pair] = known
        self._rows = fresh
        return list(fresh.values())


def executable_price(value: Decimal | None) -> str:
    """A price of a book at some size: six digits say enough, and whole won stay whole."""
    if value is None:
        return numbers.NOTHING
    decimals = PRICE_DIGITS - 1 - value.adjusted()
    return numbers.fixed(value, min(max(decimals, 0), 8))


def _percent(
    key: str, title: str, of: Callable[[PairRow], Decimal | None], *, is_signed: bool = True, width: int = 92
) -> Column[PairRow]:
    def order(row: PairRow) -> float | None:
        found = of(row)
        return None if found is None else float(found)

    def exact(row: PairRow) -> str:
        found = of(row)
        return "" if found is None else f"{numbers.exact(round(found, 8))} %"

    return Column(
        key,
        title,
        lambda row: numbers.percent(of(row), 3, signed=is_signed),
        order,
        unit="%",
        is_number=True,
        width=width,
        meaning=(lambda row: gain(of(row))) if key == "net" else lambda _row: Meaning.PLAIN,
        exact=exact,
        is_live=True,
    )


def _of_best(told: Callable[[Premium], Decimal | None]) -> Callable[[PairRow], Decimal | None]:
    def value(row: PairRow) -> Decimal | None:
        best = row.best
        return None if best is None else told(best)

    return value


def _price(key: str, title: str, told: Callable[[PairRow], Decimal | None]) -> Column[PairRow]:
    def order(row: PairRow) -> float | None:
        found = told(row)
        return None if found is None else float(found)

    return Column(key, title, lambda row: executable_price(told(row)), order, is_number=True, width=108, is_live=True)


def _note(row: PairRow) -> str:
    """Why there is no premium, and what the exchanges say beside prices."""
    told = (row.shown.trouble, *row.shown.notes)
    return " ".join(translate_sentence(sentence) for sentence in told if sentence is not None)


def board_columns(now_s: Callable[[], float]) -> list[Column[PairRow]]:
    """What it is, what it brings, what that is made of, how fresh it is. `now_s` is the monotonic clock."""
    translate = QCoreApplication.translate
    return [
        Column(
            "favourite",
            STAR,
            lambda row: STAR if row.is_favourite else "",
            lambda row: 1.0 if row.is_favourite else None,
            width=40,
            exact=lambda _row: "",
        ),
        Column(
            "base",
            translate("columns", "Symbol"),
            lambda row: row.pair.base,
            lambda row: row.pair.base,
            width=84,
            exact=lambda row: pair_words.symbols(row.pair),
        ),
        Column(
            "venues",
            translate("columns", "Home / abroad"),
            lambda row: pair_words.venues(row.pair),
            lambda row: pair_words.venues(row.pair),
            width=176,
            meaning=muted_meaning,
            exact=lambda row: pair_words.symbols(row.pair),
        ),
        _percent("net", translate("columns", "Net"), _of_best(lambda best: best.net_pct)),
        Column(
            "way",
            translate("columns", "Way"),
            lambda row: numbers.NOTHING if row.best is None else pair_words.direction(row.best.direction),
            lambda row: None if row.best is None else row.best.direction.value,
            width=84,
            is_live=True,
        ),
        _percent(
            "sell",
            translate("columns", "Sell home"),
            lambda row: None if row.shown.sell is None else row.shown.sell.premium_pct,
            width=112,
        ),
        _percent(
            "buy",
            translate("columns", "Buy home"),
            lambda row: None if row.shown.buy is None else row.shown.buy.premium_pct,
            width=112,
        ),
        _percent(
            "slippage", translate("columns", "Slippage"), _of_best(lambda best: best.slippage_pct), is_signed=False
        ),
        _percent(FUNDING, translate("columns", "Funding a day"), lambda row: row.shown.funding_day_pct, width=124),
        _price("home", translate("columns", "Home price"), _home_price),
        _price("foreign", translate("columns", "Foreign price"), _foreign_price),
        Column(
            "rate",
            translate("columns", "FX"),
            lambda row: numbers.NOTHING if row.rate is None else executable_price(row.rate.rate),
            lambda row: None if row.rate is None else float(row.rate.rate),
            is_number=True,
            width=88,
            exact=lambda row: "" if row.rate is None else f"{row.rate.pair} {numbers.exact(row.rate.rate)}",
            is_live=True,
        ),
        Column(
            "source",
            translate("columns", "FX source"),
            lambda row: "" if row.rate is None else pair_words.fx_source(row.rate.source),
            lambda row: None if row.rate is None else row.rate.source,
            width=104,
            meaning=muted_meaning,
        ),
        Column(
            "fx_age",
            translate("columns", "FX age"),
            lambda row: numbers.age(row.fx_age_s(now_s())),
            lambda row: row.fx_age_s(now_s()),
            is_number=True,
            width=72,
            meaning=muted_meaning,
        ),
        Column(
            "age",
            translate("columns", "Age"),
            lambda row: numbers.age(row.age_s(now_s())),
            lambda row: row.age_s(now_s()),
            is_number=True,
            width=64,
            meaning=lambda row: Meaning.LOOK if row.is_stale(now_s()) else Meaning.MUTED,
        ),
        Column(
            "note",
            translate("columns", "Remarks"),
            _note,
            _note,
            width=0,
            meaning=lambda _row: Meaning.LOOK,
        ),
    ]


def _home_price(row: PairRow) -> Decimal | None:
    best = row.best
    return best.home.price if best is not None else row.shown.home_last


def _foreign_price(row: PairRow) -> Decimal | None:
    best = row.best
    return best.foreign.price if best is not None else row.shown.foreign_last
