"""Orders on a live account that are not ours: seen, told apart, never touched; ours that nobody knows, by choice."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.domain.bot import BotState
from engine.domain.foreign import is_machine_fast, kind_of, our_name
from engine.domain.live import ForeignKind, ForeignOrder
from engine.domain.live_messages import AdoptOrder, CancelUnknown, OrderSeen, OrdersSeen
from engine.domain.messages import DecisionLogged, OrderRecorded, StartBot
from engine.domain.order import Order, OrderState, Side
from tests.engine.kernel.test_live import LIVE, live_town, trading
from tests.engine.kernel.town import BOT, START, Town

D = Decimal


def foreign(number: str, name: str = "", **changes: object) -> ForeignOrder:
    order = ForeignOrder(number, name, "XRP/KRW", Side.BUY, D(110), D("8.5"), D(0), START)
    return replace(order, **changes)  # type: ignore[arg-type]


def see(town: Town, *orders: ForeignOrder) -> None:
    ours = [
        ForeignOrder(each.venue_order_id, each.client_order_id, each.symbol, each.side, each.price, each.quantity,
                     each.filled_quantity, each.created_at)
        for each in town.orders.values()
    ]  # fmt: skip
    town.tell(OrdersSeen(LIVE.account_id, (*ours, *orders), town.now))


def seen(town: Town) -> dict[str, ForeignKind]:
    live = town.kernel.live_of(LIVE.account_id)
    assert live is not None
    return {order.venue_order_id: order.kind for order in live.foreign}


def lines(town: Town) -> list[str]:
    return [str(record.sentence) for record in town.records if isinstance(record, DecisionLogged)]


def watch_cancels(town: Town) -> list[str]:
    """From now on the names of all orders whose end is asked for."""
    asked: list[str] = []
    cancel = town._cancel

    def note(order: Order) -> None:
        asked.append(order.client_order_id)
        cancel(order)

    town._cancel = note  # type: ignore[method-assign]
    return asked


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("", ForeignKind.PERSON),
        ("web_0c5b1a", ForeignKind.PERSON),
        ("ios_3f1", ForeignKind.PERSON),
        ("12884901", ForeignKind.PERSON),
        ("x-TKT5PX2Fa9c1", ForeignKind.PROGRAM),
        ("7d0b2b1e-8a44-4c3e-9a6e-0d5d0b8a9f10", ForeignKind.PROGRAM),
        ("gridbot-42", ForeignKind.PROGRAM),
        (f"{BOT}G1R2BC1A9", ForeignKind.UNKNOWN),
        (f"{BOT}G3LC0A1", ForeignKind.UNKNOWN),
        ("zzzzzzz9G1R2BC1A9", ForeignKind.OTHER_DESK),
    ],
)
def test_whose_an_order_is_by_its_name(name: str, kind: ForeignKind) -> None:
    assert kind_of(foreign("1", name), {BOT}) is kind


def test_our_names_are_read_back() -> None:
    found = our_name(f"{BOT}G12R34SC5A6")
    assert found is not None
    assert (found.bot_id, found.generation, found.rung, found.cycle, found.attempt) == (BOT, 12, 34, 5, 6)
    leg = our_name(f"{BOT}G1PC0A2")
    assert leg is not None
    assert leg.rung is None


def test_a_hand_is_slower_than_a_machine() -> None:
    slow = [foreign(str(number), at=START + timedelta(seconds=number)) for number in range(8)]
    fast = [foreign(str(number), at=START + timedelta(milliseconds=200 * number)) for number in range(4)]
    assert not is_machine_fast(slow)
    assert is_machine_fast([*slow, *fast])
    assert not is_machine_fast(fast[:3])


def test_orders_that_are_not_ours_are_seen_told_once_and_left_alone() -> None:
    town = trading(live_town())
    asked = watch_cancels(town)
    see(town)
    assert seen(town) == {}, "our own are no strangers"
    see(town, foreign("77"), foreign("78", side=Side.SELL))
    assert seen(town) == {"77": ForeignKind.PERSON, "78": ForeignKind.PERSON}
    told = "live:main has 2 open orders that are not of this program; they are left alone."
    see(town, foreign("77"), foreign("78", side=Side.SELL))
    assert lines(town).count(told) == 1
    assert town.bot().bot.state is BotState.RUNNING
    town.price(101, 139, 125)
    assert asked == []
    see(town)
    assert seen(town) == {}


def test_one_that_the_stream_tells_comes_and_goes() -> None:
    town = trading(live_town())
    town.tell(OrderSeen(LIVE.account_id, foreign("77"), True, town.now))
    assert set(seen(town)) == {"77"}
    town.tell(OrderSeen(LIVE.account_id, foreign("77"), False, town.now))
    assert seen(town) == {}
    [own] = list(town.orders.values())[:1]
    town.tell(OrderSeen(LIVE.account_id, foreign("v1", own.client_order_id), True, town.now))
    assert seen(town) == {}, "an order of ours is no stranger, whoever tells of it"


@pytest.mark.parametrize(
    ("orders", "words"),
    [
        ([foreign("1", "gridbot-42")], "its orders look automatic (ids such as gridbot-42)"),
        ([foreign(str(n), at=START + timedelta(milliseconds=n)) for n in range(4)], "4 orders within 1 s"),
        ([foreign("1", "zzzzzzz9G1R2BC1A9")], "carries the name of the bot zzzzzzz9, which is not here"),
    ],
)
def test_a_second_program_is_told_in_a_sentence(orders: list[ForeignOrder], words: str) -> None:
    town = trading(live_town())
    see(town, *orders)
    live = town.kernel.account_views()[0].live
    assert live is not None
    assert any(words in str(sentence) for sentence in live.warnings)
    assert sum(words in line for line in lines(town)) == 1


def unknown_of(town: Town, attempt: int = 9, **changes: object) -> ForeignOrder:
    """An order with the name of rung 1's buy at its price, which nobody knows."""
    rung = town.bot().rungs[0]
    name = f"{BOT}G{town.bot().bot.generation}R0BC{rung.cycle}A{attempt}"
    return foreign("900", name, price=rung.buy_price, quantity=rung.quantity, **changes)


