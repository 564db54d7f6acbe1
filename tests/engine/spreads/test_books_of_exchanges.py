"""Books of many symbols from every exchange, over real ccxt: right to the last digit, in every kind of trouble."""

from pathlib import Path

from engine.domain import phrases
from engine.domain.sentences import Sentence
from engine.domain.watching import UnwatchPairs, WatchPairs
from engine.spreads.exchanges import SOURCES
from tests.engine.spreads.spread_town import markets, spread_town, symbol_on, watched
from tests.support.exchange.faults import Action, Point, Rule

BASES = ("QAA", "QAB")


async def test_every_exchange_tells_its_own_books_again_and_again(tmp_path: Path) -> None:
    pairs = [watched("upbit", foreign, base) for foreign in SOURCES if foreign != "upbit" for base in BASES]
    everywhere = markets(*SOURCES)
    async with spread_town(tmp_path, *SOURCES, pairs=pairs) as at:
        await at.until_right(*everywhere)
        for _ in range(5):
            at.move()
        await at.until_right(*everywhere)
        await at.until(lambda: all(row.sell and row.buy for row in at.desk.view().rows), "all premiums")
        assert len(at.desk.view().rows) == len(pairs)
        # One line for each exchange: everything of it goes over that one.
        assert len(at.town.server.lines) == len(SOURCES)


async def test_markets_come_and_go_on_a_line_that_stays(tmp_path: Path) -> None:
    names = ("upbit", "bithumb", "binance", "binanceusdm", "okx", "bitget")
    first = [watched("upbit", foreign) for foreign in names[1:]]
    more = [watched("upbit", foreign, "QAB") for foreign in names[1:]]
    async with spread_town(tmp_path, *names, pairs=first) as at:
        await at.until_right(*markets(*names, bases=["QAA"]))
        dials = at.town.server.dials
        for each in more:
            assert await at.desk.request(WatchPairs((each,))) == ()
        await at.until_right(*markets(*names))
        assert await at.desk.request(UnwatchPairs(tuple(each.pair for each in first))) == ()
        await at.until(lambda: len(at.desk.view().rows) == len(more), "only the later pairs")
        at.move()
        await at.until_right(*markets(*names, bases=["QAB"]))
        assert at.town.server.dials == dials
        for name in names:
            assert symbol_on(name, "QAA") not in at.desk.books.feed(name).markets
        # The list is empty: nobody is listened to any more.
        assert await at.desk.request(UnwatchPairs()) == ()
        await at.until(lambda: not at.town.server.lines, "no line")
        assert at.desk.view().rows == ()


async def test_lines_that_are_cut_are_dialled_again_and_their_books_are_none_meanwhile(tmp_path: Path) -> None:
    names = ("upbit", "binance", "binanceusdm", "okx", "bitget")
    pairs = [watched("upbit", foreign) for foreign in names[1:]]
    everywhere = markets(*names, bases=["QAA"])
    async with spread_town(tmp_path, *names, pairs=pairs) as at:
        await at.until_right(*everywhere)
        held = at.town.plan.add(Rule(Point.DIAL, Action.STATUS, times=None))
        at.town.server.cut("", 1001)
        await at.until(
            lambda: all(isinstance(at.leg(*each), Sentence) for each in everywhere), "no book of a lost line"
        )
        causes = (phrases.FEED_BROKE_OFF, phrases.FEED_UNREACHABLE)
        await at.until(lambda: all(at.trouble(each.pair) in causes for each in pairs), "why")
        at.move()
        await at.until(lambda: held.struck >= len(names), "dials that were refused")
        at.town.plan.clear()
        await at.until_right(*everywhere)
        at.town.server.cut()
        at.move()
        await at.until_right(*everywhere)
