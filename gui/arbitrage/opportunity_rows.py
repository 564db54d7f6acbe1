"""Rows and columns of the opportunities log: when a premium was worth it, how much, and what was made of it."""

from PySide6.QtCore import QCoreApplication

from engine.domain.premium_past import Opportunity, symbols_of
from gui import numbers
from gui.arbitrage import pair_words
from gui.models.columns import Column, Meaning, gain, muted_meaning
from gui.sentences import translate as translate_sentence


def opportunity_key(found: Opportunity) -> tuple[str, str, str, float]:
    return (found.home_venue, found.foreign_venue, found.symbol, found.begun_at.timestamp())


def _lasted_s(found: Opportunity) -> float:
    return (found.ended_at - found.begun_at).total_seconds()


def _outcome(found: Opportunity) -> str:
    """What bots made of it, or why they let it pass."""
    if found.entries:
        text = QCoreApplication.translate("arbitrage", "Entered: {count}")
        return text.format(count=found.entries)
    return " ".join(translate_sentence(reason) for reason in found.reasons)


def opportunity_columns() -> list[Column[Opportunity]]:
    translate = QCoreApplication.translate
    return [
        Column(
            "begun",
            translate("columns", "Time"),
            lambda found: numbers.instant_short(found.begun_at),
            lambda found: found.begun_at.timestamp(),
            width=112,
            meaning=muted_meaning,
            exact=lambda found: f"{numbers.instant(found.begun_at)} – {numbers.instant(found.ended_at)}",
        ),
        Column(
            "symbol",
            translate("columns", "Symbol"),
            lambda found: symbols_of(found.symbol)[0],
            lambda found: found.symbol,
            width=92,
            exact=lambda found: " – ".join(symbols_of(found.symbol)),
        ),
        Column(
            "venues",
            translate("columns", "Home / abroad"),
            lambda found: f"{pair_words.exchange(found.home_venue)} / {pair_words.exchange(found.foreign_venue)}",
            lambda found: f"{found.home_venue} {found.foreign_venue}",
            width=150,
            meaning=muted_meaning,
        ),
        Column(
            "best",
            translate("columns", "Best net"),
            lambda found: numbers.percent(pair_words.decimal_of(found.best_net_pct), 3, signed=True),
            lambda found: found.best_net_pct,
            unit="%",
            is_number=True,
            width=104,
            meaning=lambda found: gain(pair_words.decimal_of(found.best_net_pct)),
            exact=lambda found: numbers.instant(found.best_at),
        ),
        Column(
            "lasted",
            translate("columns", "Lasted"),
            lambda found: numbers.age(_lasted_s(found)),
            _lasted_s,
            is_number=True,
            width=80,
        ),
        Column(
            "readings",
            translate("columns", "Readings"),
            lambda found: f"{found.readings:,}",
            lambda found: float(found.readings),
            is_number=True,
            width=88,
        ),
        Column(
            "outcome",
            translate("columns", "What was made of it"),
            _outcome,
            lambda found: float(found.entries),
            width=0,
            meaning=lambda found: Meaning.PLAIN if found.entries else Meaning.MUTED,
        ),
    ]
