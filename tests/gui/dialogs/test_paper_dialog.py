"""Opening a paper account: what can be chosen, and what is submitted."""

from decimal import Decimal

import pytest

from gui.dialogs.paper_dialog import PaperChoice, PaperDialog
from gui.theme import Theme

EXCHANGES = ("binance", "upbit")


def test_the_choice_is_what_the_fields_say(theme: Theme) -> None:
    dialog = PaperDialog(theme, EXCHANGES)
    submitted: list[object] = []
    dialog.submitted.connect(submitted.append)
    dialog.open()
    assert not dialog.open_button.isEnabled()
    assert dialog.rows["symbol"].refusal == ""
    dialog.exchange.setCurrentIndex(1)
    dialog.symbol.setText(" xrp-krw ")
    dialog.cash.setText("5,000,000")
    dialog.open_button.click()

    assert submitted == [PaperChoice("upbit", "XRP/KRW", Decimal(5_000_000))]
    assert not dialog.isVisible()


def test_without_cash_it_is_the_usual_amount(theme: Theme) -> None:
    dialog = PaperDialog(theme, EXCHANGES)
    dialog.symbol.setText("BTC/USDT")

    assert dialog.choice() == PaperChoice("binance", "BTC/USDT", None)


@pytest.mark.parametrize("symbol", ["BTC", "BTC/", "/KRW", "BTC/KRW/USDT", "B C/KRW"])
def test_a_symbol_that_is_none_is_refused_beside_its_field(theme: Theme, symbol: str) -> None:
    dialog = PaperDialog(theme, EXCHANGES)
    dialog.symbol.setText(symbol)

    assert dialog.rows["symbol"].refusal == "Write it as BASE/QUOTE, such as XRP/KRW."
    assert not dialog.open_button.isEnabled()


@pytest.mark.parametrize("cash", ["0", "-1", "lots"])
def test_cash_that_cannot_be_is_refused_beside_its_field(theme: Theme, cash: str) -> None:
    dialog = PaperDialog(theme, EXCHANGES)
    dialog.symbol.setText("BTC/USDT")
    dialog.cash.setText(cash)

    assert dialog.rows["cash"].refusal
    assert dialog.choice() is None


def test_without_exchanges_nothing_can_be_opened(theme: Theme) -> None:
    dialog = PaperDialog(theme, ())
    dialog.symbol.setText("BTC/USDT")

    assert not dialog.open_button.isEnabled()
