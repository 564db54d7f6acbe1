"""The spread board: what its rows say, how it sorts, narrows and ages, and that many live pairs cost little."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTableView

from engine.domain.arbitrage_views import PremiumsView
from engine.domain.phrases import VENUE_CLOSED
from engine.domain.sentences import say
from engine.domain.views import EngineView
from gui.arbitrage.board_panel import BoardPanel
from gui.arbitrage.board_rows import executable_price
from gui.theme import Theme
from gui.window_settings import WindowSettings
from tests.support.arbitrage_views import board_of, fx_of, moved, pair_of, premium_view
from tests.support.views import view_of


def view_with(board: PremiumsView) -> EngineView:
    return replace(view_of(), premiums=board)


@pytest.fixture
def settings(tmp_path: Path) -> WindowSettings:
    return WindowSettings(tmp_path / "window.ini")


def shown_panel(theme: Theme, settings: WindowSettings, board: PremiumsView, now_s: float = 1.0) -> BoardPanel:
    panel = BoardPanel(theme, settings)
    panel.resize(1500, 400)
    panel.show()
    panel.show_view(view_with(board), None)
    panel.show_age(view_with(board), now_s)
    QApplication.processEvents()
    return panel


def cell(panel: BoardPanel, row: int, key: str) -> str:
    at = next(at for at, column in enumerate(panel.model.columns) if column.key == key)
    return panel.model.cell(row, at).text


def symbols(panel: BoardPanel) -> list[str]:
    return [cell(panel, row, "base") for row in range(panel.model.rowCount())]


def test_a_row_says_both_premiums_at_the_own_size_and_what_the_best_brings_after_costs(
    theme: Theme, settings: WindowSettings
) -> None:
    """Home books around 2,910 won step 0.582, foreign ones around 2.05 step 0.00025625; 0.6 of the size a level, so an
    order takes 0.6 from the first level and 0.4 from the second: 1.4 steps behind the middle."""
    panel = shown_panel(theme, settings, PremiumsView((premium_view(pair_of()),), (fx_of(),)))
    assert cell(panel, 0, "base") == "XRP"
    assert cell(panel, 0, "venues") == "Upbit / Binance"
    # Sold at 2910 - 0.8148 = 2909.1852, bought at 2.05 + 0.00035875 = 2.05035875, which is 2838.7217 won.
    assert cell(panel, 0, "sell") == "+2.482"
    # Bought at 2910.8148, sold at 2.04964125, which is 2837.7283 won.
    assert cell(panel, 0, "buy") == "+2.576"
    # (2909.1852 x 0.9995 - 2838.7217 x 1.0004) / 2838.7217
    assert cell(panel, 0, "net") == "+2.391"
    assert cell(panel, 0, "way") == "Sell home"
    # 0.4 of a step on each book: 0.2328 of 2909.418 and 0.0001025 of 2.05025625.
    assert cell(panel, 0, "slippage") == "0.013"
    assert cell(panel, 0, "home") == "2,909.19"
    assert cell(panel, 0, "foreign") == "2.05036"
    assert (cell(panel, 0, "rate"), cell(panel, 0, "source")) == ("1,384.50", "Upbit")
    assert (cell(panel, 0, "age"), cell(panel, 0, "fx_age")) == ("0 s", "0 s")


def test_the_pair_that_brings_most_stands_on_top_and_moves_once_a_second(
    theme: Theme, settings: WindowSettings
) -> None:
    board = PremiumsView(
        tuple(premium_view(pair_of(base), mid) for base, mid in (("XRP", "2850"), ("ETH", "2910"), ("SOL", "2870"))),
        (fx_of(),),
    )
    panel = shown_panel(theme, settings, board)
    assert symbols(panel) == ["ETH", "SOL", "XRP"]
    after = moved(board, [0], Decimal("0.05"))
    panel.show_view(view_with(after), None)
    assert symbols(panel) == ["ETH", "SOL", "XRP"], "rows do not jump under the hand"
    assert cell(panel, 2, "net").startswith("+5"), "but their numbers are live"
    panel.show_age(view_with(after), 1.0)
    assert symbols(panel) == ["XRP", "ETH", "SOL"]


def test_a_silent_pair_is_dimmed_and_one_without_a_premium_says_why_at_the_bottom(
    theme: Theme, settings: WindowSettings
) -> None:
    closed = say(VENUE_CLOSED, venue="binance")
    board = PremiumsView(
        (
            premium_view(pair_of("ETH"), received_at_s=100.0, trouble=closed),
            premium_view(pair_of("XRP"), received_at_s=100.0),
            premium_view(pair_of("SOL"), "2900", received_at_s=88.0),
        ),
        (fx_of(now_s=100.0),),
    )
    panel = shown_panel(theme, settings, board, now_s=100.5)
    net = next(at for at, column in enumerate(panel.model.columns) if column.key == "net")
    assert symbols(panel) == ["XRP", "SOL", "ETH"]
    assert [panel.model.cell(row, net).is_stale for row in (0, 1)] == [False, True]
    assert (cell(panel, 1, "age"), cell(panel, 2, "net")) == ("12 s", "–")
    assert cell(panel, 2, "note") == "binance is not connected."


def test_words_narrow_the_board_and_an_empty_answer_offers_the_way_back(theme: Theme, settings: WindowSettings) -> None:
    panel = shown_panel(theme, settings, board_of(30))
    panel.bar.words.setText("futures b")
    assert panel.model.rowCount() > 1
    assert all("futures" in cell(panel, row, "venues") for row in range(panel.model.rowCount()))
    panel.bar.words.setText("nothing like it")
    assert panel.empty.isVisible()
    panel.empty.accepted.emit()
    assert panel.model.rowCount() == 30


def test_favourites_are_kept_and_can_be_shown_alone(theme: Theme, settings: WindowSettings) -> None:
    panel = shown_panel(theme, settings, board_of(30))
    panel.table.choose(pair_of("ETH"))
    panel.favourite.trigger()
    panel.bar.only_favourites.setChecked(True)
    assert symbols(panel) == ["ETH"]
    again = shown_panel(theme, settings, board_of(30))
    again.bar.only_favourites.setChecked(True)
    assert symbols(again) == ["ETH"], "also after a restart"
    again.table.choose(pair_of("ETH"))
    again.favourite.trigger()
    assert again.model.rowCount() == 0


def test_nothing_watched_teaches_with_one_button(theme: Theme, settings: WindowSettings) -> None:
    panel = shown_panel(theme, settings, PremiumsView())
    asked: list[bool] = []
    panel.watch_wanted.connect(lambda: asked.append(True))
    assert panel.empty.isVisible()
    panel.empty.accepted.emit()
    assert asked == [True]


def test_enter_opens_the_chart_and_the_menu_key_offers_the_rest(theme: Theme, settings: WindowSettings) -> None:
    panel = shown_panel(theme, settings, board_of(3))
    charts: list[object] = []
    bots: list[object] = []
    panel.chart_wanted.connect(charts.append)
    panel.bot_wanted.connect(bots.append)
    assert not panel.open_chart.isEnabled(), "of no row yet"
    panel.table.choose(pair_of("ETH"))
    QTest.keyClick(panel.table, Qt.Key.Key_Return)
    panel.new_bot.trigger()
    assert (charts, bots) == ([pair_of("ETH")], [pair_of("ETH")])
    assert isinstance(panel.table, QTableView)


def test_two_hundred_live_pairs_announce_only_what_can_be_seen(theme: Theme, settings: WindowSettings) -> None:
    board = board_of(240)
    panel = shown_panel(theme, settings, board)
    announced: list[int] = []
    panel.model.dataChanged.connect(lambda first, last: announced.append(last.row() - first.row() + 1))
    panel.show_view(view_with(moved(board, range(240), Decimal("0.01"))), None)
    assert 0 < sum(announced) < 30
    assert panel.model.rowCount() == 240


@pytest.mark.parametrize(
    ("value", "text"),
    [("145000000.4", "145,000,000"), ("2909.1852", "2,909.19"), ("2.0503587", "2.05036"), ("0.0000123", "0.00001230")],
)
def test_executable_prices_show_six_digits(value: str, text: str) -> None:
    assert executable_price(Decimal(value)) == text
