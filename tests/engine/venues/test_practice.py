"""The practice exchange and its client: the same answers as in process, and several desks on one account."""

import asyncio
import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from engine.domain.bot import Account, AccountMode
from engine.domain.market import Candle, Quote
from engine.domain.messages import (
    BalancesReported,
    OrderAccepted,
    OrderCanceled,
    OrderFilled,
    OrderRejected,
    RejectCode,
    VenueEvent,
)
from engine.domain.order import Fill, Liquidity, Order, OrderState, Side
from engine.errors import UsageError, VenueUnavailable
from engine.ports import Venue
from engine.practice.exchange import PracticeExchange
from engine.venues.factory import make_venue, simulated_account
from engine.venues.practice import PracticeVenue, practice_account
from tests.engine.venues.builders import START, D, ListeningSink, buy, order, sell
from tests.engine.venues.practice_world import MARKET, desk_at, practice

TICKS = 400


class Plan:
    """What is done after each quote: the same for the same quotes. Remembers every answer."""

    def __init__(self) -> None:
        self.quotes = 0
        self.answers: list[tuple[str, object]] = []
        self._resting: list[Order] = []

    async def act(self, venue: Venue, quote: Quote) -> None:
        self.quotes += 1
        if self.quotes % 5 == 0:
            for side, price in ((Side.BUY, quote.bid - D("0.5")), (Side.SELL, quote.ask + D("0.5"))):
                placed = order(f"{side}{self.quotes}", side, str(price), "3.5")
                self._resting.append(placed)
                self._note(placed, await venue.place(placed))
        if self.quotes % 17 == 0:
            taker = buy(f"t{self.quotes}", None, "1.25")
            self._note(taker, await venue.place(taker))
        if self.quotes % 23 == 0:
            wrong = sell(f"w{self.quotes}", "100.3", "1")
            self._note(wrong, await venue.place(wrong))
        if self.quotes % 11 == 0 and self._resting:
            await venue.cancel(self._resting.pop(0))

    def _note(self, placed: Order, answer: object) -> None:
        if isinstance(answer, OrderAccepted):
            answer = dataclasses.replace(answer, venue_order_id=answer.venue_order_id.rpartition("-")[2])
        self.answers.append((placed.client_order_id, answer))


def plain(events: Iterable[VenueEvent]) -> list[object]:
    """Fills and cancellations without the names that differ: the venue's, the store's."""
    found: list[object] = []
    for event in events:
        if isinstance(event, OrderFilled):
            number = event.fill.trade_id.rpartition("-")[2]
            found.append(dataclasses.replace(event.fill, venue="", trade_id=number))
        elif isinstance(event, OrderCanceled):
            found.append(event)
    return found


class EnoughError(Exception):
    """The quotes of the test have passed."""


async def in_process(folder: Path) -> tuple[Plan, list[object]]:
    """The plan on a simulated venue: its answers, and what happened up to the last quote."""
    plan = Plan()

    def decide(events: Sequence[VenueEvent]) -> Iterable[asyncio.Task[object]]:
        if plan.quotes == TICKS:
            del sink.events[-len(events) :]
            raise EnoughError
        for event in events:
            if isinstance(event, Quote):
                yield asyncio.ensure_future(plan.act(venue, event))

    sink = ListeningSink(decide)
    venue = make_venue(simulated_account("same", {**MARKET, "speed": "max"}, START), folder)
    await venue.connect(sink)
    with pytest.raises(EnoughError):
        await venue.run()
    await venue.close()
    return plan, plain(sink.events)


