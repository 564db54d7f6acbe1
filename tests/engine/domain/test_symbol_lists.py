"""What people write on their lists, and which of our symbols they mean by it."""

import pytest

from engine.domain.symbol_lists import allows, is_same, is_symbol, means

DOGE = "DOGE/USDT"


@pytest.mark.parametrize(
    "entry",
    ["DOGE/USDT", "DOGE-USDT-SWAP", "doge-usdt", "DOGE_USDT", "DOGEUSDT", "DOGE/USDT:USDT", "DOGEUSDT_UMCBL",
     "DOGE-USDT-250328", "USDT-DOGE", "DOGE", "doge"],
)  # fmt: skip
def test_an_entry_means_the_pair_as_any_exchange_writes_it(entry: str) -> None:
    assert means(entry, DOGE)
    assert not means(entry, "BTC/USDT")
    assert not means(entry, "USDT/KRW")


@pytest.mark.parametrize(
    "entry", ["DOG/USDT", "DOGE-USDC-SWAP", "DOGE-KRW", "USDT", "DOGES", "DOGEUSD", "SWAP", "-", ""]
)
def test_an_entry_means_nothing_else(entry: str) -> None:
    assert not means(entry, DOGE)


def test_upbit_writes_the_quote_first() -> None:
    assert means("KRW-BTC", "BTC/KRW")
    assert not means("KRW-BTC", "BTC/USDT")


def test_one_word_is_an_asset_in_all_its_pairs_and_not_where_it_is_the_quote() -> None:
    assert means("BTC", "BTC/KRW")
    assert means("BTC", "BTC/USDT")
    assert not means("BTC", "ETH/BTC")


def test_a_pair_is_not_its_neighbour_whose_letters_are_the_same() -> None:
    # Together both are ABUSD.
    assert not means("AB-USD", "A/BUSD")


def test_a_white_list_must_have_it_and_a_black_list_must_not() -> None:
    assert allows([], [], DOGE)
    assert allows(["BTC-USDT", "DOGE-USDT-SWAP"], [], DOGE)
    assert not allows(["BTC-USDT"], [], DOGE)
    assert not allows([], ["dogeusdt"], DOGE)
    assert not allows(["DOGE"], ["DOGE/USDT"], DOGE)
    assert allows(["DOGE"], ["DOGE/USDT"], "DOGE/KRW")


def test_entries_that_say_the_same() -> None:
    assert is_same("DOGE-USDT-SWAP", "dogeusdt")
    assert is_same("dogeusdt", "DOGE-USDT-SWAP")
    assert is_same("DOGE", "doge")
    assert not is_same("DOGE", "DOGE/USDT")
    assert not is_same("DOGE/KRW", "DOGE/USDT")


@pytest.mark.parametrize("text", ["DOGE/USDT", "DOGE-USDT-SWAP", "1INCH_KRW", "BTC", "DOGE/USDT:USDT"])
def test_a_symbol(text: str) -> None:
    assert is_symbol(text)


@pytest.mark.parametrize("text", ["", " ", "DOGE USDT", "도지", "DOGE/", "/USDT", "A" * 41, "DOGE;--", "DOGE\n", "$1"])
def test_no_symbol(text: str) -> None:
    assert not is_symbol(text)
