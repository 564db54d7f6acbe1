"""Markets that invent their own time began when they were opened: that one is behind the other says nothing."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from engine.domain.arbitrage import PairStage
from engine.domain.arbitrage_messages import ClockTicked
from engine.domain.bot import AccountMode
from engine.domain.market import FxRate, OrderBook, Quote
from tests.engine.kernel.pair_town import PairTown, PairVenue

D = Decimal
BEHIND = timedelta(seconds=9)


def invented_town(mode: AccountMode) -> PairTown:
    """Both accounts are of one mode."""
    town = PairTown()
    for book in town.kernel._state.accounts.values():
        book.account = replace(book.account, mode=mode)
    return town


def show(town: PairTown, venue: PairVenue, bid: str, ask: str, behind: timedelta = timedelta()) -> None:
    """A quote and its book, by the market's own time."""
    venue.bid, venue.ask = D(bid), D(ask)
    symbol, at = venue.instrument.symbol, town.now - behind
    town.tell(Quote(venue.name, symbol, venue.bid, venue.ask, at))
    town.tell(OrderBook(venue.name, symbol, ((venue.bid, D(10)),), ((venue.ask, D(10)),), at))


def enter(mode: AccountMode) -> PairTown:
    """3.5 % between two markets, one of which is nine seconds behind; the rate has this computer's time."""
    town = invented_town(mode)
    show(town, town.foreign, "100000", "100000.1", BEHIND)
    show(town, town.home, "140000000", "140001000")
    town.tell(FxRate("USDTKRW", D(1400), "upbit", town.now + timedelta(hours=3)))
    assert town.add() == []
    for _ in range(2):
        town.now += timedelta(milliseconds=100)
        town.tell(ClockTicked(town.now + timedelta(hours=3)))
        show(town, town.foreign, "100000", "100000.1", BEHIND)
        show(town, town.home, "145000000", "145001000")
    return town


def test_a_bot_between_two_invented_markets_enters_though_their_clocks_differ() -> None:
    town = enter(AccountMode.SIMULATED)
    assert town.last.stage is PairStage.OPEN


def test_recorded_markets_that_are_not_at_the_same_instant_are_not_compared() -> None:
    town = enter(AccountMode.REPLAY)
    assert town.positions() == []
    assert town.waits() == "The order book of BTC/USDT on usdm is 9 s old; 2 s is the most."


def test_a_rate_is_as_old_as_this_computer_says() -> None:
    town = invented_town(AccountMode.SIMULATED)
    town.tell(FxRate("USDTKRW", D(1400), "upbit", town.now + timedelta(hours=3)))
    town.tell(ClockTicked(town.now + timedelta(hours=3, seconds=11)))
    show(town, town.foreign, "100000", "100000.1")
    show(town, town.home, "140000000", "140001000")
    assert town.add() == []
    town.tell(ClockTicked(town.now + timedelta(hours=3, seconds=12)))
    assert town.waits() == "The rate USDTKRW from upbit is 12 s old; 10 s is the most."
