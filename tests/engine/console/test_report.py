"""The report's numbers, its exact texts, and what it says when books do not agree."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.console.listing import exact
from engine.console.report import AccountBooks, ReplayedMarket, ReplayReport, build_report
from engine.domain.views import BotView
from tests.support.views import grid_bot, instrument_of, market_of

MARKET = ReplayedMarket(
    "xrp.parquet", 20160, 20160, datetime(2025, 9, 1, tzinfo=UTC), datetime(2025, 9, 14, 23, 59, tzinfo=UTC), 4.0
)


def traded() -> BotView:
    """A bot that bought 2 for 10 each (fee 0.01 each time) and sold 1 for 12: it holds 1 that is now worth 11.

    matched = 12 - 10 - 0.02 = 1.98, floating = 11 - 10 - 0.01 = 0.99, total = 2.97.
    """
    row = grid_bot(market_of(instrument_of(), "11"))
    bot = replace(row.bot, buy_fills=2, sell_fills=1, closed_cycles=1, fees_quote=Decimal("0.03"), start_price=None)
    return replace(
        row,
        bot=bot,
        price=Decimal(11),
        matched_profit=Decimal("1.98"),
        floating_pnl=Decimal("0.99"),
        total_pnl=Decimal("2.97"),
    )


def books(cash: str = "91.97", base: str = "1", venue_cash: str = "91.97", deposit: str = "100") -> AccountBooks:
    """100 less 20.02 for the buys, plus 11.99 for the sell, leaves 91.97 and one base."""
    return AccountBooks(
        ledger={"KRW": Decimal(cash), "XRP": Decimal(base)},
        deposits={"KRW": Decimal(deposit)},
        venue={"KRW": Decimal(venue_cash), "XRP": Decimal(base)},
    )


def report(row: BotView | None = None, account: AccountBooks | None = None) -> ReplayReport:
    return build_report(MARKET, row or traded(), "XRP", "KRW", account or books())


def test_the_numbers_of_a_small_run_worked_out_by_hand() -> None:
    found = report().as_json()
    assert {key: found[key] for key in ("fills", "buys", "sells", "cycles", "candles")} == {
        "fills": 3,
        "buys": 2,
        "sells": 1,
        "cycles": 1,
        "candles": 20160,
    }
    money = ("matched", "floating", "total", "fees", "base_held", "cash", "price", "equity_start", "equity_end")
    assert [found[key] for key in money] == ["1.98", "0.99", "2.97", "0.03", "1", "91.97", "11", "100", "102.97"]
    assert found["is_ledger_exact"] is True
    assert found["candles_per_s"] == 5040.0
    assert (found["market_from"], found["market_to"]) == ("2025-09-01T00:00:00+00:00", "2025-09-14T23:59:00+00:00")


def test_a_ledger_that_differs_from_the_venue_by_the_last_unit_is_told() -> None:
    found = report(account=books(venue_cash="91.97000001"))
    assert found.ledger_problems == ("The ledger has 91.97 KRW, the venue has 91.97000001.",)
    assert "Ledger WRONG." in found.as_text()
    assert found.as_json()["is_ledger_exact"] is False


def test_equity_that_changed_by_something_else_than_the_bot_is_told() -> None:
    found = report(account=books(cash="91.96", venue_cash="91.96"))
    assert found.ledger_problems == ("Equity changed by 2.96 KRW, the bot says 2.97.",)


def test_parts_that_are_not_the_whole_are_told() -> None:
    found = report(replace(traded(), matched_profit=Decimal(2)))
    assert found.ledger_problems == ("Matched 2 and floating 0.99 are not 2.97.",)


def test_an_asset_that_only_the_venue_knows_is_told() -> None:
    odd = replace(books(), venue={"KRW": Decimal("91.97"), "XRP": Decimal(1), "BTC": Decimal("0.5")})
    assert report(account=odd).ledger_problems == ("The ledger has 0 BTC, the venue has 0.5.",)


def test_deposited_base_counts_at_the_price_of_the_start() -> None:
    """10 XRP at 9 and 100 KRW are 190 at the start; base beside the bot may change its value."""
    row = traded()
    row = replace(row, bot=replace(row.bot, start_price=Decimal(9)))
    account = AccountBooks(
        ledger={"KRW": Decimal("91.97"), "XRP": Decimal(11)},
        deposits={"KRW": Decimal(100), "XRP": Decimal(10)},
        venue={"KRW": Decimal("91.97"), "XRP": Decimal(11)},
    )
    found = report(row, account)
    assert (found.equity_start, found.equity_end, found.ledger_problems) == (Decimal(190), Decimal("212.97"), ())


def test_the_text_shows_every_number_with_its_unit() -> None:
    text = report().as_text()
    for part in ("Matched profit (KRW)", "20,160", "91.97", "102.97", "exact to the last unit", "2025-09-14 23:59"):
        assert part in text
    assert "Fees (XRP)" not in text


def test_fees_in_base_are_shown_when_there_are_any() -> None:
    row = traded()
    row = replace(row, bot=replace(row.bot, fees_base=Decimal("0.001")))
    assert "Fees (XRP)" in report(row).as_text()


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1.500", "1.5"),
        ("1E+3", "1000"),
        ("-0.00", "0"),
        ("0E-8", "0"),
        ("-1.10", "-1.1"),
        ("100", "100"),
        ("1E-8", "0.00000001"),
    ],
)
def test_equal_amounts_are_equal_texts(amount: str, text: str) -> None:
    assert exact(Decimal(amount)) == text


def test_a_run_of_no_time_has_no_speed() -> None:
    empty = replace(MARKET, candles=0, candles_walked=0, started_at=None, ended_at=None, elapsed_s=0.0)
    found = build_report(empty, traded(), "XRP", "KRW", books())
    assert found.candles_per_s == 0.0
    assert "Market - to - UTC" in found.as_text()


def test_a_session_that_was_taken_up_tells_its_time_and_no_speed() -> None:
    found = build_report(replace(MARKET, candles_walked=0, elapsed_s=13.3), traded(), "XRP", "KRW", books())
    assert found.as_text().splitlines()[-1] == "13.3 s."