async def test_the_same_seed_and_orders_give_what_they_give_in_process(tmp_path: Path) -> None:
    plan, events = await in_process(tmp_path / "in process")
    fills = [event for event in events if isinstance(event, Fill)]
    assert {fill.liquidity for fill in fills} == {Liquidity.MAKER, Liquidity.TAKER}
    assert {type(answer) for _, answer in plan.answers} == {OrderAccepted, OrderRejected}
    assert len(fills) > 50
    assert len(events) > len(fills)
    remote = Plan()
    async with practice(tmp_path / "exchange") as world, desk_at(await world.account()) as desk:
        for at in range(TICKS):
            world.exchange.tick()
            quotes = await desk.heard(Quote, at + 1)
            await remote.act(desk.venue, quotes[at])
        assert remote.answers == plan.answers
        assert plain(desk.sink.events) == events
        # What the account has is what it had, and what the fills moved.
        totals = {asset: total for asset, total, _ in await desk.venue.balances()}
        paid = sum((fill.value + fill.fee if fill.side is Side.BUY else fill.fee - fill.value for fill in fills), D(0))
        assert totals == {
            "KRW": D(100_000) - paid,
            "BTC": D(1000) + sum(fill.quantity if fill.side is Side.BUY else -fill.quantity for fill in fills),
        }


async def test_two_desks_on_one_account_hear_of_each_other(tmp_path: Path) -> None:
    async with practice(tmp_path) as world:
        account = await world.account()
        async with desk_at(account, "one") as one, desk_at(account, "two") as two:
            world.exchange.tick()
            [quote] = await one.heard(Quote)
            await two.heard(Quote)
            resting = buy("rests", str(quote.bid - 10), "1")
            taking = buy("takes", str(quote.ask), "0.01", post_only=False)
            accepted = await one.venue.place(resting)
            assert await two.heard(OrderAccepted) == [accepted]
            assert one.of(OrderAccepted) == []  # it is the answer
            assert isinstance(await two.venue.place(taking), OrderAccepted)
            assert await one.heard(OrderFilled) == two.of(OrderFilled)
            assert one.of(OrderFilled)[0].fill.venue == "practice:mine"
            await two.venue.cancel(resting)
            assert await one.heard(OrderCanceled) == await two.heard(OrderCanceled)
            assert await one.venue.open_client_order_ids("BTC/KRW") == frozenset()
        async with desk_at(await world.account("other")) as other:
            # Another account has its own money and hears nothing of this one.
            assert await other.venue.balances() == (("BTC", D(1000), D(0)), ("KRW", D(100_000), D(0)))
            assert other.of(OrderFilled) == []


async def test_all_accounts_are_on_one_market(tmp_path: Path) -> None:
    async with practice(tmp_path) as world, desk_at(await world.account("one")) as one:
        for _ in range(130):
            world.exchange.tick()
        async with desk_at(await world.account("two")) as two:
            world.exchange.tick()
            await two.heard(Quote, 2)
            await one.heard(Quote, 131)
            mine = [(quote.at, quote.bid, quote.ask) for quote in one.of(Quote)]
            assert [(quote.at, quote.bid, quote.ask) for quote in two.of(Quote)] == mine[-2:]
            # 131 half seconds are more than one minute, so a candle closed.
            assert [candle.venue for candle in one.of(Candle)] == ["practice:one"]


async def test_what_happens_between_reconciling_and_running_is_not_missed(tmp_path: Path) -> None:
    async with practice(tmp_path) as world:
        account = await world.account()
        world.exchange.tick()
        async with desk_at(account, is_listening=False) as desk, desk_at(account) as other:
            [quote] = await other.heard(Quote)
            placed = buy("mine", str(quote.ask), "0.01", post_only=False)
            assert isinstance(await other.venue.place(placed), OrderAccepted)
            report = await desk.venue.report(placed)
            assert report is not None
            assert report.state is OrderState.FILLED
            assert desk.sink.events == []  # nothing before it runs
            desk.listen()
            [balances] = await desk.heard(BalancesReported)
            kinds = [type(event) for event in desk.sink.events[:3]]
            assert kinds == [OrderFilled, OrderAccepted, BalancesReported]
            assert desk.sink.fills == list(report.fills)
            assert balances.account_id == "practice:mine"
            assert {asset: total for asset, total, _ in balances.balances}["BTC"] == D("1000.01")


