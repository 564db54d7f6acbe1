"""Opportunities and daily result: read when somebody looks, told when they cannot be, summed without mixing money."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from PySide6.QtWidgets import QApplication

from engine.domain.premium_past import PairDay
from engine.errors import StorageUnavailable
from gui.arbitrage.daily_panel import LOOK_EVERY_S, DailyPanel, zone_name
from gui.arbitrage.day_rows import DaySum, day_rows, day_sums
from gui.arbitrage.opportunities_panel import OpportunitiesPanel
from gui.models.table_model import TableModel
from gui.theme import Theme
from tests.support.arbitrage_views import two_leg_view
from tests.support.premium_past import PremiumPast, days_of, opportunities_of
from tests.support.qt_waiting import let_tasks_run


def texts(panel: OpportunitiesPanel | DailyPanel, row: int) -> dict[str, str]:
    model: TableModel[Any] = panel.model
    return {column.key: model.cell(row, at).text for at, column in enumerate(model.columns)}


async def test_opportunities_say_how_much_how_long_and_what_was_made_of_them(theme: Theme) -> None:
    panel = OpportunitiesPanel(theme, PremiumPast(opportunities=opportunities_of(40)))
    panel.resize(1000, 300)
    panel.show()
    await let_tasks_run()
    assert panel.model.rowCount() == 40
    first, second = texts(panel, 0), texts(panel, 1)
    assert (first["symbol"], first["best"], first["lasted"], first["readings"]) == ("XRP/KRW", "+0.120", "8 s", "40")
    assert (first["outcome"], second["outcome"]) == ("Entered: 1", "binance is not connected.")


async def test_a_past_that_cannot_be_read_is_told_once_and_keeps_what_was_read(theme: Theme) -> None:
    past = PremiumPast(opportunities=opportunities_of(3))
    panel = OpportunitiesPanel(theme, past)
    told: list[str] = []
    panel.failed.connect(told.append)
    panel.show()
    await let_tasks_run()
    past.problem = StorageUnavailable("The database does not answer.")
    panel.span.setCurrentIndex(1)
    await let_tasks_run()
    panel.span.setCurrentIndex(2)
    await let_tasks_run()
    assert told == ["The database does not answer."]
    assert panel.model.rowCount() == 3
    past.problem = None
    panel.span.setCurrentIndex(0)
    await let_tasks_run()
    past.problem = StorageUnavailable("The database does not answer.")
    panel.span.setCurrentIndex(1)
    await let_tasks_run()
    assert len(told) == 2, "the next trouble is told again"


async def test_days_have_a_row_a_bot_and_a_bar_for_all_bots(theme: Theme) -> None:
    past = PremiumPast([*days_of(5), *days_of(5, "arbbot09")])
    panel = DailyPanel(theme, past)
    panel.resize(1100, 400)
    panel.show_view(two_leg_view(), "arbbot01")
    panel.show()
    await let_tasks_run()
    assert panel.model.rowCount() == 10
    row = texts(panel, 0)
    # 90,000 premium - 31,000 fees - 5,000 funding - 95,000 FX change.
    assert (row["day"], row["bot"]) == ("2026-11-20", "XRP premium")
    assert (row["pnl"], row["fees"]) == ("−41,000 KRW", "−31,000 KRW")
    newest = panel.bars.shown[-1]
    assert (newest.day, newest.pnl) == (date(2026, 11, 20), Decimal(-82_000))
    assert panel.bars.text_of(newest).splitlines() == [
        "2026-11-20  −82,000 KRW", "Premium  +180,000 KRW", "Fees  −62,000 KRW", "Funding  −10,000 KRW",
        "FX change  −190,000 KRW",
    ]  # fmt: skip
    right = panel.bars.width() - 20
    assert panel.bars.day_at(right) == newest
    panel.filter.set_only_chosen(True)
    await let_tasks_run()
    assert panel.model.rowCount() == 5


async def test_what_is_on_show_is_read_again_and_what_is_hidden_is_not(theme: Theme) -> None:
    past = PremiumPast(days_of(2))
    panel = DailyPanel(theme, past)
    view = two_leg_view()
    for _ in range(LOOK_EVERY_S + 1):
        panel.show_age(view, 1.0)
    await let_tasks_run()
    assert past.asked == 0
    panel.resize(800, 300)
    panel.show()
    QApplication.processEvents()
    await let_tasks_run()
    assert past.asked == 1
    for _ in range(LOOK_EVERY_S):
        panel.show_age(view, 1.0)
    await let_tasks_run()
    assert past.asked == 2


def test_money_of_two_kinds_is_never_added_up() -> None:
    first, second, third = days_of(3)
    days = [first, second, replace(third, home_quote="USDT", day=first.day)]
    sums = day_sums(day_rows(days, {}))
    assert [(each.day, each.quote, each.pnl) for each in sums] == [
        (second.day, "KRW", second.pnl), (first.day, "KRW", first.pnl),
    ]  # fmt: skip


def test_a_day_with_an_imported_position_has_no_parts() -> None:
    day = date(2026, 11, 20)
    imported = PairDay("", day, "KRW", 1, Decimal(500), None, None, None, None)
    (row, other) = rows = day_rows([imported, days_of(1)[0]], {})
    assert (row.bot_name, row.part("fees"), other.part("fees")) == ("imported", None, Decimal(-31_000))
    assert day_sums(rows) == [DaySum(day, "KRW", Decimal(-40_500), None)]


def test_the_zone_is_one_that_a_database_knows() -> None:
    assert "/" in zone_name() or zone_name() == "UTC"
