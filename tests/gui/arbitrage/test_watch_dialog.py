"""Picking what is watched: the command says what the fields say, and refusals stand beside their field."""

from decimal import Decimal

import pytest

from engine.domain.premium import Pair
from engine.domain.watching import WatchCommand, WatchCommon, WatchedPair, WatchPairs
from gui.arbitrage.watch_dialog import Choices, WatchDialog
from gui.theme import Theme
from tests.support.arbitrage_views import pair_of, premium_view

CHOICES = Choices(("binance", "binanceusdm", "bithumb", "upbit"))


def shown_dialog(theme: Theme) -> tuple[WatchDialog, list[WatchCommand]]:
    dialog = WatchDialog(theme, CHOICES)
    wanted: list[WatchCommand] = []
    dialog.wanted.connect(wanted.append)
    dialog.open()
    return dialog, wanted


def test_without_symbols_all_that_both_trade_are_watched(theme: Theme) -> None:
    dialog, wanted = shown_dialog(theme)
    dialog.watch_button.click()
    pair = Pair("upbit", "/KRW", "binance", "/USDT", "USDTKRW")
    assert wanted == [WatchCommon(WatchedPair(pair, value=Decimal(1_000_000)))]
    assert not dialog.watch_button.isEnabled(), "it is asked once"


def test_symbols_may_be_written_as_bases_or_as_either_exchange_writes_them(theme: Theme) -> None:
    dialog, wanted = shown_dialog(theme)
    dialog.symbols.setText("btc, KRW-XRP ETH/USDT,btc")
    dialog.venues["foreign"].setCurrentIndex(dialog.venues["foreign"].findData("binanceusdm"))
    dialog.source.setCurrentIndex(dialog.source.findData("bithumb"))
    dialog.every_s.clear()
    dialog.opportunity_pct.setText("0.35")
    dialog.hold_days.setText("2")
    dialog.watch_button.click()
    (command,) = wanted
    assert isinstance(command, WatchPairs)
    assert [each.pair.base for each in command.pairs] == ["BTC", "XRP", "ETH"]
    assert command.pairs[1] == WatchedPair(
        Pair("upbit", "XRP/KRW", "binanceusdm", "XRP/USDT", "USDTKRW"),
        value=Decimal(1_000_000),
        hold_days=Decimal(2),
        fx_source="bithumb",
        opportunity_pct=Decimal("0.35"),
        record_every_s=None,
    )


def test_two_markets_in_one_quote_need_no_rate(theme: Theme) -> None:
    dialog, wanted = shown_dialog(theme)
    dialog.quotes["home"].setCurrentText("USDT")
    dialog.symbols.setText("XRP")
    assert not dialog.source.isEnabled()
    dialog.watch_button.click()
    (command,) = wanted
    assert isinstance(command, WatchPairs)
    assert (command.pairs[0].pair.fx_pair, command.pairs[0].fx_source) == ("", "")


def test_a_pair_of_the_board_is_watched_in_another_way(theme: Theme) -> None:
    row = premium_view(pair_of("XRP", "bithumb", "binanceusdm"), size="500")
    dialog = WatchDialog(theme, CHOICES, row=row)
    dialog.every_s.setText("5")
    assert dialog.command() == WatchPairs((WatchedPair(row.pair, size=Decimal(500), record_every_s=Decimal(5)),))


@pytest.mark.parametrize(
    ("field", "text", "row"),
    [("amount", "0", "amount"), ("symbols", "B?C", "symbols"), ("every_s", "x", "record_every_s")],
)
def test_what_cannot_be_asked_is_said_beside_its_field(theme: Theme, field: str, text: str, row: str) -> None:
    dialog, wanted = shown_dialog(theme)
    getattr(dialog, field).setText(text)
    assert dialog.rows[row].refusal
    assert not dialog.watch_button.isEnabled()
    dialog.watch_button.click()
    assert wanted == []


def test_a_size_in_base_needs_symbols(theme: Theme) -> None:
    dialog, _ = shown_dialog(theme)
    dialog.unit.setCurrentIndex(1)
    assert dialog.rows["amount"].refusal
    dialog.symbols.setText("XRP")
    dialog.amount.setText("500")
    command = dialog.command()
    assert isinstance(command, WatchPairs)
    assert (command.pairs[0].size, command.pairs[0].value) == (Decimal(500), None)


def test_refusals_of_the_engine_stand_beside_their_fields_and_it_can_be_asked_again(theme: Theme) -> None:
    dialog, wanted = shown_dialog(theme)
    dialog.symbols.setText("XRP")
    dialog.watch_button.click()
    dialog.show_refusals([("home_symbol", "upbit does not list XRP/KRW."), ("fx_source", "No such source.")])
    assert dialog.rows["symbols"].refusal == "upbit does not list XRP/KRW."
    assert dialog.rows["fx_source"].refusal == "No such source."
    dialog.watch_button.click()
    assert len(wanted) == 2
