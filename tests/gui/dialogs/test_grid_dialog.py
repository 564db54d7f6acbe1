"""The grid dialog with real widgets: live preview, refusals beside their fields, what it submits."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.bots.grid_rules import preview, preview_edit
from engine.domain.bot import BotState
from engine.domain.grid import GridConfig, GridMode, Inventory, Sizing
from engine.domain.messages import AddGrid, EditGrid
from engine.domain.views import BotView, EngineView
from gui.dialogs.grid_dialog import GridDialog
from gui.theme import Theme
from tests.support import views
from tests.support.chart_history import ChartHistory, wandering_candles
from tests.support.mouse import drag_mouse
from tests.support.qt_waiting import let_tasks_run, wait_for

INSTRUMENT = views.instrument_of()
MARKET = views.market_of(INSTRUMENT)
FREE = Decimal(100_000_000)
FIELDS = {"lower": "760", "upper": "860", "grid_count": "20", "investment": "10,000,000"}


def view_with(*bots: BotView, free: Decimal = FREE) -> EngineView:
    view = views.view_of([MARKET], bots)
    return replace(view, accounts=(replace(view.accounts[0], balances=(("KRW", free, Decimal(0)),)),))


@contextmanager
def shown_dialog(
    theme: Theme,
    view: EngineView,
    history: ChartHistory | None = None,
    bot: BotView | None = None,
    clone: bool = False,
    proposed: GridConfig | None = None,
) -> Iterator[tuple[GridDialog, list[object]]]:
    dialog = GridDialog(theme, lambda: view, history or ChartHistory(), None, bot, clone, proposed, UTC)
    submitted: list[object] = []
    dialog.submitted.connect(submitted.append)
    dialog.open()
    QApplication.processEvents()
    try:
        yield dialog, submitted
    finally:
        dialog.close()


def fill(dialog: GridDialog, **texts: str) -> None:
    for name, text in {**FIELDS, **texts}.items():
        dialog.form.numbers[name].setText(text)
    dialog.refresh()


def test_a_new_grid_is_submitted_as_it_was_filled_in(theme: Theme) -> None:
    with shown_dialog(theme, view_with()) as (dialog, submitted):
        fill(dialog, stop_lower="700", take_profit_pct="12.5", allocation_percent="25")
        dialog.form.mode.setCurrentIndex(1)
        dialog.form.sizing.setCurrentIndex(1)
        dialog.form.checks["compounding"].setChecked(True)
        dialog.form.inventories["stop_lower"].setCurrentIndex(0)
        dialog.form.name.setText("  My grid ")
        QTest.mouseClick(dialog.start, Qt.MouseButton.LeftButton)

        (command,) = submitted
        assert isinstance(command, AddGrid)
        assert len(command.bot_id) == 8
        assert command == AddGrid(
            command.bot_id,
            "My grid",
            "simulated:1",
            "XRP/KRW",
            GridConfig(
                Decimal(760),
                Decimal(860),
                20,
                Decimal(10_000_000),
                GridMode.GEOMETRIC,
                Sizing.EQUAL_QUOTE,
                compounding=True,
                stop_lower=Decimal(700),
                take_profit_pct=Decimal("12.5"),
                stop_lower_inventory=Inventory.SELL,
            ),
            Decimal(25),
            start=True,
        )
        assert not dialog.isVisible()


def test_add_alone_does_not_start(theme: Theme) -> None:
    with shown_dialog(theme, view_with()) as (dialog, submitted):
        fill(dialog)
        dialog.add.click()

        (command,) = submitted
        assert isinstance(command, AddGrid)
        assert not command.start
        assert command.name == "XRP/KRW grid"
        assert command.allocation_percent is None


def test_the_summary_and_the_chart_are_the_domains_preview(theme: Theme) -> None:
    with shown_dialog(theme, view_with()) as (dialog, _):
        fill(dialog)
        config = GridConfig(Decimal(760), Decimal(860), 20, Decimal(10_000_000))
        plan = preview(config, INSTRUMENT, MARKET.ask, FREE, Decimal(0))

        text = dialog.summary.text
        assert f"{plan.profit_low_pct:.3f} to {plan.profit_high_pct:.3f} %" in text
        assert f"{plan.capital_quote:,.0f} KRW" in text
        assert f"{20 - plan.holding_count} buys, {plan.holding_count} sells" in text
        assert f"{plan.initial_fee:,.0f}" in text
        rungs, _, tag = dialog.chart.canvas.lines
        assert sorted(line.price for line in rungs) == [float(line) for line in plan.lines]
        assert tag is not None
        assert tag.price == float(MARKET.ask)


@pytest.mark.parametrize(
    ("texts", "field", "words"),
    [
        ({"lower": "900"}, "lower", "must be below the upper price"),
        ({"lower": "abc"}, "lower", "must be a number"),
        ({"lower": "-5"}, "lower", "must be above 0"),
        ({"grid_count": "1"}, "grid_count", "must be from 2"),
        ({"grid_count": "10000"}, "grid_count", "to 1,000"),
        ({"grid_count": "2.5"}, "grid_count", "whole number"),
        ({"grid_count": "500"}, "grid_count", "two lines fall on the same price"),
        ({"lower": "1900", "upper": "2000", "grid_count": "100"}, "grid_count", "after fees"),
        ({"investment": "50000"}, "investment", "Each order must reach"),
        ({"investment": "999,999,999"}, "investment", "are free"),
        ({"stop_lower": "770"}, "stop_lower", "must be below the lowest line"),
        ({"stop_upper": "850"}, "stop_upper", "must be above the highest line"),
        ({"stop_loss_pct": "150"}, "stop_loss_pct", "at most 100 %"),
        ({"stop_loss_pct": "x"}, "stop_loss_pct", "must be a number"),
        ({"trigger_price": "0"}, "trigger_price", "must be above 0"),
    ],
)
def test_a_refusal_stands_beside_the_field_that_causes_it(
    theme: Theme, texts: dict[str, str], field: str, words: str
) -> None:
    with shown_dialog(theme, view_with()) as (dialog, submitted):
        fill(dialog)
        assert dialog.start.isEnabled()
        fill(dialog, **texts)

        refused = {name: row.refusal for name, row in dialog.form.rows.items() if row.refusal}
        assert words in refused[field]
        assert dialog.form.rows[field].note == refused[field]
        assert not dialog.start.isEnabled()
        QTest.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
        assert submitted == []

        fill(dialog)
        dialog.form.numbers[field].setText(FIELDS.get(field, ""))
        dialog.refresh()
        assert not any(row.refusal for row in dialog.form.rows.values())
        assert dialog.start.isEnabled()


def test_a_blank_form_is_not_reproached_but_cannot_be_sent(theme: Theme) -> None:
    with shown_dialog(theme, view_with()) as (dialog, _):
        assert not any(row.refusal for row in dialog.form.rows.values())
        assert not dialog.start.isEnabled()
        assert "are free" in dialog.form.rows["investment"].note
        assert "steps of 1" in dialog.form.rows["lower"].note


def test_typing_is_answered_by_itself(theme: Theme) -> None:
    with shown_dialog(theme, view_with()) as (dialog, _):
        fill(dialog)
        dialog.form.numbers["lower"].setFocus()
        dialog.form.numbers["lower"].selectAll()
        QTest.keyClicks(dialog.form.numbers["lower"], "790")
        QTest.keyClick(dialog.form.numbers["lower"], Qt.Key.Key_Up)
        wait_for(lambda: min(line.price for line in dialog.chart.canvas.lines[0]) == 791, "the ladder on the chart")


def test_dragging_a_line_of_the_chart_changes_its_field(theme: Theme) -> None:
    with shown_dialog(theme, view_with()) as (dialog, _):
        fill(dialog, stop_lower="750")
        canvas = dialog.chart.canvas
        canvas.grab()
        for name, price, target in (("upper", 860.0, 848.4), ("stop_lower", 750.0, 741.7)):
            frame = canvas.frame
            start, end = QPoint(200, round(frame.y(price))), QPoint(200, round(frame.y(target)))
            drag_mouse(canvas.viewport(), start, end)
            value = dialog.form.numbers[name].value
            assert value is not None
            assert value == value.to_integral_value()
            assert float(value) == pytest.approx(target, abs=1.0)
            dialog.refresh()


async def test_a_suggestion_fills_the_range_and_tells_its_ground(theme: Theme) -> None:
    past = wandering_candles("simulated:1", "XRP/KRW", 25_000, MARKET.closed_candles[0].opened_at)
    with shown_dialog(theme, view_with(), ChartHistory(past)) as (dialog, submitted):
        dialog.form.numbers["investment"].setText("20000000")
        await let_tasks_run(200)
        dialog.suggest.click()
        dialog.refresh()

        lower, upper = dialog.form.numbers["lower"].value, dialog.form.numbers["upper"].value
        assert lower is not None
        assert upper is not None
        assert lower < 812 < upper
        assert dialog.form.numbers["investment"].value == Decimal(20_000_000)
        assert "From 14 days of candles" in dialog.found.text()
        assert "cycles" in dialog.found.text()
        dialog.start.click()
        assert len(submitted) == 1


async def test_without_enough_past_the_suggestion_says_so(theme: Theme) -> None:
    with shown_dialog(theme, view_with()) as (dialog, _):
        await let_tasks_run()
        dialog.suggest.click()

        assert "two days of candles" in dialog.found.text()
        assert dialog.form.numbers["lower"].is_blank


def test_an_edit_shows_the_difference_and_submits_it(theme: Theme) -> None:
    bot = views.grid_bot(MARKET, grid_count=20)
    proposed = replace(bot.bot.grid, upper=Decimal(870))
    change = preview_edit(bot, proposed, INSTRUMENT, FREE)
    with shown_dialog(theme, view_with(bot), bot=bot, proposed=proposed) as (dialog, submitted):
        dialog.refresh()
        text = dialog.summary.text
        assert f"{len(bot.open_orders)} orders are cancelled and {len(change.placed)} placed." in text
        assert "at market for a fee of" in text
        assert not dialog.form.market.isEnabled()
        assert not dialog.add.isVisible()
        dialog.start.click()

        assert submitted == [EditGrid("xrpgrid1", proposed, "XRP grid", Decimal(40))]


def test_an_edit_of_a_stopped_bot_is_checked_like_a_start(theme: Theme) -> None:
    bot = views.grid_bot(MARKET, state=BotState.STOPPED)
    with shown_dialog(theme, view_with(bot), bot=bot) as (dialog, submitted):
        dialog.refresh()
        assert "cancelled" not in dialog.summary.text
        dialog.start.click()

        (command,) = submitted
        assert isinstance(command, EditGrid)
        assert command.config == bot.bot.grid


def test_a_clone_is_a_new_bot_with_the_same_settings(theme: Theme) -> None:
    bot = views.grid_bot(MARKET)
    with shown_dialog(theme, view_with(bot), bot=bot, clone=True) as (dialog, submitted):
        dialog.refresh()
        dialog.add.click()

        (command,) = submitted
        assert isinstance(command, AddGrid)
        assert command.config == bot.bot.grid
        assert command.name == "XRP grid copy"
        assert command.bot_id != bot.bot.bot_id


def test_a_new_grid_begins_with_what_was_used_here_last(theme: Theme) -> None:
    old = views.grid_bot(MARKET, "aaaaaaaa", "old", grid_count=7)
    new = views.grid_bot(MARKET, "bbbbbbbb", "XRP/KRW grid", grid_count=33)
    new = replace(new, bot=replace(new.bot, created_at=old.bot.created_at + timedelta(days=1)))
    with shown_dialog(theme, view_with(new, old)) as (dialog, _):
        answer = dialog.form.answer()

        assert answer.config == new.bot.grid
        assert dialog.form.name.placeholderText() == "XRP/KRW grid 2"


def test_the_price_moving_on_moves_the_preview(theme: Theme) -> None:
    current = [view_with()]
    dialog = GridDialog(theme, lambda: current[0], ChartHistory(), None, zone=UTC)
    dialog.open()
    fill(dialog)
    before = dialog.summary.text
    current[0] = replace(current[0], markets=(replace(MARKET, ask=Decimal(840), bid=Decimal(839)),))
    wait_for(lambda: dialog.summary.text != before, "the preview at the new price")

    plan = preview(GridConfig(Decimal(760), Decimal(860), 20, Decimal(10_000_000)), INSTRUMENT, Decimal(840))
    assert f"{20 - plan.holding_count} buys, {plan.holding_count} sells" in dialog.summary.text
    dialog.close()


def test_enter_in_a_field_sends_nothing_and_alt_enter_does(theme: Theme) -> None:
    with shown_dialog(theme, view_with()) as (dialog, submitted):
        fill(dialog)
        dialog.activateWindow()
        field = dialog.form.numbers["investment"]
        field.setFocus()
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert submitted == []
        assert dialog.isVisible()

        wait_for(dialog.isActiveWindow, "the dialog to be active")
        QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
        wait_for(lambda: submitted, "the button to be pressed by its keys")


def test_without_a_market_nothing_can_be_sent(theme: Theme) -> None:
    with shown_dialog(theme, views.view_of()) as (dialog, submitted):
        fill(dialog)
        dialog.start.click()

        assert not dialog.start.isEnabled()
        assert submitted == []
