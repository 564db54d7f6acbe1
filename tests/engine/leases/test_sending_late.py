"""An order that waits for its lease is not sent when its end came meanwhile, nor what was lost under a newer lease."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from engine.domain.messages import Message, OrderRecorded, OrderReport, OrderUnknown, PlaceOrder, Record
from engine.domain.order import Order, OrderState
from engine.errors import StorageUnavailable
from engine.execution import Execution
from engine.kernel.books import Outbox
from engine.recovered import RecoveredState
from engine.sending import Sending, always_assured
from tests.storage.builders import make_order
from tests.support.waiting import wait_until_async


async def test_an_order_that_was_called_off_while_its_lease_was_waited_for_is_not_sent() -> None:
    sure, told = asyncio.Event(), list[Message]()
    wanted = True
    order = make_order(0)

    async def assure(_: str) -> bool:
        return await sure.wait()

    def no_venue(_: str) -> None:
        raise AssertionError("it was to be sent")

    sending = Sending(no_venue, told.append, lambda: None, assure, lambda _: True, lambda _: wanted)
    sending.place(order)
    await asyncio.sleep(0)
    wanted = False  # the red button
    sure.set()
    await sending.drain(5)
    [report] = told
    assert isinstance(report, OrderReport)
    assert (report.client_order_id, report.state) == (order.client_order_id, OrderState.LOST)


class AwayOnce:
    """A journal that is away at the first commit, and keeps what it was given afterwards."""

    def __init__(self) -> None:
        self.tried: list[Sequence[Record]] = []

    async def load(self, account_ids: Sequence[str] | None = None) -> RecoveredState:
        raise AssertionError("nothing is read here")

    async def commit(self, records: Sequence[Record]) -> None:
        self.tried.append(list(records))
        if len(self.tried) == 1:
            raise StorageUnavailable("The database went away just now.")

    async def probe(self) -> None:
        raise AssertionError("nobody asks")


async def test_what_was_lost_while_the_database_was_away_is_not_written_when_it_is_back() -> None:
    journal, order = AwayOnce(), make_order(0)
    execution = Execution(
        journal,
        lambda _: None,
        lambda _: True,
        lambda _: None,
        lambda _: None,
        lambda error, *, is_late: None,
        None,  # type: ignore[arg-type]
        lambda _: None,
        lambda item: item.order.account_id if isinstance(item, OrderRecorded | PlaceOrder) else "",
    )
    outbox = Outbox()
    outbox.records.append(OrderRecorded(order))
    outbox.effects.append(PlaceOrder(order))
    execution.add(outbox)
    run = asyncio.create_task(execution.run())
    await wait_until_async(lambda: journal.tried, what="the first try")
    execution.forget(frozenset({order.account_id}))
    execution.try_again()
    await execution.settled()
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    assert [record for batch in journal.tried[1:] for record in batch] == []
    assert execution.pending_records == 0


class DiallingVenue:
    """A venue that has to dial before it sends, and asks then whether it still may."""

    name = "dialling"

    def __init__(self) -> None:
        self.dialled, self.go_on = asyncio.Event(), asyncio.Event()
        self.said: list[bool] = []

    async def turn(self, order: Order) -> None:
        """At once."""

    async def place(self, order: Order, may_leave: Callable[[], bool] | None = None) -> OrderUnknown:
        assert may_leave is not None
        self.dialled.set()
        await self.go_on.wait()
        self.said.append(may_leave())
        return OrderUnknown(order.client_order_id, "", order.created_at)

    async def nothing_else(self, *_: object) -> None:
        raise AssertionError("nobody asks for anything else")

    connect = run = cancel = report = open_client_order_ids = balances = close = nothing_else


@pytest.mark.parametrize("lost", ["the lease", "the wish"])
async def test_what_is_lost_while_a_line_is_dialled_is_known_at_the_socket(lost: str) -> None:
    venue, order, here = DiallingVenue(), make_order(0), {"the lease", "the wish"}
    sending = Sending(
        lambda _: venue,  # type: ignore[arg-type,return-value]
        lambda _: None,
        lambda: None,
        always_assured,
        lambda _: "the lease" in here,
        lambda _: "the wish" in here,
    )
    sending.place(order)
    await wait_until_async(venue.dialled.is_set, what="the dial")
    here.remove(lost)
    venue.go_on.set()
    await sending.drain(5)
    assert venue.said == [False]


class ConfusedVenue(DiallingVenue):
    """A venue that meets something unexpected while an order waits for its turn, and again when it is sent."""

    async def turn(self, order: Order) -> None:
        raise KeyError(order.symbol)

    async def place(self, order: Order, may_leave: Callable[[], bool] | None = None) -> OrderUnknown:
        raise KeyError(order.symbol)


async def test_what_is_unexpected_while_an_order_waits_makes_it_unknown_and_ends_nothing() -> None:
    told, order = list[Message](), make_order(0)
    venue = ConfusedVenue()
    sending = Sending(lambda _: venue, told.append, lambda: None)  # type: ignore[arg-type,return-value]
    sending.place(order)
    await sending.drain(5)
    assert sending.failure is None
    assert [type(message) for message in told] == [OrderUnknown]
