"""The whole desk on the loopback: premiums that anybody can work out again, lists, readings, what the kernel hears."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from engine.domain import premium_phrases
from engine.domain.money import install_decimal_context
from engine.domain.premium import Costs, Direction, executable, net_pct, premium_pct
from engine.domain.watching import UnwatchPairs, WatchCommon
from engine.spreads.desk import Needs
from engine.spreads.rates import WantedRate
from engine.spreads.settings import RateSettings, SpreadSettings
from tests.engine.spreads.spread_town import Kernel, SpreadTown, markets, pair_of, spread_town, watched
from tests.support.exchange.common_symbols import DOLLAR_COIN
from tests.support.exchange.values import Side

D = Decimal
FIXED = SpreadSettings(rates=RateSettings(fixed=(("USDTKRW", D(1400)),)))


def by_hand(at: SpreadTown, size: Decimal, rate: Decimal, costs: Costs) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """(premium, net) of selling at home, and of the way back, from the exchanges' own books."""
    home, foreign = at.core("upbit").book("QAA/KRW", 15), at.core("binance").book("QAA/USDT", 15)
    found: list[Decimal] = []
    for direction, ours, theirs in (
        (Direction.SELL_HOME, home.bids, foreign.asks),
        (Direction.BUY_HOME, home.asks, foreign.bids),
    ):
        at_home, abroad = executable(ours, size), executable(theirs, size)
        assert at_home is not None
        assert abroad is not None
        found += [
            premium_pct(at_home.price, abroad.price, rate),
            net_pct(direction, at_home.price, abroad.price, rate, costs),
        ]
    return found[0], found[1], found[2], found[3]


async def test_premiums_are_those_of_the_exchanges_own_books_at_the_traders_size_and_fees(tmp_path: Path) -> None:
    install_decimal_context()
    # More than the best level of either book holds.
    mine = replace(watched("upbit", "binance"), value=None, size=D(150), foreign_fee=D("0.0007"))
    kernel = Kernel(fees={("upbit", "QAA/KRW"): D("0.0004")})
    async with spread_town(tmp_path, "upbit", "binance", pairs=[mine], kernel=kernel) as at:
        await at.until_right(*markets("upbit", "binance", bases=["QAA"]), ("upbit", DOLLAR_COIN))
        costs = Costs(D("0.0004"), D("0.0007"))
        for _ in range(3):
            dollars = at.core("upbit").book(DOLLAR_COIN, 1)
            rate = (dollars.bids[0][0] + dollars.asks[0][0]) / 2
            wanted = by_hand(at, D(150), rate, costs)

            def is_shown(wanted: tuple[Decimal, ...] = wanted) -> bool:
                row = at.row(mine.pair)
                if row.sell is None or row.buy is None:
                    return False
                told = (row.sell.premium_pct, row.sell.net_pct, row.buy.premium_pct, row.buy.net_pct)
                return told == wanted

            await at.until(is_shown, f"the premiums that anybody gets, {wanted}")
            row = at.row(mine.pair)
            assert row.sell is not None
            assert row.sell.rate is not None
            assert (row.sell.rate.source, row.sell.rate.rate) == ("upbit", rate)
            assert row.sell.slippage_pct > 0, "the size reaches behind the best level"
            at.move()


async def test_all_common_markets_are_watched_kept_and_shown(tmp_path: Path) -> None:
    # As the window asks for it: without any base.
    like = replace(watched("upbit", "binance", ""), fx_source="static", opportunity_pct=D(-50))
    async with spread_town(tmp_path, "upbit", "binance", symbols=6, settings=FIXED) as at:
        assert at.town.server.dials == 0, "nothing is asked until somebody watches"
        assert await at.desk.request(WatchCommon(like, without=("ETH",))) == ()
        bases = ["BTC", *(f"QA{letter}" for letter in "ABCDEF")]
        assert sorted(each.base for each in at.pairs.pairs) == bases
        await at.until(
            lambda: [row.pair.base for row in at.desk.view().rows if row.sell] == bases, "all rows, in order"
        )
        [rate] = at.desk.view().rates
        assert rate.rate is not None
        assert (rate.rate.rate, rate.source, rate.trouble) == (D(1400), "static", None)
        # A reading at once where it is an opportunity, and one each second.
        await at.until(lambda: len({each.at for each in at.records.spreads if each.symbol == "QAA"}) >= 3, "readings")
        [first, *_] = [each for each in at.records.spreads if each.symbol == "QAA"]
        assert (first.won_venue, first.foreign_venue, first.is_opportunity) == ("upbit", "binance", True)
        assert (first.fx_source, first.size) == ("static", at.row(pair_of("upbit", "binance")).sell.size)  # type: ignore[union-attr]
        regular = [each.at for each in at.records.spreads if each.symbol == "QAA"][1:]
        assert all(instant.microsecond == 0 for instant in regular), "whole seconds, whatever desk keeps them"
        assert [each.rate for each in at.records.rates] == [D(1400)] * len(at.records.rates)
        # Rows that nothing happened to are the same objects.
        before = {row.pair: row for row in at.desk.view().rows}
        at.level("upbit", "QAB/KRW", Side.BUY, at.core("upbit").book("QAB/KRW", 1).bids[0][0], D(77777))
        changed = pair_of("upbit", "binance", "QAB")
        await at.until(lambda: at.row(changed).sell != before[changed].sell, "a changed row")
        refusals = await at.desk.request(WatchCommon(replace(like, pair=replace(like.pair, home_venue="bithumb"))))
        assert [refusal.field for refusal in refusals] == ["home_venue"], "bithumb is not played here"
        at.town.server.strays.clear()
        assert await at.desk.request(UnwatchPairs()) == ()
        [unknown] = await at.desk.request(UnwatchPairs((changed,)))
        assert unknown.sentence.template == premium_phrases.PAIR_NOT_WATCHED


async def test_the_kernel_hears_the_books_rates_and_states_that_its_bots_need(tmp_path: Path) -> None:
    needs = Needs(
        {("upbit", "QAA/KRW"): frozenset({"paper:won", "live:won"}), ("okxswap", "QAA/USDT"): frozenset({"swap"})},
        frozenset({WantedRate("USDTKRW", "KRW", "upbit", "upbit")}),
    )
    kernel = Kernel(needs)
    async with spread_town(tmp_path, "upbit", "okx", "okxswap", kernel=kernel) as at:
        await at.until(lambda: kernel.books("swap") and kernel.books("live:won") and kernel.rates(), "books and a rate")
        for venue, exchange, symbol in (("paper:won", "upbit", "QAA/KRW"), ("swap", "okxswap", "QAA/USDT")):
            at.move(exchange)
            own = at.core(exchange).book(symbol, 15)
            contract = at.core(exchange).listings()[-2].contract_size
            wanted = tuple((price, size * contract) for price, size in own.bids)

            def is_told(venue: str = venue, wanted: object = wanted) -> bool:
                return kernel.books(venue)[-1].bids[:15] == wanted

            await at.until(is_told, f"the newest book of {exchange}")
            told = kernel.books(venue)[-1]
            assert (told.symbol, len(told.asks) >= 15) == (symbol, True)
        assert {status.venue for status in kernel.statuses()} == {"paper:won", "live:won", "swap"}
        assert all(status.is_trading for status in kernel.statuses())
        # A rate that stays the same is told again, because its age counts.
        count = len(kernel.rates())
        await at.until(lambda: len(kernel.rates()) > count + 1, "the rate again")
        at.core("okxswap").change_listing("QAA/USDT", is_trading=False)
        await at.until(lambda: not kernel.statuses()[-1].is_trading, "a market that stopped")
