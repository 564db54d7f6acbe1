"""Rates: each names its source, each has an age, and one that is missing or old is no rate."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from engine.domain import premium_phrases
from engine.domain.market import FxRate
from engine.domain.sentences import Sentence, say
from engine.spreads.rates import Rates, WantedRate, at_pointer
from engine.spreads.settings import RateSettings, fixed_rates
from engine.venues.ccxt_line import Route
from tests.support.waiting import wait_until_async

D = Decimal
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WANTED = WantedRate("USDTKRW", "KRW", "", "upbit")
HERE = Route(lambda address: address, aiohttp.TCPConnector)


class StillClock:
    """Stands at NOW until somebody moves it; waits return at once, and let others have their turn."""

    def __init__(self) -> None:
        self.passed_s = 1000.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.passed_s - 1000)

    def steady_s(self) -> float:
        return self.passed_s

    async def wait(self, bell: asyncio.Event, _timeout_s: float) -> bool:
        await asyncio.sleep(0)
        return bell.is_set()


class Stored:
    """`engine.spreads.rates.StoredRates` with one rate."""

    def __init__(self, rate: FxRate | None) -> None:
        self.rate = rate

    async def latest(self, pair: str) -> FxRate | None:
        return self.rate if self.rate is not None and self.rate.pair == pair else None


def no_books(exchange: str, symbol: str) -> Sentence:
    return say(premium_phrases.BOOK_MISSING, exchange=exchange, symbol=symbol)


def why(found: object) -> str:
    assert isinstance(found, Sentence), f"{found} is a rate"
    return found.template


def test_a_books_middle_is_a_rate_as_long_as_the_book_is_young_and_a_turned_market_tells_it_too() -> None:
    clock = StillClock()
    heard = {("upbit", "USDT/KRW"): (D(1380), 1000.0, NOW), ("binance", "KRW/USDT"): (D("0.0008"), 1000.0, NOW)}
    rates = Rates(
        RateSettings(book_age_s=10), lambda *market: heard.get(market) or no_books(*market), None, HERE, clock
    )  # fmt: skip
    assert rates.rate(WANTED) == (FxRate("USDTKRW", D(1380), "upbit", NOW), 1000.0)
    turned = rates.rate(WantedRate("USDTKRW", "KRW", "binance"))
    assert turned == (FxRate("USDTKRW", D(1250), "binance", NOW), 1000.0)
    rates.want([WANTED])
    assert rates.markets() == {("upbit", "USDT/KRW"), ("upbit", "KRW/USDT")}
    clock.passed_s += 10.5
    assert why(rates.rate(WANTED)) == premium_phrases.RATE_OLD
    assert why(rates.rate(WantedRate("USDTKRW", "KRW", "bithumb"))) == premium_phrases.BOOK_MISSING
    assert why(rates.rate(WantedRate("USDTKRW", "KRW", "my uncle"))) == premium_phrases.RATE_SOURCE_UNKNOWN


def test_without_a_named_source_the_first_that_has_a_fresh_rate_is_taken() -> None:
    rates = Rates(RateSettings(fixed=(("USDTKRW", D(1375)),)), no_books, None, HERE, StillClock())
    rates.want([WANTED])
    assert rates.rate(WANTED) == (FxRate("USDTKRW", D(1375), "static", NOW), 1000.0)
    views = {view.source: view for view in rates.views()}
    assert set(views) == {"upbit", "static"}
    assert views["upbit"].trouble is not None
    assert views["static"].rate is not None
    assert why(rates.rate(WantedRate("USDCKRW", "KRW", "", "binanceusdm"))) == premium_phrases.RATE_ANY_MISSING
    assert why(rates.rate(WantedRate("USDCKRW", "KRW", "static"))) == premium_phrases.RATE_STATIC_MISSING
    assert why(rates.rate(WantedRate("USDCKRW", "KRW", "endpoint"))) == premium_phrases.RATE_URL_MISSING


async def test_a_stored_rate_counts_from_its_own_time() -> None:
    clock, stored = StillClock(), Stored(None)
    rates = Rates(RateSettings(database_age_s=3600), no_books, stored, HERE, clock)
    wanted = WantedRate("USDKRW", "KRW", "database")
    rates.want([wanted])
    running = asyncio.create_task(rates.run())
    try:
        await wait_until_async(
            lambda: why(rates.rate(wanted)) == premium_phrases.RATE_NOT_STORED, what="a database without a rate"
        )
        stored.rate = FxRate("USDKRW", D("1384.23"), "bok", NOW - timedelta(minutes=30))
        await wait_until_async(lambda: isinstance(rates.rate(wanted), tuple), what="the stored rate")
        found = rates.rate(wanted)
        assert isinstance(found, tuple)
        assert found[0] == FxRate("USDKRW", D("1384.23"), "database", NOW - timedelta(minutes=30))
        clock.passed_s += 1801
        assert why(rates.rate(wanted)) == premium_phrases.RATE_OLD
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_an_address_is_asked_with_the_pairs_own_words_and_only_a_number_above_nothing_is_a_rate() -> None:
    answers: dict[str, Any] = {"body": '{"rates": {"KRW": 1384.230}}', "status": 200}
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(text=answers["body"], status=answers["status"])

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    clock = StillClock()
    rates = Rates(RateSettings(url=f"http://127.0.0.1:{port}/latest/{{base}}"), no_books, None, HERE, clock)
    wanted = WantedRate("USDKRW", "KRW", "endpoint")
    rates.want([wanted])
    running = asyncio.create_task(rates.run())
    try:
        await wait_until_async(lambda: isinstance(rates.rate(wanted), tuple), what="a rate")
        assert rates.rate(wanted) == (FxRate("USDKRW", D("1384.230"), "endpoint", NOW), 1000.0)
        assert asked[0] == "/latest/USD"
        for body, status, template in (
            ('{"rates": {}}', 200, premium_phrases.RATE_STRANGE),
            ('{"rates": {"KRW": 0}}', 200, premium_phrases.RATE_STRANGE),
            ("<html>", 200, premium_phrases.RATE_STRANGE),
            ("gone", 503, premium_phrases.RATE_UNREACHABLE),
        ):
            answers.update(body=body, status=status)
            count = len(asked)
            await wait_until_async(lambda: len(asked) > count + 2, what="another question")  # noqa: B023 - at once
            # What was told before stays until it is too old, three polls of 60 s later.
            assert isinstance(rates.rate(wanted), tuple)
            clock.passed_s += 181
            assert why(rates.rate(wanted)) == premium_phrases.RATE_OLD
            fresh = Rates(RateSettings(url=f"http://127.0.0.1:{port}/"), no_books, None, HERE, clock)
            fresh.want([wanted])
            task = asyncio.create_task(fresh.run())
            await wait_until_async(lambda: why(fresh.rate(wanted)) == template, what=template)  # noqa: B023 - at once
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            answers.update(body='{"rates": {"KRW": "1384.23"}}', status=200)
            await wait_until_async(lambda: isinstance(rates.rate(wanted), tuple), what="a rate again")
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await runner.cleanup()


@pytest.mark.parametrize(
    ("pointer", "found"), [("/a/0/b", 1), ("/c~1d", 2), ("/e~0f", 3), ("", None), ("/a/0", {"b": 1})]
)
def test_a_pointer_leads_through_objects_and_lists(pointer: str, found: object) -> None:
    document = {"a": [{"b": 1}], "c/d": 2, "e~f": 3}
    assert at_pointer(document, pointer) == (document if found is None else found)


def test_rates_that_somebody_sets_are_read_and_what_is_none_is_refused() -> None:
    assert fixed_rates(" USDTKRW=1380, USDKRW = 1375.5 ") == (("USDTKRW", D(1380)), ("USDKRW", D("1375.5")))
    assert fixed_rates("") == ()
    for text in ("USDTKRW", "USDTKRW=x", "USDTKRW=0", "usdtkrw=1380", "=1380", "USDTKRW=NaN"):
        with pytest.raises(ValueError, match="USDTKRW=1380"):
            fixed_rates(text)
