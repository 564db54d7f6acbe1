"""The dialog of a two-leg bot with real widgets: live preview, refusals beside their fields, what it submits."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from typing import Any

from PySide6.QtWidgets import QApplication

from engine.domain.arbitrage import ArbitrageConfig, ImbalancePolicy, LegStyle, Ways
from engine.domain.arbitrage_messages import AddArbitrage, EditArbitrage
from engine.domain.bot import AccountMode
from engine.domain.premium import Pair
from engine.domain.views import EngineView
from gui.arbitrage.arbitrage_dialog import ArbitrageDialog
from gui.theme import Theme
from tests.support.arbitrage_views import CONFIG, fx_of, two_leg_view
from tests.support.premium_past import PremiumPast
from tests.support.views import NOON

SOURCES = ("bithumb", "upbit", "static")


def rich(view: EngineView) -> EngineView:
    """Both accounts hold enough for three entries."""
    home, abroad = view.accounts
    return replace(
        view,
        accounts=(
            replace(home, balances=(("KRW", Decimal(12_000_000), Decimal(0)), ("XRP", Decimal(3_500), Decimal(0)))),
            replace(abroad, balances=(("USDT", Decimal(8_000), Decimal(0)), ("XRP", Decimal(50), Decimal(0)))),
        ),
    )


def fresh(**more: Any) -> EngineView:
    """The two markets of `two_leg_view` without its bot."""
    view = rich(two_leg_view((), **more))
    return replace(view, bots=(), arbitrage=(), positions=())


@contextmanager
def shown_dialog(theme: Theme, view: EngineView, **more: Any) -> Iterator[tuple[ArbitrageDialog, list[object]]]:
    dialog = ArbitrageDialog(theme, lambda: view, PremiumPast(), SOURCES, zone=UTC, now=lambda: NOON, **more)
    submitted: list[object] = []
    dialog.submitted.connect(submitted.append)
    dialog.open()
    QApplication.processEvents()
    try:
        yield dialog, submitted
    finally:
        dialog.close()


def fill(dialog: ArbitrageDialog, **texts: str) -> None:
    for name, text in {"size": "1,000", "entry_pct": "2.2", "exit_pct": "0.6", **texts}.items():
        dialog.form.numbers[name].setText(text)
    dialog.form.source.setCurrentIndex(dialog.form.source.findData("upbit"))
    dialog.refresh()


def test_a_new_bot_is_submitted_as_it_was_filled_in(theme: Theme) -> None:
    with shown_dialog(theme, fresh()) as (dialog, submitted):
        fill(dialog, max_positions="3", max_value="9,000,000", cooldown_s="30", entry_step_pct="0.1")
        dialog.form.policy.setCurrentIndex(dialog.form.policy.findData(ImbalancePolicy.UNWIND))
        dialog.form.name.setText("  Mine ")
        dialog.start.click()

        (command,) = submitted
        assert isinstance(command, AddArbitrage)
        assert command.bot_id != command.hedge_bot_id
        assert (len(command.bot_id), len(command.hedge_bot_id)) == (8, 8)
        assert command == AddArbitrage(
            command.bot_id,
            command.hedge_bot_id,
            "Mine",
            "simulated:home",
            "XRP/KRW",
            ArbitrageConfig(
                hedge_account_id="simulated:abroad",
                hedge_symbol="XRP/USDT",
                size=Decimal(1000),
                entry_pct=Decimal("2.2"),
                exit_pct=Decimal("0.6"),
                fx_pair="USDTKRW",
                fx_source="upbit",
                entry_step_pct=Decimal("0.1"),
                max_positions=3,
                max_value=Decimal(9_000_000),
                cooldown_s=Decimal(30),
                policy=ImbalancePolicy.UNWIND,
            ),
            start=True,
        )
        assert not dialog.isVisible()


def test_the_figures_say_what_a_round_trip_leaves_and_what_an_entry_would_be_now(theme: Theme) -> None:
    """XRP stands at 2,909 (ask 2,910) and 2.0503 (ask 2.0504), a dollar at 1,384.5; fees are 0.05 % on both venues."""
    with shown_dialog(theme, fresh()) as (dialog, _):
        fill(dialog)
        text = dialog.summary.text
        # 2.2 less 0.6 less 0.05 and 0.05.
        assert "+1.500 %" in text
        # 1.5 % of 1,000 sold at 2,909.
        assert "+43,635 KRW a position" in text
        # (2909 x 0.9995 - 2838.7788 x 1.0005) / 2838.7788
        assert "+2.372 %" in text
        assert "Sell 1,000 XRP" in text
        assert "at 2,909; needs 1,000.0000 XRP" in text
        assert "Buy 1,000 XRP" in text
        assert "1,454 KRW" in text, "0.05 % of 2,909,000 is 1,454.5, written half to even"
        assert "at the best prices" in text.lower()


def test_refusals_stand_beside_the_fields_that_cause_them(theme: Theme) -> None:
    with shown_dialog(theme, fresh()) as (dialog, submitted):
        fill(dialog, exit_pct="2.15")
        assert "A round trip loses" in dialog.form.rows["exit_pct"].refusal
        assert not dialog.start.isEnabled()
        fill(dialog, size="0.5")
        assert "below the minimum" in dialog.form.rows["size"].refusal
        fill(dialog, size="4000")
        assert "4,000 XRP are needed" in dialog.form.rows["size"].refusal
        fill(dialog, confirmations="x")
        assert dialog.form.rows["confirmations"].refusal == "This must be a number."
        assert dialog.form.more.isChecked(), "a refusal is never hidden"
        dialog.start.click()
        assert submitted == []


def test_dragging_a_line_fills_its_field(theme: Theme) -> None:
    with shown_dialog(theme, fresh()) as (dialog, _):
        fill(dialog)
        _, marks, _ = dialog.chart.canvas.lines
        assert [(line.name, line.price) for line in marks] == [("entry_pct", 2.2), ("exit_pct", 0.6)]
        dialog.chart.canvas.line_moved.emit("entry_pct", 2.4567)
        assert dialog.form.numbers["entry_pct"].value == Decimal("2.46")
        dialog.form.ways.setCurrentIndex(dialog.form.ways.findData(Ways.BUY_HOME))
        dialog.refresh()
        _, marks, _ = dialog.chart.canvas.lines
        assert marks[1].price == -0.6, "of the mirror it closes at the mirror"
        dialog.chart.canvas.line_moved.emit("exit_pct", -0.5)
        assert dialog.form.numbers["exit_pct"].value == Decimal("0.50")


def test_an_edit_keeps_its_markets_and_changes_the_rest(theme: Theme) -> None:
    view = rich(two_leg_view())
    with shown_dialog(theme, view, bot=view.bots[0]) as (dialog, submitted):
        assert dialog.windowTitle() == "Edit XRP premium"
        assert not dialog.form.home.isEnabled()
        assert dialog.form.numbers["entry_pct"].value == Decimal("2.2")
        dialog.form.numbers["entry_pct"].setText("2.5")
        dialog.form.style_box.setCurrentIndex(dialog.form.style_box.findData(LegStyle.MAKER_TAKER))
        dialog.start.click()
        expected = replace(CONFIG, entry_pct=Decimal("2.5"), style=LegStyle.MAKER_TAKER)
        assert submitted == [EditArbitrage("arbbot01", expected, "XRP premium")]


def test_a_clone_is_a_new_bot_of_another_name(theme: Theme) -> None:
    view = rich(two_leg_view())
    with shown_dialog(theme, view, bot=view.bots[0], clone=True) as (dialog, submitted):
        dialog.add.click()
        (command,) = submitted
        assert isinstance(command, AddArbitrage)
        assert (command.name, command.config, command.start) == ("XRP premium copy", CONFIG, False)


def test_real_money_is_said_in_red(theme: Theme) -> None:
    with shown_dialog(theme, fresh(modes=[AccountMode.LIVE, AccountMode.LIVE])) as (dialog, _):
        assert dialog.frame.isVisible()
        assert dialog.frame.text().startswith("LIVE: real money of")
    with shown_dialog(theme, fresh()) as (dialog, _):
        assert not dialog.frame.isVisible()


def test_one_account_is_not_enough_and_says_so(theme: Theme) -> None:
    view = fresh()
    alone = replace(view, accounts=view.accounts[:1], markets=view.markets[:1])
    with shown_dialog(theme, alone) as (dialog, _):
        assert "needs two accounts" in dialog.summary.text
        assert not dialog.start.isEnabled()


def test_without_a_rate_nothing_is_guessed(theme: Theme) -> None:
    view = fresh()
    blind = replace(view, premiums=replace(view.premiums, rates=(), rows=()))
    with shown_dialog(theme, blind) as (dialog, _):
        fill(dialog)
        assert "is not known" in dialog.summary.text
        assert fx_of().rate is not None


def test_the_usual_imbalance_is_said_in_the_money_at_home(theme: Theme) -> None:
    with shown_dialog(theme, fresh()) as (dialog, _):
        assert dialog.form.numbers["max_imbalance_value"].value == 50_000
        dialog.form.home.setCurrentIndex(1)
        assert dialog.form.home.currentData() == ("simulated:abroad", "XRP/USDT")
        assert dialog.form.numbers["max_imbalance_value"].value == 50
        dialog.form.numbers["max_imbalance_value"].setText("75")
        dialog.form.home.setCurrentIndex(0)
        assert dialog.form.numbers["max_imbalance_value"].value == 75, "what somebody wrote stays"


def test_it_begins_with_the_pair_of_the_board(theme: Theme) -> None:
    pair = Pair("simulated:home", "XRP/KRW", "simulated:abroad", "XRP/USDT", "USDTKRW")
    with shown_dialog(theme, fresh(), pair=pair) as (dialog, _):
        assert dialog.form.home.currentData() == ("simulated:home", "XRP/KRW")
        assert dialog.form.foreign.currentData() == ("simulated:abroad", "XRP/USDT")
        assert dialog.form.name.placeholderText() == "XRP premium"
