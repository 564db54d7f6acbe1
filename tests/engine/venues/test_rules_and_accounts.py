"""Rule books, and accounts: what is resolved from a file and its name, and what is refused."""

from collections.abc import AsyncIterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain.bot import Account, AccountMode
from engine.domain.instrument import FeeAsset, VenueRules
from engine.errors import RecordingError, UsageError
from engine.venues.factory import make_venue, paper_account, replay_account, simulated_account
from engine.venues.live import LivePaperVenue
from engine.venues.paced import PacedPaperVenue
from engine.venues.rule_books import rules_of
from engine.venues.tape import Print, TopOfBook
from tests.engine.venues.builders import START, D, short, write_candles

#: docs.upbit.com: price, the increment that holds there. Both ends of every band.
UPBIT_TABLE = [
    ("0.000005", "0.00000001"), ("0.00001", "0.0000001"), ("0.0001", "0.000001"), ("0.00999", "0.00001"),
    ("0.01", "0.0001"), ("0.0999", "0.0001"), ("0.1", "0.001"), ("0.999", "0.001"), ("1", "0.01"), ("9.99", "0.01"),
    ("10", "0.1"), ("99.9", "0.1"), ("100", "1"), ("999", "1"), ("1000", "1"), ("4999", "1"), ("5000", "5"),
    ("9995", "5"), ("10000", "10"), ("49990", "10"), ("50000", "50"), ("99950", "50"), ("100000", "100"),
    ("499900", "100"), ("500000", "500"), ("999500", "500"), ("1000000", "1000"), ("150803000", "1000"),
]  # fmt: skip


@pytest.mark.parametrize(("price", "increment"), UPBIT_TABLE)
def test_upbit_ticks(price: str, increment: str) -> None:
    rules = rules_of("upbit", "XRP", "KRW", D(3868), {})
    assert rules.price_increment(D(price)) == D(increment)


def test_upbit_rules() -> None:
    rules = rules_of("upbit", "XRP", "KRW", D(3868), {})
    assert (rules.min_notional, rules.maker_fee, rules.taker_fee) == (D(5000), D("0.0005"), D("0.0005"))
    assert (rules.size_increment, rules.fee_asset) == (D("0.00000001"), FeeAsset.QUOTE)
    assert rules.effective_from.date().isoformat() == "2025-07-31"
    dollars = rules_of("upbit", "USDT", "KRW", D(1390), {})
    assert [dollars.price_increment(D(price)) for price in (999, 1000, 9999, 10_000)] == [1, D("0.5"), D("0.5"), 10]


@pytest.mark.parametrize(
    ("name", "base", "price", "expected"),
    [
        ("binance", "BTC", "61837.64", ("0.01", "0.00001", "received", "0.001")),
        ("binance", "XRP", "2.9456", ("0.0001", "0.1", "received", "0.001")),
        # Derived: seven digits of price, a size step of one to ten cents.
        ("binance", "DOGE", "0.2345", ("0.0000001", "0.1", "received", "0.001")),
        ("binanceusdm", "BTC", "61800.2", ("0.1", "0.001", "quote", "0.0002")),
        ("plain", "BTC", "46319.0", ("0.01", "0.00000001", "quote", "0.001")),
        ("plain", "XRP", "0.5", ("0.0000001", "0.00000001", "quote", "0.001")),
    ],
)
def test_other_rule_books(name: str, base: str, price: str, expected: tuple[str, str, str, str]) -> None:
    rules = rules_of(name, base, "USDT", D(price), {})
    increment = rules.price_increment(D(price))
    found = (short(increment), short(rules.size_increment), rules.fee_asset.value, short(rules.maker_fee))
    assert found == expected
    assert rules.min_notional == 5
    assert rules.is_price_allowed(rules.nearest_price(D(price)))


