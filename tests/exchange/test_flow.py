"""Other traders: the same seed is the same day, recordings arrive as they were, and our orders are in their way."""

import gzip
import json
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from tests.exchange.houses import SPOT, exchange, limit, timers
from tests.support.exchange.core import Exchange
from tests.support.exchange.flow import InventedFlow, Player, Weather, invented_past
from tests.support.exchange.recorded import FOLDER, PERP_BOOK, SPOT_BOOK, RecordedBook, RecordedCandles
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.values import Kind, Side

WEATHER = Weather(Decimal(50_000), Decimal("0.5"), gap=100)
ROOMY = replace(SPOT, max_open_orders=200)
CANDLES = "candles/binance_BTC-USDT_5m.parquet"


def needs(file: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not (FOLDER / file).exists(), reason="no recorded market: set GRIDWRIGHT_DATA")


def traded(made: Exchange) -> list[tuple[int, Decimal, Decimal, Side]]:
    return [(each.trade_id, each.price, each.size, each.taker) for each in made.prints("BTC/USDT", 1000)]


def ladder(made: Exchange, middle: int, step: int, rungs: int = 20) -> None:
    """Resting orders of Alice on both sides."""
    made.transfer("alice", "USDT", Decimal(100_000))
    for rung in range(1, rungs):
        limit(made, "alice", Side.BUY, "0.001", str(middle - rung * step), f"b{rung}")
        limit(made, "alice", Side.SELL, "0.001", str(middle + rung * step), f"s{rung}")


def test_the_same_seed_is_the_same_day_and_another_is_not() -> None:
    days = []
    for seed in (1, 1, 2):
        made = exchange()
        Player(made, InventedFlow(made, "BTC/USDT", WEATHER, seed).acts(300)).step(10_000)
        days.append((traded(made), made.book("BTC/USDT", 20).bids))
    assert days[0] == days[1]
    assert days[0] != days[2]
    assert len(days[0][0]) > 100


def test_an_invented_market_comes_back_and_trades_a_ladder_on_both_sides() -> None:
    made = exchange(ROOMY)
    player = Player(made, InventedFlow(made, "BTC/USDT", WEATHER, 7).acts(1800))
    player.step()
    ladder(made, 50_000, 20)
    player.step(10_000)
    filled = {order.client_order_id[0] for order in made.truth("alice") if order.fills}
    assert filled == {"b", "s"}
    # Real fills of real orders: whoever bought from Alice is a stranger, and nothing appeared.
    assert made.ledger.sum_of("BTC") == made.ledger.sum_of("USDT") == 0
    assert all(fill.is_maker for _, fill in made.history.fills)
    prices = [price for _, price, _, _ in traded(made)]
    middle = sum(prices, Decimal(0)) / len(prices)
    assert abs(middle / 50_000 - 1) < Decimal("0.02")


def test_an_invented_past_ends_where_the_market_begins() -> None:
    made = exchange()
    past = invented_past(WEATHER, 1, made.now_ms(), 120)
    made.markets["BTC/USDT"].put_minutes(past)
    assert past == invented_past(WEATHER, 1, made.now_ms(), 120)
    assert past[-1][4] == 50_000
    assert all(after[0] - before[0] == 60_000 for before, after in pairwise(past))
    assert all(low <= min(opened, closed) <= max(opened, closed) <= high for _, opened, high, low, closed, _ in past)
    hours = made.candles("BTC/USDT", 3_600_000, 10)
    assert sum(bar[5] for bar in hours) == 60
    assert hours[-1][4] == 50_000
    Strangers(made).place("BTC/USDT", Side.SELL, Decimal(50_100), Decimal(1))
    Strangers(made).take("BTC/USDT", Side.BUY, Decimal(1))
    assert made.candles("BTC/USDT", 60_000, 1)[0][1:] == (*[Decimal(50_100)] * 4, Decimal(1))


def test_a_stranger_before_us_at_a_price_is_served_before_us() -> None:
    made = exchange()
    strangers = Strangers(made)
    strangers.set_level("BTC/USDT", Side.BUY, Decimal(49_000), Decimal(1))
    limit(made, "alice", Side.BUY, "0.1", "49000", "mine")
    strangers.set_level("BTC/USDT", Side.BUY, Decimal(49_000), Decimal(3))
    strangers.take("BTC/USDT", Side.SELL, Decimal(1))
    assert made.truth("alice")[0].filled == 0
    strangers.take("BTC/USDT", Side.SELL, Decimal("0.04"))
    assert made.truth("alice")[0].filled == Decimal("0.04")
    # Those who leave, leave from the end of the queue.
    strangers.set_level("BTC/USDT", Side.BUY, Decimal(49_000), Decimal(0))
    assert made.book("BTC/USDT", 5).bids == ((Decimal(49_000), Decimal("0.06")),)