@pytest.mark.parametrize("is_told", [False, True])
async def test_balances_fit_to_what_was_told_while_the_market_goes_on(tmp_path: Path, is_told: bool) -> None:
    """Reconciling compares them with the books: a fill in the middle must not look like damage."""
    async with practice(tmp_path) as world:
        account = await world.account()
        world.exchange.tick()
        async with desk_at(account, is_listening=False) as desk, desk_at(account) as other:
            [quote] = await other.heard(Quote)
            placed = buy("mine", str(quote.ask), "2", post_only=False)
            if not is_told:
                await desk.venue.report(buy("unrelated", "1", "1"))
            assert isinstance(await other.venue.place(placed), OrderAccepted)
            if is_told:
                await desk.venue.report(placed)
            # 2 BTC at the ask and a fee of 0.1 %.
            cost = quote.ask * 2
            after = {"BTC": D(1002), "KRW": D(100_000) - cost - cost / 1000}
            found = {asset: total for asset, total, _ in await desk.venue.balances()}
            assert found == (after if is_told else {"BTC": D(1000), "KRW": D(100_000)})
            desk.listen()
            [reported] = await desk.heard(BalancesReported)
            assert {asset: total for asset, total, _ in reported.balances} == after
            assert {asset: total for asset, total, _ in await desk.venue.balances()} == after


async def test_an_order_told_to_be_lost_never_trades(tmp_path: Path) -> None:
    """Another desk's order may still be on its way when it is asked about; then it must be refused."""
    async with practice(tmp_path) as world:
        account = await world.account()
        async with desk_at(account, "stopped") as stopped, desk_at(account, "heir") as heir:
            world.exchange.tick()
            [quote] = await stopped.heard(Quote)
            late = buy("late", str(quote.bid - 5), "1")
            for _ in range(2):
                report = await heir.venue.report(late)
                assert report is not None
                assert (report.state, report.venue_order_id, report.fills) == (OrderState.LOST, "", ())
            answer = await stopped.venue.place(late)
            assert isinstance(answer, OrderRejected)
            assert answer.reason.code is RejectCode.DUPLICATE_ID
            assert await heir.venue.open_client_order_ids("BTC/KRW") == frozenset()
            report = await heir.venue.report(late)
            assert report is not None
            assert report.state is OrderState.LOST


async def test_an_identity_is_used_once_for_ever_also_after_a_restart(tmp_path: Path) -> None:
    for expected in (None, RejectCode.DUPLICATE_ID, RejectCode.DUPLICATE_ID):
        async with practice(tmp_path) as world, desk_at(await _account(world.port)) as desk:
            world.exchange.tick()
            answer = await desk.venue.place(buy("once", "50", "1"))
            code = answer.reason.code if isinstance(answer, OrderRejected) else None
            assert code is expected
            assert await desk.venue.open_client_order_ids("BTC/KRW") == {"once"}


async def _account(port: int) -> Account:
    """Without asking whether somebody has orders there."""
    settings = (("host", "127.0.0.1"), ("port", str(port)), ("symbol", "BTC/KRW"))
    account = Account("practice:mine", "practice:mine", "mine", AccountMode.PRACTICE, "KRW", settings)
    venue = PracticeVenue(dataclasses.replace(account, settings=(*settings, ("exchange", "?"))), "asker")
    with pytest.raises(VenueUnavailable) as refused:
        await venue.connect(ListeningSink())
    await venue.close()
    identity = str(refused.value).rpartition("this is ")[2].rstrip(".")
    return dataclasses.replace(account, settings=(*settings, ("exchange", identity)))