def rest_again(town: Town, stranger: ForeignOrder) -> None:
    """The venue has it, whatever the journal says."""
    known = next(r.order for r in town.records if isinstance(r, OrderRecorded) and r.order.rung == 0)
    town.orders[stranger.client_order_id] = replace(
        known, client_order_id=stranger.client_order_id, state=OrderState.OPEN, quantity=stranger.quantity
    )


def test_an_order_with_our_name_that_nobody_knows_stops_its_bot_at_the_second_look() -> None:
    town = trading(live_town())
    stranger = unknown_of(town)
    see(town, stranger)
    assert town.bot().bot.state is BotState.RUNNING, "an exchange may list one for a moment after its end"
    see(town, stranger)
    assert town.bot().bot.state is BotState.ERROR
    assert "has 1 open orders with this bot's name" in town.said()[-1]
    assert "900" in seen(town)


def test_an_unknown_order_is_adopted_as_the_rung_that_it_is() -> None:
    town = trading(live_town())
    stranger = unknown_of(town)
    see(town, stranger)
    see(town, stranger)
    assert town.orders == {}, "a bot that stands still has cancelled what it knew"
    refuse = town.refusals
    assert refuse(AdoptOrder(BOT, "901", 0)) == [
        "There is no open order 901 on live:main that carries our name and is not known."
    ]
    assert refuse(AdoptOrder(BOT, "900", 99)) == [f"{BOT} has no rung 100."]
    assert "is not what rung 2 does" in refuse(AdoptOrder(BOT, "900", 1))[0]
    rest_again(town, stranger)
    assert refuse(AdoptOrder(BOT, "900", 0)) == []
    [adopted] = town.bot().open_orders
    assert (adopted.client_order_id, adopted.rung, adopted.state) == (stranger.client_order_id, 0, OrderState.OPEN)
    assert town.bot().rungs[0].attempt == 9, "its number is never given again"
    assert seen(town) == {}
    assert refuse(AdoptOrder(BOT, "900", 0)) != []


def test_a_bot_with_an_adopted_order_goes_on_without_a_second_one_on_that_rung() -> None:
    town = trading(live_town())
    stranger = unknown_of(town)
    see(town, stranger)
    see(town, stranger)
    rest_again(town, stranger)
    assert town.refusals(AdoptOrder(BOT, "900", 0)) == []
    assert town.refusals(StartBot(BOT)) == []
    town.price(125)
    on_rung = [order for order in town.bot().open_orders if order.rung == 0]
    assert [order.client_order_id for order in on_rung] == [stranger.client_order_id]
    assert town.refusals(AdoptOrder(BOT, "900", 0)) != []
    town.price(99, 125)
    assert town.bot().rungs[0].cycle == 2, "what it filled was booked on the rung"
    names = [order.client_order_id for order in town.placed]
    assert len(set(names)) == len(names)


def test_all_unknown_ones_may_be_cancelled_and_foreign_ones_stay() -> None:
    town = trading(live_town())
    stranger = unknown_of(town, filled_quantity=D(1))
    see(town, foreign("77"), stranger)
    asked = watch_cancels(town)
    assert town.refusals(CancelUnknown(LIVE.account_id)) == []
    assert asked == [stranger.client_order_id]
    assert "it had filled 1." in town.said()[-1]
    assert "77" in seen(town)
    assert town.bot().rungs[0].attempt == 9
    see(town, foreign("77"))
    assert town.refusals(CancelUnknown(LIVE.account_id)) == [
        "live:main has no open orders with our name that are not known."
    ]
