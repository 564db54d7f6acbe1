"""A spread desk where lines fall silent, frames are lost, markets stop and exchanges close; and where all is quiet."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from engine.domain import premium_phrases
from engine.domain.sentences import Sentence
from engine.domain.watching import WatchedPair, WatchPairs
from engine.spreads.desk import SpreadDesk
from tests.engine.spreads.spread_town import Kernel, markets, pair_of, spread_town, watched
from tests.engine.spreads.test_rates import StillClock
from tests.support.exchange.faults import Action, Point, Rule
from tests.support.waiting import wait_until_async
from tests.support.watch_list import PairsInMemory, Records

PAIR = pair_of("upbit", "binance")


async def test_a_quiet_market_is_asked_for_and_stays_fresh_and_a_silent_line_is_dialled_anew(tmp_path: Path) -> None:
    pairs = [watched("upbit", "binance", base) for base in ("QAA", "QAB")]
    async with spread_town(tmp_path, "upbit", "binance", pairs=pairs) as at:
        await at.until_right(*markets("upbit", "binance"))
        feed = at.desk.books.feed("binance")
        frames, heard = feed.frames, at.desk.books.heard_s("binance", "QAA/USDT")
        # Nothing moves and no frame comes, but the book is confirmed by a question.
        await at.until(lambda: at.desk.books.heard_s("binance", "QAA/USDT") > heard + 1, "a confirmed book")
        assert feed.frames == frames
        assert at.row(PAIR).sell is not None
        for exchange in ("upbit", "binance"):
            dials = at.town.server.dials
            silent = at.town.plan.add(Rule(Point.FRAME, Action.SILENT, exchange))
            at.move(exchange)
            await at.until(lambda: silent.struck, "a line that falls silent")  # noqa: B023 - waited for at once
            at.town.plan.clear()
            at.move(exchange)
            await at.until_right(*markets(exchange))
            assert at.town.server.dials > dials, "the silent line was given up"


class BrokenOnce(PairsInMemory):
    """A list that is broken in a way that nobody thought of, once."""

    is_broken = True

    async def watched(self) -> Sequence[WatchedPair]:
        if self.is_broken:
            self.is_broken = False
            raise RuntimeError("nobody thought of it")
        return await super().watched()


async def test_what_nobody_thought_of_is_shown_and_the_desk_begins_anew() -> None:
    clock = StillClock()
    desk = SpreadDesk(BrokenOnce(), Records(), None, clock=clock)
    shown: list[str] = []
    kernel = Kernel()
    kernel.shown = lambda: shown.append(str(desk.view().trouble))  # type: ignore[method-assign]
    running = asyncio.create_task(desk.run(kernel))
    try:
        await wait_until_async(lambda: "None" in shown, what="the list of the second life")
        assert shown[0] == "The spread desk met something unexpected (RuntimeError) and begins anew."
        assert not running.done()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_lost_difference_is_noticed_and_the_book_is_asked_for_anew_on_the_same_line(tmp_path: Path) -> None:
    pairs = [watched("upbit", "okx", base) for base in ("QAA", "QAB")]
    async with spread_town(tmp_path, "upbit", "okx", pairs=pairs) as at:
        await at.until_right(*markets("upbit", "okx"))
        dials = at.town.server.dials
        lost = at.town.plan.add(Rule(Point.FRAME, Action.DROP, "okx", contains='"update"'))
        at.move("okx")
        await at.until(lambda: lost.struck, "a frame that is lost")
        at.move("okx")
        await at.until_right(*markets("okx"))
        assert at.town.server.dials == dials


async def test_what_an_exchange_says_of_a_market_stands_on_its_row(tmp_path: Path) -> None:
    pairs = [watched("bithumb", "binanceusdm"), watched("bithumb", "okxswap"), watched("bithumb", "bitgetmix")]
    names = ("bithumb", "binanceusdm", "okx", "okxswap", "bitget", "bitgetmix")
    async with spread_town(tmp_path, *names, pairs=pairs) as at:
        await at.until_right(*markets("bithumb", "binanceusdm", "okxswap", "bitgetmix", bases=["QAA"]))
        books = at.desk.books
        # Three futures pay 0.01 % each 8 hours.
        for exchange in ("binanceusdm", "okxswap", "bitgetmix"):
            await at.until(lambda: books.funding(exchange, "QAA/USDT") is not None, exchange)  # noqa: B023
            rate, _ = at.core(exchange).funding("QAA/USDT")
            assert books.funding(exchange, "QAA/USDT") == rate * 3
        # USDM says of this one that it is paid each 4.
        skin = next(skin for skin in at.town.server.skins if skin.core is at.core("binanceusdm"))
        skin.funding_hours.append({"symbol": "QAAUSDT", "fundingIntervalHours": 4})  # type: ignore[attr-defined]
        await at.until(lambda: books.funding("binanceusdm", "QAA/USDT") == rate * 6, "six times a day")
        # Bithumb takes no deposits of it any more: marked, and reckoned with all the same.
        skin = next(skin for skin in at.town.server.skins if skin.core is at.core("bithumb"))
        skin.wallets["QAA"] = "deposit_closed"  # type: ignore[attr-defined]
        marked = pairs[0].pair
        await at.until(
            lambda: [note.template for note in at.row(marked).notes] == [premium_phrases.DEPOSITS_CLOSED], "a mark"
        )
        assert at.row(marked).sell is not None
        # Trading stops: no premium, and why; it goes on: a premium again.
        at.core("binanceusdm").change_listing("QAA/USDT", is_trading=False)
        await at.until(lambda: at.trouble(marked) == premium_phrases.MARKET_HALTED, "a halt")
        assert at.row(marked).sell is None
        at.core("binanceusdm").change_listing("QAA/USDT", is_trading=True)
        await at.until(lambda: at.row(marked).sell is not None, "trading again")


async def test_an_exchange_that_is_closed_is_waited_for_and_one_that_lists_nothing_of_the_kind_is_named(
    tmp_path: Path,
) -> None:
    async with spread_town(tmp_path, "upbit", "binance") as at:
        closed = at.town.plan.add(Rule(Point.REQUEST, Action.STATUS, "binance", times=None))
        unknown = watched("upbit", "binance", "ZZZ")
        assert await at.desk.request(WatchPairs((watched("upbit", "binance"), unknown))) == ()
        await at.until(lambda: closed.struck > 1, "questions at a closed door")
        await at.until(lambda: at.trouble(PAIR) not in ("", premium_phrases.BOOK_MISSING), "why")
        assert at.trouble(unknown.pair) == premium_phrases.MARKET_MISSING, "the home side is known already"
        at.town.plan.clear()
        await at.until(lambda: at.row(PAIR).sell is not None, "a premium")
        # Everything is gone at once, and comes back.
        await at.town.server.stop()
        await at.until(lambda: isinstance(at.leg("upbit", "QAA/KRW"), Sentence), "no books")
        await at.until(lambda: at.row(PAIR).sell is None and at.trouble(PAIR), "no premium of lost books, and why")
        await at.town.server.start()
        await at.until_right(*markets("upbit", "binance", bases=["QAA"]))
        await at.until(lambda: at.row(PAIR).sell is not None, "a premium again")