async def test_the_audit_has_every_request_with_its_token(tmp_path: Path) -> None:
    async with practice(tmp_path) as world, desk_at(await world.account(), "desk 7") as desk:
        world.exchange.tick()
        await desk.heard(Quote)
        placed = dataclasses.replace(buy("botbotboG1", "50", "1"), fencing_token=41)
        await desk.venue.place(placed)
        await desk.venue.place(dataclasses.replace(placed, fencing_token=42))
        await desk.venue.report(placed)
        await desk.venue.cancel(placed)
        rows = [row for row in world.audit() if row["desk"] == "desk 7"]
        assert [row["ask"] for row in rows] == [
            *("hello", "listen", "place", "placed", "place", "placed", "report", "cancel")
        ]
        assert [row["token"] for row in rows if row["ask"] == "place"] == [41, 42]
        assert [row.get("code", row["outcome"]) for row in rows if row["ask"] == "placed"] == [
            "OrderAccepted",
            "duplicate_id",
        ]
        assert {row["account"] for row in rows} == {"mine"}
        assert {row["bot"] for row in rows if "bot" in row} == {"botbotbo"}


async def test_an_account_is_opened_with_what_it_has(tmp_path: Path) -> None:
    async with practice(tmp_path, typed={"cash.KRW": "250.5", "cash.BTC": "0"}) as world:
        account = await world.account("신규-1")
        assert (account.account_id, account.mode, account.quote) == ("practice:신규-1", AccountMode.PRACTICE, "KRW")
        assert account.setting("cash.KRW") == "250.5"
        assert account.setting("symbol") == "BTC/KRW"
        with pytest.raises(UsageError, match="1 to 60 letters"):
            await practice_account("no spaces", "127.0.0.1", world.port, "opener")
        async with desk_at(account) as desk:
            world.exchange.tick()
            await desk.heard(Quote)
            await desk.venue.place(buy("b", "50", "1"))
            with pytest.raises(UsageError, match="open orders already"):
                await world.account("신규-1")
    with pytest.raises(VenueUnavailable, match="There is no practice exchange"):
        await practice_account("a", "127.0.0.1", world.port, "opener")


async def test_another_exchange_on_the_same_port_is_refused(tmp_path: Path) -> None:
    """It would say of every order that it was lost."""
    async with practice(tmp_path / "one") as world:
        account, port = await world.account(), world.port
    async with practice(tmp_path / "two", port):
        venue = PracticeVenue(account, "desk")
        with pytest.raises(VenueUnavailable, match="was opened at the exchange"):
            await venue.connect(ListeningSink())
        await venue.close()


def test_an_exchange_is_not_begun_twice_with_other_options(tmp_path: Path) -> None:
    PracticeExchange(tmp_path).open(MARKET, START)
    for name, value in (("seed", "2"), ("symbol", "ETH/KRW"), ("start_price", "7"), ("price_increment", "0.1")):
        with pytest.raises(UsageError, match=f"begun with {name if name != 'start_price' else 'start_price'}"):
            PracticeExchange(tmp_path).open({**MARKET, name: value}, START)
    again = PracticeExchange(tmp_path)
    again.open({"speed": "3", "cash.KRW": "5"}, START)
    assert (again.speed, again.deposits) == (D(3), {"KRW": D(5)})
    assert again.instrument.symbol == "BTC/KRW"
    again.close()


async def test_everything_it_has_is_told_at_once(tmp_path: Path) -> None:
    async with practice(tmp_path) as exchange, desk_at(await exchange.account()) as desk:
        exchange.exchange.tick()
        resting, gone, taker = buy("rest1", "50", "2"), buy("gone1", "51", "1"), buy("take1", None, "1")
        for each in (resting, gone, taker):
            await desk.venue.place(each)
        await desk.venue.cancel(gone)
        picture = await desk.venue.inspect((resting, taker))
        [found] = picture.orders
        assert (found.client_order_id, found.side, found.price, found.quantity) == ("rest1", Side.BUY, D(50), D(2))
        assert picture.balances == tuple(await desk.venue.balances())
        assert {(fill.client_order_id, fill.venue, fill.quantity) for fill in picture.fills} == {
            ("take1", desk.venue.name, D(1))
        }
