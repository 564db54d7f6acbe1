"""Two-leg positions in the window: both legs, their imbalance against its budget, what closing says before it acts."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from PySide6.QtWidgets import QApplication, QLabel

from engine.domain import pair_phrases
from engine.domain.arbitrage import PairStage
from engine.domain.arbitrage_views import TwoLegView
from engine.domain.sentences import say
from engine.domain.views import EngineView
from gui.arbitrage.close_question import close_question
from gui.arbitrage.two_leg_panel import TwoLegPanel
from gui.arbitrage.two_leg_rows import TwoLegRow, two_leg_rows
from gui.models.columns import Meaning
from gui.theme import Theme
from tests.support.arbitrage_views import position_of, two_leg_view
from tests.support.views import NOON


def shown_panel(theme: Theme, view: EngineView) -> TwoLegPanel:
    panel = TwoLegPanel(theme, now=lambda: NOON)
    panel.resize(1600, 300)
    panel.show()
    panel.show_view(view, None)
    panel.show_age(view, 1.0)
    QApplication.processEvents()
    return panel


def column(panel: TwoLegPanel, key: str) -> int:
    return next(at for at, each in enumerate(panel.model.columns) if each.key == key)


def cell(panel: TwoLegPanel, key: str, row: int = 0) -> str:
    return panel.model.cell(row, column(panel, key)).text


def test_a_row_has_both_legs_from_theory_to_what_was_paid(theme: Theme) -> None:
    panel = shown_panel(theme, two_leg_view())
    assert (cell(panel, "stage"), cell(panel, "bot"), cell(panel, "way")) == ("● Open", "XRP premium #1", "Sell home")
    assert cell(panel, "size") == "1,000.0000 XRP"
    assert (cell(panel, "home_side"), cell(panel, "foreign_side")) == ("Sell", "Buy")
    # Sold at 2,908.5 where 2,909 was expected: 0.5 / 2,909 is 1.7 hundredths of a percent worse.
    assert (cell(panel, "home_theory"), cell(panel, "home_effective")) == ("2,909.0", "2,908.5")
    assert cell(panel, "home_slippage") == "+1.7"
    # Bought at 2.0504 where 2.0503 was expected.
    assert cell(panel, "foreign_slippage") == "+0.5"
    assert (cell(panel, "pnl_now"), cell(panel, "pnl_closed")) == ("+68,412 KRW", "+62,105 KRW")
    assert (cell(panel, "age"), cell(panel, "imbalance")) == ("42 min", "–")


def imbalanced(value: int, held_s: float) -> EngineView:
    position = position_of(stage=PairStage.ENTERING, foreign=("2.0503", "0.5", "2.0504"), imbalance_s=held_s)
    since = NOON - timedelta(seconds=held_s)
    return two_leg_view([TwoLegView(position, None, None, Decimal(value), since)])


def test_an_imbalance_is_amber_near_either_budget_and_red_beyond_it(theme: Theme) -> None:
    """The budget is 50,000 won for 5 seconds."""
    panel = shown_panel(theme, imbalanced(-20_000, 1.2))
    at = column(panel, "imbalance")
    assert cell(panel, "imbalance") == "−20,000 · 1.2 s"
    assert panel.model.cell(0, at).meaning is Meaning.PLAIN
    meanings = []
    for value, held_s in ((26_000, 1.0), (1_000, 2.5), (50_001, 0.1), (1_000, 5.1)):
        panel.show_view(imbalanced(value, held_s), None)
        meanings.append(panel.model.cell(0, at).meaning)
    assert meanings == [Meaning.LOOK, Meaning.LOOK, Meaning.TROUBLE, Meaning.TROUBLE]
    assert panel.model.cell(0, column(panel, "foreign_filled")).meaning is Meaning.LOOK


def test_closing_tells_both_orders_the_money_and_the_fees(theme: Theme) -> None:
    """1,000 XRP were sold at home and bought abroad: bought back at 2,910 (the ask), sold at 2.0503 (the bid)."""
    view = two_leg_view()
    (row,) = two_leg_rows(view)
    question = close_question(view, row)
    assert question.is_possible
    assert question.text == (
        "Close XRP premium #1? "
        "It buys 1,000.0000 XRP on simulated:home at about 2,910 for 2,910,000 KRW (fee 1,455 KRW) "
        "and sells 1,000.0000 XRP on simulated:abroad at about 2.0503 for 2,050.30 USDT (fee 1.03 USDT). "
        "In all it would have brought +62,105 KRW."
    )


def test_what_is_under_way_cannot_be_closed_again(theme: Theme) -> None:
    view = two_leg_view([TwoLegView(position_of(stage=PairStage.EXITING), None, None)])
    (row,) = two_leg_rows(view)
    assert not close_question(view, row).is_possible


def test_only_chosen_positions_are_closed(theme: Theme) -> None:
    positions = [TwoLegView(position_of(number), Decimal(1), Decimal(1)) for number in (1, 2, 3)]
    panel = shown_panel(theme, two_leg_view(positions))
    wanted: list[list[TwoLegRow]] = []
    panel.close_wanted.connect(wanted.append)
    assert not panel.close_now.isEnabled()
    panel.table.choose("arbbot01P2")
    panel.close_now.trigger()
    ((row,),) = wanted
    assert row.position.number == 2
    panel.show_view(two_leg_view(positions[:1]), None)
    panel.close_now.trigger()
    assert len(wanted) == 1, "a position that closed meanwhile is not closed again"


def test_without_positions_the_bots_say_what_they_wait_for(theme: Theme) -> None:
    waits = say(pair_phrases.WAITS_PREMIUM, net=Decimal("1.2"), wanted=Decimal("2.2"))
    panel = shown_panel(theme, two_leg_view((), waits=waits))
    (label,) = (each for each in panel.empty.findChildren(QLabel))
    assert label.text() == "XRP premium: It would bring 1.2 %; 2.2 % are wanted."


def test_a_bot_of_another_kind_has_no_row_here(theme: Theme) -> None:
    view = replace(two_leg_view(), bots=())
    assert two_leg_rows(view) == []
    panel = shown_panel(theme, view)
    assert panel.empty.isVisible()