def test_bithumb_is_upbit_s_table_at_its_own_fee() -> None:
    rules, upbit = (rules_of(name, "XRP", "KRW", D(3868), {}) for name in ("bithumb", "upbit"))
    assert (rules.price_bands, rules.min_notional) == (upbit.price_bands, D(5000))
    assert (rules.maker_fee, rules.taker_fee, rules.fee_asset) == (D("0.0025"), D("0.0025"), FeeAsset.QUOTE)


def test_options_stand_above_the_book() -> None:
    options = {
        "price_increment": "5", "size_increment": "0.5", "min_quantity": "1", "max_quantity": "9", "min_notional": "7",
        "max_open_orders": "3", "maker_fee": "0", "taker_fee": "0.01", "fee_asset": "received",
    }  # fmt: skip
    rules = rules_of("upbit", "XRP", "KRW", D(3868), options)
    found = (rules.price_increment(D(3868)), rules.size_increment, rules.min_quantity, rules.max_quantity)
    assert found == (D(5), D("0.5"), D(1), D(9))
    assert (rules.min_notional, rules.max_open_orders, rules.taker_fee) == (D(7), 3, D("0.01"))
    assert rules.fee_asset is FeeAsset.RECEIVED


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("mtgox", {}, "There is no rule book called mtgox; there are upbit, bithumb, binance, binanceusdm, plain."),
        ("plain", {"price_increment": "0"}, "The venue rule price_increment cannot be 0."),
        ("plain", {"size_increment": "-1"}, "The venue rule size_increment cannot be -1."),
        ("plain", {"maker_fee": "1"}, "The venue rule maker_fee cannot be 1."),
        ("plain", {"taker_fee": "NaN"}, "The venue rule taker_fee cannot be NaN."),
        ("plain", {"min_notional": "much"}, "The venue rule min_notional cannot be much."),
        ("plain", {"max_open_orders": "1.5"}, "The venue rule max_open_orders cannot be 1.5."),
        ("plain", {"fee_asset": "gold"}, "The venue rule fee_asset cannot be gold."),
    ],
)
def test_rules_that_cannot_be(name: str, options: Mapping[str, str], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        rules_of(name, "BTC", "USDT", D(100), options)
    assert str(caught.value) == sentence


def recorded(folder: Path, name: str) -> Path:
    return write_candles(folder / name, [(3868.0, 3869.0, 3865.0, 3867.0, 135570.05)] * 2)


def test_an_account_of_an_upbit_file(tmp_path: Path) -> None:
    account = replay_account(recorded(tmp_path, "upbit_XRP-KRW_1m.csv"), {"cash.KRW": "10000000"})
    assert (account.account_id, account.venue) == ("replay:upbit_XRP-KRW_1m", "replay:upbit_XRP-KRW_1m")
    assert (account.mode, account.quote) == (AccountMode.REPLAY, "KRW")
    settings = dict(account.settings)
    assert settings["rules"] == "upbit"
    assert settings["symbol"] == "XRP/KRW"
    assert settings["volume_unit"] == "base"
    assert settings["cash.KRW"] == "10000000"
    assert len(settings["sha256"]) == 64


def test_an_account_of_an_ftx_file_counts_volume_in_dollars(tmp_path: Path) -> None:
    path = recorded(tmp_path, "ftx_BTC-PERP_1m.csv")
    account = replay_account(path, {})
    found = [account.setting(name) for name in ("symbol", "volume_unit", "rules")]
    assert found == ["BTC/USD", "quote", "plain"]
    assert replay_account(path, {"volume_unit": "base"}).setting("volume_unit") == "base"


def test_a_second_session_has_a_name_of_its_own(tmp_path: Path) -> None:
    path = recorded(tmp_path, "upbit_XRP-KRW_1m.csv")
    assert replay_account(path, {"name": "upbit_XRP-KRW_1m-2"}).account_id == "replay:upbit_XRP-KRW_1m-2"


def test_a_file_with_another_name_needs_its_symbol(tmp_path: Path) -> None:
    path = recorded(tmp_path, "mine.csv")
    with pytest.raises(RecordingError, match="does not name its market"):
        replay_account(path, {})
    assert replay_account(path, {"symbol": "eth-krw", "rules": "upbit"}).setting("symbol") == "ETH/KRW"


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"symbol": "ETH"}, "ETH is not a symbol like BTC/KRW"),
        ({"symbol": "KRW-KRW"}, "is not a symbol"),
        ({"rules": "mtgox"}, "no rule book called mtgox"),
        ({"latency_ms": "-1"}, "The setting latency_ms of replay:upbit_XRP-KRW_1m cannot be -1"),
        ({"latency_ms": "0.5"}, "latency_ms"),
        ({"participation": "0"}, "participation"),
        ({"volume_unit": "lots"}, "The setting volume_unit of replay:upbit_XRP-KRW_1m cannot be lots"),
        ({"speed": "quick"}, "The speed must be max or a number from 0, not quick"),
        ({"speed": "-2"}, "not -2"),
        ({"cash.KRW": "a lot"}, "cash.KRW"),
        ({"cash.KRW": "-5"}, "cash.KRW"),
        ({"maker_fee": "7"}, "maker_fee"),
    ],
)
def test_accounts_that_cannot_be(tmp_path: Path, options: dict[str, str], part: str) -> None:
    with pytest.raises(UsageError) as caught:
        replay_account(recorded(tmp_path, "upbit_XRP-KRW_1m.csv"), options)
    assert part in str(caught.value)