def test_a_player_keeps_its_pace_and_can_be_stopped_and_hurried() -> None:
    made = exchange()
    player = Player(made, InventedFlow(made, "BTC/USDT", WEATHER, 1).acts(1000), speed=10)
    player.start()
    timers(made).advance(1000)
    assert (player.market_ms, player.played) == (10_000, 11)
    player.stop()
    timers(made).advance(1000)
    assert player.played == 11
    player.start()
    timers(made).advance(100)
    assert player.played == 12
    player.set_speed(100)
    timers(made).advance(100)
    assert player.market_ms == 21_000
    player.set_speed(None)
    timers(made).advance(0)
    assert player.is_over


def best_after(differences: int) -> tuple[int, tuple[str, ...]]:
    """(acts from the snapshot to the end of so many differences, the recording's own best bid and ask of then)."""
    acts = found = last = 0
    has_begun = False
    tickers: dict[int, tuple[str, ...]] = {}
    with gzip.open(FOLDER / SPOT_BOOK, "rt", encoding="utf-8") as lines:
        for line in lines:
            told = json.loads(line.partition(" ")[2])
            data = told.get("data", told)
            has_begun = has_begun or "lastUpdateId" in told
            if data.get("e") in ("depthUpdate", "trade") and not last:
                # What came before the snapshot: its differences are acts after it.
                acts += has_begun or data["e"] == "depthUpdate"
                if data["e"] == "depthUpdate" and has_begun:
                    found += 1
                    last = data["u"] if found == differences else 0
            elif "B" in data and "e" not in data:
                tickers[data["u"]] = (data["b"], data["B"], data["a"], data["A"])
    return acts + 1, tickers[max(number for number in tickers if number <= last)]


@needs(SPOT_BOOK)
def test_a_recorded_book_stays_the_recorded_one() -> None:
    for differences in (100, 1500):
        acts, best = best_after(differences)
        made = exchange(ROOMY)
        Player(made, RecordedBook(made, "BTC/USDT").acts()).step(acts)
        book = made.book("BTC/USDT", 1)
        assert (*book.bids[0], *book.asks[0]) == tuple(map(Decimal, best))


@needs(SPOT_BOOK)
def test_a_recorded_book_trades_with_what_rests_in_it() -> None:
    made = exchange(ROOMY)
    player = Player(made, RecordedBook(made, "BTC/USDT", Path(SPOT_BOOK)).acts())
    player.step()
    assert made.book("BTC/USDT", 1).bids == ((Decimal("61837.63"), Decimal("3.78826")),)
    ladder(made, 61_837, 5)
    player.step(6000)
    assert len(made.history.fills) >= 5
    assert made.ledger.sum_of("BTC") == made.ledger.sum_of("USDT") == 0


@needs(PERP_BOOK)
def test_a_recorded_book_of_perps() -> None:
    made = exchange(
        replace(SPOT, kind=Kind.PERP, price_bands=((Decimal(0), Decimal("0.1")),), size_increment=Decimal("0.001"))
    )
    player = Player(made, RecordedBook(made, "BTC/USDT", PERP_BOOK).acts())
    player.step(5000)
    book = made.book("BTC/USDT", 1)
    assert Decimal(61_000) < book.bids[0][0] < book.asks[0][0] < Decimal(62_500)
    assert len(traded(made)) == 1000


@needs(CANDLES)
def test_candles_are_walked_from_open_to_close() -> None:
    made = exchange()
    recorded = RecordedCandles(made, "BTC/USDT", CANDLES, Decimal("0.5"))
    first = recorded.first_price()
    recorded.scale = Decimal(50_000) / first
    player = Player(made, recorded.acts(0, 12))
    player.step()
    book = made.book("BTC/USDT", 1)
    assert book.bids[0][0] < Decimal(50_000) < book.asks[0][0]
    player.step(1000)
    assert player.market_ms == 11 * 300_000 + 3 * 75_000
