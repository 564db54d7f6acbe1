"""A list of pairs: kept to the last field, changed in place, its own user's alone."""

from dataclasses import fields, replace

import pytest

from engine.domain.premium import Pair
from engine.domain.watching import WatchedPair
from engine.errors import UsageError
from engine.ports import WatchedPairs
from storage.database import Database, connect
from storage.watched_pairs import PostgresWatchedPairs
from tests.security.conftest import shared
from tests.storage.builders import D
from tests.support.shared import SharedDatabase

__all__ = ["shared"]

XRP = Pair("upbit", "XRP/KRW", "binance", "XRP/USDT", "USDTKRW")
BUSY = WatchedPair(
    XRP, D(100), D(5_000_000), D("0.0004"), D("0.00075"), D("1.5"), "bithumb", D("0.3"), D("0.5")
)  # fmt: skip


async def test_what_is_put_on_the_list_comes_back(database: Database) -> None:
    assert [each.name for each in fields(WatchedPair) if getattr(BUSY, each.name) == each.default] == []
    pairs: WatchedPairs = PostgresWatchedPairs(database)
    bare = WatchedPair(replace(XRP, home_symbol="BTC/KRW", foreign_symbol="BTC/USDT"), value=D(1), record_every_s=None)
    other = WatchedPair(replace(XRP, foreign_venue="binanceusdm"), D(3))
    for each in (other, BUSY, bare):
        await pairs.watch(each)
    assert await pairs.watched() == [bare, BUSY, other]
    changed = replace(BUSY, size=None, home_fee=None, fx_source="")
    await pairs.watch(changed)
    assert await pairs.unwatch(other.pair)
    assert not await pairs.unwatch(other.pair)
    assert await pairs.watched() == [bare, changed]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"size": D(0)}, "The size must be above 0"),
        ({"size": None, "value": None}, "A watched pair needs a size or a value above 0."),
        ({"home_fee": D(1)}, "A fee of a watched pair must be a fraction from 0 to below 1."),
        ({"hold_days": D(-1)}, "A watched pair cannot be held for fewer than 0 days."),
        ({"record_every_s": D(0)}, "The time between readings must be above 0"),
        ({"pair": replace(XRP, home_symbol="")}, "The home symbol must not be empty."),
        ({"opportunity_pct": D("NaN")}, "The premium of an opportunity"),
    ],
)
async def test_bad_pairs_are_refused(database: Database, changes: dict[str, object], sentence: str) -> None:
    pairs = PostgresWatchedPairs(database)
    with pytest.raises(UsageError) as caught:
        await pairs.watch(replace(BUSY, **changes))  # type: ignore[arg-type]
    assert str(caught.value).startswith(sentence)
    assert await pairs.watched() == []


async def test_everybody_has_a_list_of_his_own(shared: SharedDatabase) -> None:
    alice, bob = await connect(shared.url("alice")), await connect(shared.url("bob"))
    try:
        await PostgresWatchedPairs(alice).watch(BUSY)
        await PostgresWatchedPairs(bob).watch(replace(BUSY, size=D(7)))
        assert not await PostgresWatchedPairs(bob).unwatch(replace(XRP, home_symbol="BTC/KRW"))
        assert await PostgresWatchedPairs(alice).watched() == [BUSY]
        assert await PostgresWatchedPairs(bob).unwatch(XRP)
        assert await PostgresWatchedPairs(alice).watched() == [BUSY]
    finally:
        await alice.close()
        await bob.close()