@pytest.mark.parametrize("options", [{"seed": "x"}, {"tick_ms": "0"}, {"volatility": "-1"}, {"start_price": "0"}])
def test_simulated_accounts_that_cannot_be(options: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        simulated_account("demo", options, START)


def test_a_simulated_account_has_money_unless_told_otherwise() -> None:
    account = simulated_account("demo", {}, START)
    assert (account.account_id, account.mode) == ("simulated:demo", AccountMode.SIMULATED)
    assert account.setting("cash.USDT") == "100000"
    other = simulated_account("demo", {"cash.BTC": "2"}, START)
    assert (other.setting("cash.USDT"), other.setting("cash.BTC")) == ("", "2")


class Silent:
    """A feed on which nothing happens."""

    async def open(self, book: VenueRules) -> VenueRules:
        return book

    async def events(self) -> AsyncIterator[TopOfBook | Print]:
        nothing: tuple[TopOfBook | Print, ...] = ()
        for event in nothing:
            yield event

    async def close(self) -> None:
        return None


def test_the_factory_makes_what_the_mode_says(tmp_path: Path) -> None:
    replay = replay_account(recorded(tmp_path, "upbit_XRP-KRW_1m.csv"), {})
    paper = paper_account("p", "loopback", "BTC/USDT", Decimal(60_000), {"cash.USDT": "5"})
    assert isinstance(make_venue(replay, tmp_path), PacedPaperVenue)
    assert isinstance(make_venue(simulated_account("demo", {}, START), tmp_path), PacedPaperVenue)
    live = make_venue(paper, tmp_path, feeds={"loopback": lambda _account, _instrument: Silent()})
    assert isinstance(live, LivePaperVenue)
    assert live.name == "paper:p"
    with pytest.raises(UsageError, match="There is no live feed called loopback"):
        make_venue(paper, tmp_path)
    real = Account("okx:me", "okx:me", "me", AccountMode.LIVE, "USDT", paper.settings)
    with pytest.raises(UsageError, match="its mode live is not a replay"):
        make_venue(real, tmp_path)
    broken = Account("replay:x", "replay:x", "x", AccountMode.REPLAY, "KRW", (("symbol", "BTC/KRW"),))
    with pytest.raises(UsageError, match="The setting price of replay:x is missing"):
        make_venue(broken, tmp_path)
