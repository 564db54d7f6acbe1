"""What exchanges list, what of it two of them have in common, and what they say beside prices."""

from decimal import Decimal

from engine.spreads import market_lists
from engine.spreads.market_lists import Listed, common, with_wallets

D = Decimal


def only(found: object) -> Listed:
    [one] = list(found)  # type: ignore[call-overload]
    assert isinstance(one, Listed)
    return one


def test_binance_lists_perpetual_futures_and_says_when_one_ends() -> None:
    about = {"baseAsset": "ABC", "quoteAsset": "USDT", "contractType": "PERPETUAL"}
    rows = [
        about | {"symbol": "ABCUSDT", "status": "TRADING", "deliveryDate": 4_133_404_800_000},
        about | {"symbol": "DEFUSDT", "baseAsset": "DEF", "status": "TRADING", "deliveryDate": 1_767_258_000_000},
        about | {"symbol": "GHIUSDT", "baseAsset": "GHI", "status": "SETTLING", "deliveryDate": 4_133_404_800_000},
        about | {"symbol": "ABCUSDT_260327", "contractType": "CURRENT_QUARTER", "status": "TRADING"},
    ]
    going, ending, halted = market_lists.binance_futures({"symbols": rows})
    assert (going.symbol, going.is_trading, going.is_delisting, going.notice) == ("ABC/USDT", True, False, "")
    assert (ending.is_delisting, ending.notice) == (True, "2026-01-01 09:00 UTC")
    assert (halted.is_trading, halted.is_delisting, halted.notice) == (False, False, "SETTLING")


def test_okx_swaps_are_linear_ones_with_the_base_of_a_contract() -> None:
    about = {"state": "live", "ctVal": "0.01", "ctType": "linear", "settleCcy": "USDT", "expTime": ""}
    rows = [
        about | {"instId": "BTC-USDT-SWAP"},
        about | {"instId": "BTC-USD-SWAP", "ctType": "inverse", "settleCcy": "BTC"},
        about | {"instId": "OLD-USDT-SWAP", "expTime": "1767258000000"},
    ]
    found = list(market_lists.okx_swaps({"data": rows}))
    assert [(each.symbol, each.contract) for each in found] == [("BTC/USDT", D("0.01")), ("OLD/USDT", D("0.01"))]
    assert (found[1].is_delisting, found[1].is_trading) == (True, True)
    spot = only(market_lists.okx_spot({"data": [{"baseCcy": "A", "quoteCcy": "USDT", "instId": "A-USDT",
                                                 "state": "suspend", "expTime": ""}]}))  # fmt: skip
    assert (spot.is_trading, spot.notice) == (False, "suspend")


def test_bitget_says_when_one_goes_and_how_often_futures_pay() -> None:
    about = {"baseCoin": "A", "quoteCoin": "USDT", "symbol": "AUSDT"}
    assert only(market_lists.bitget_spot({"data": [about | {"status": "online", "offTime": ""}]})).notice == ""
    going = only(market_lists.bitget_spot({"data": [about | {"status": "online", "offTime": "1767258000000"}]}))
    assert (going.is_delisting, going.notice) == (True, "2026-01-01 09:00 UTC")
    row = about | {"symbolStatus": "normal", "offTime": "-1", "fundInterval": "4", "symbolType": "perpetual"}
    future = only(market_lists.bitget_futures({"data": [row]}))
    assert (future.funding_h, future.is_delisting) == (D(4), False)


def test_upbit_and_bithumb_warn_of_a_market_in_their_own_words() -> None:
    upbit = market_lists.korean(
        [
            {
                "market": "KRW-BTC",
                "english_name": "Bitcoin",
                "market_event": {"warning": False, "caution": {"A": False}},
            },
            {"market": "KRW-XYZ", "english_name": "X", "market_event": {"warning": True, "caution": {}}},
            {
                "market": "KRW-PQR",
                "english_name": "P",
                "market_event": {"warning": False, "caution": {"PRICE_FLUCTUATIONS": True}},
            },
        ]
    )
    assert [(each.symbol, each.is_warned, each.notice) for each in upbit] == [
        ("BTC/KRW", False, ""), ("XYZ/KRW", True, "WARNING"), ("PQR/KRW", True, "PRICE_FLUCTUATIONS"),
    ]  # fmt: skip
    bithumb = market_lists.korean(
        [{"market": "KRW-BTC", "market_warning": "NONE"}, {"market": "KRW-XYZ", "market_warning": "CAUTION"}]
    )
    assert [(each.name, each.is_warned, each.notice) for each in bithumb] == [("", False, ""), ("", True, "CAUTION")]


def test_a_coin_takes_deposits_where_any_of_its_networks_does() -> None:
    wallets = market_lists.bithumb_wallets(
        {
            "data": [
                {"currency": "A", "net_type": "X", "deposit_status": 0, "withdrawal_status": 1},
                {"currency": "A", "net_type": "Y", "deposit_status": 1, "withdrawal_status": 0},
                {"currency": "B", "net_type": "B", "deposit_status": 0, "withdrawal_status": 0},
            ]
        }
    )
    assert wallets == {"A": (True, True), "B": (False, False)}
    told = with_wallets([Listed("A/KRW", "KRW-A"), Listed("C/KRW", "KRW-C")], wallets)
    assert [(each.can_deposit, each.can_withdraw) for each in told] == [(True, True), (None, None)]
    chains = [{"rechargeable": "true", "withdrawable": "false"}, {"rechargeable": "false", "withdrawable": "false"}]
    assert market_lists.bitget_wallets({"data": [{"coin": "A", "chains": chains}]}) == {"A": (True, False)}


def test_common_are_the_bases_that_both_trade_and_that_are_not_two_coins_of_one_ticker() -> None:
    home = [
        Listed("B/KRW", "KRW-B", name="Bcoin"), Listed("A/KRW", "KRW-A", name="A Coin"), Listed("A/BTC", "BTC-A"),
        Listed("C/KRW", "KRW-C", is_trading=False), Listed("D/KRW", "KRW-D"), Listed("E/KRW", "KRW-E", name="Echo"),
    ]  # fmt: skip
    foreign = [
        Listed("A/USDT", "AUSDT", name="a-coin"), Listed("B/USDT", "BUSDT"), Listed("C/USDT", "CUSDT"),
        Listed("D/USDT", "DUSDT", is_trading=False), Listed("E/USDT", "EUSDT", name="Euler"), Listed("A/USDC", "AUSDC"),
    ]  # fmt: skip
    both = common(home, "KRW", foreign, "USDT")
    assert [(one.symbol, other.symbol) for one, other in both] == [("A/KRW", "A/USDT"), ("B/KRW", "B/USDT")]
    assert [one.base for one, _ in common(home, "KRW", foreign, "USDT", without=["a"])] == ["B"]
