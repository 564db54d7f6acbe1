"""Real money: off at first, on after a rehearsal, held by its key, asked once, and dark at a word."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.domain.bot import Account, AccountMode, BotState
from engine.domain.grid import GridConfig, Inventory
from engine.domain.live import KeyFacts
from engine.domain.live_messages import (
    AcceptFacts,
    AllowWithdrawalKey,
    ConfirmBot,
    FactsTold,
    FramesUnread,
    GoDark,
    GoLive,
)
from engine.domain.messages import (
    AccountConnected,
    AccountFailed,
    CommandReceived,
    DecisionLogged,
    OrderRecorded,
    OrderRejected,
    PlaceOrder,
    RejectCode,
    RejectReason,
    StartBot,
    StopBot,
)
from engine.domain.order import Order, OrderKind, OrderState, Purpose, Side
from engine.domain.sentences import say
from engine.kernel.orders import place_leg_order
from tests.engine.kernel.town import BOT, Town

D = Decimal
CONFIG = GridConfig(D(100), D(140), 4, D(4000))
LIVE = Account(
    "live:main", "town", "main", AccountMode.LIVE, "KRW", (("cash.KRW", "10000000"), ("exchange", "upbit"))
)  # fmt: skip
GOOD = KeyFacts(
    can_trade=True, can_withdraw=False, is_ip_bound=True, position_mode="one-way", fees=(D("0.0005"), D("0.0005")),
    leverage=(("XRP/KRW", 3),), clock_offset_ms=20,
)  # fmt: skip


def live_town(*, is_on: bool = True) -> Town:
    town = Town(account=LIVE, is_live_at_once=False)
    town.price(125)
    town.tell(FactsTold(LIVE.account_id, GOOD, town.now))
    if is_on:
        assert town.refusals(GoLive(LIVE.account_id, without_rehearsal=True)) == []
    return town


def trading(town: Town) -> Town:
    assert town.grid(CONFIG) == []
    assert town.refusals(ConfirmBot(BOT)) == []
    town.price(125)
    assert town.resting(Side.BUY)
    return town


def hold_of(town: Town) -> str:
    live = town.kernel.account_views()[0].live
    assert live is not None
    return str(live.hold)


def lines(town: Town) -> list[str]:
    return [str(record.sentence) for record in town.records if isinstance(record, DecisionLogged)]


def test_a_live_account_begins_off_and_shows_its_money_but_takes_no_start() -> None:
    town = live_town(is_on=False)
    view = town.kernel.account_views()[0]
    assert view.live is not None
    assert (view.live.is_on, view.is_live_on) == (False, False)
    assert {asset: total for asset, total, _ in view.balances} == {"KRW": D(10_000_000)}
    off = "live:main is switched off, so no order is sent; `account go-live live:main` switches it on."
    assert hold_of(town) == off
    assert town.grid(CONFIG) == [off]
    assert town.grid(CONFIG, start=False) == []
    assert town.refusals(StartBot(BOT)) == [off]
    assert town.placed == []


def test_risk_denies_every_order_of_an_account_that_is_off_whoever_decides_it() -> None:
    town = live_town(is_on=False)
    town.grid(CONFIG, start=False)
    state = town.kernel._state
    book = state.bots[BOT]
    assert not place_leg_order(state, book, Side.BUY, D(1), Purpose.INITIAL_BUY)
    outbox = town.kernel._take()
    assert outbox is not None
    [order] = [record.order for record in outbox.records if isinstance(record, OrderRecorded)]
    assert order.state is OrderState.DENIED
    assert "is switched off" in order.reason
    assert not any(isinstance(effect, PlaceOrder) for effect in outbox.effects)


def test_going_live_needs_a_rehearsal_of_every_symbol_or_the_owners_word() -> None:
    town = live_town(is_on=False)
    [refusal] = town.refusals(GoLive(LIVE.account_id))
    assert refusal.startswith("XRP/KRW was not rehearsed: no grid of yours ran an hour on paper at upbit")
    received = CommandReceived("c", GoLive(LIVE.account_id), town.now, rehearsed=frozenset({"XRP/KRW", "BTC/KRW"}))
    town.tell(received)
    assert town.answers[-1].refusals == ()
    assert town.kernel.account_views()[0].is_live_on
    assert town.refusals(GoLive(LIVE.account_id)) == ["live:main is live already."]
    assert any("is live: its bots trade real money" in line for line in lines(town))


def test_the_owners_word_is_in_the_log() -> None:
    town = live_town()
    assert any("without a rehearsal, as its owner asked" in line for line in lines(town))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (replace(GOOD, can_withdraw=True), "This key could withdraw money."),
        (replace(GOOD, can_trade=False), "This key may not trade"),
        (replace(GOOD, clock_offset_ms=1_001), "The exchange's clock is 1,001 ms off"),
        (replace(GOOD, clock_offset_ms=-2_500), "The exchange's clock is -2,500 ms off"),
        (replace(GOOD, expires_at_ms=1_700_000_000_000), "This key expired on 2023-11-14"),
    ],
)
def test_a_key_that_is_not_right_keeps_the_account_off_and_stops_one_that_is_on(facts: KeyFacts, words: str) -> None:
    off = live_town(is_on=False)
    off.tell(FactsTold(LIVE.account_id, facts, off.now))
    assert off.refusals(GoLive(LIVE.account_id, without_rehearsal=True))[0].startswith(words)
    town = trading(live_town())
    town.tell(FactsTold(LIVE.account_id, facts, town.now))
    assert town.orders == {}, "resting orders are cancelled"
    assert hold_of(town).startswith(words)
    placed = len(town.placed)
    town.price(101, 139, 120)
    assert len(town.placed) == placed
    town.tell(FactsTold(LIVE.account_id, GOOD, town.now))
    town.price(125)
    assert town.resting(Side.BUY), "right again, it goes on by itself"
    assert any("may trade again" in line for line in lines(town))


def test_an_owner_may_trade_with_a_key_that_withdraws() -> None:
    town = live_town(is_on=False)
    refused = town.refusals(AllowWithdrawalKey(LIVE.account_id))
    assert refused == ["The key of live:main cannot withdraw money, so there is nothing to allow."]
    town.tell(FactsTold(LIVE.account_id, replace(GOOD, can_withdraw=True), town.now))
    assert town.refusals(AllowWithdrawalKey(LIVE.account_id)) == []
    assert town.refusals(GoLive(LIVE.account_id, without_rehearsal=True)) == []
    assert any("its owner allowed trading with it" in line for line in lines(town))
    view = town.kernel.account_views()[0].live
    assert view is not None
    assert "This key could withdraw money, which its owner allowed." in map(str, view.warnings)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"position_mode": "hedge"}, "The position mode was one-way and is hedge now."),
        ({"leverage": (("XRP/KRW", 20),)}, "The leverage of XRP/KRW was 3x and is 20x now."),
        ({"is_ip_bound": False}, "The binding to addresses was yes and is no now."),
        ({"fees": (D("0.0005"), D("0.0025"))}, "The taker fee was 0.05 % and is 0.25 % now."),
    ],
)
def test_a_changed_fact_stops_the_bots_until_it_is_accepted(changed: dict[str, object], sentence: str) -> None:
    town = trading(live_town())
    other = replace(GOOD, **changed)  # type: ignore[arg-type]
    town.tell(FactsTold(LIVE.account_id, other, town.now))
    assert town.orders == {}
    assert hold_of(town) == f"{sentence} `account accept-facts live:main` trades on with it."
    assert town.bot().bot.state is BotState.RUNNING, "it keeps its state"
    town.price(101, 125)
    assert town.orders == {}
    assert town.refusals(AcceptFacts(LIVE.account_id)) == []
    town.price(125.5)  # type: ignore[arg-type]
    assert town.resting(Side.BUY)
    refused = town.refusals(AcceptFacts(LIVE.account_id))
    assert refused == ["Nothing about the key of live:main has changed."]


@pytest.mark.parametrize(
    "changed",
    [
        {"fees": (D("0.0001"), D("0.0005"))},
        {"clock_offset_ms": -900},
        {"position_mode": None},
        {"expires_at_ms": 4_000_000_000_000},
    ],
)
def test_what_costs_nobody_anything_is_no_change(changed: dict[str, object]) -> None:
    town = trading(live_town())
    before = len(town.orders)
    town.tell(FactsTold(LIVE.account_id, replace(GOOD, **changed), town.now))  # type: ignore[arg-type]
    assert len(town.orders) == before
    assert hold_of(town) == "None"
    # A fact that was not told for a while is still known.
    town.tell(FactsTold(LIVE.account_id, replace(GOOD, position_mode="hedge"), town.now))
    assert "position mode" in hold_of(town)


def test_lower_fees_are_pinned_so_that_the_old_ones_are_a_change_again() -> None:
    town = trading(live_town())
    lower = replace(GOOD, fees=(D("0.0001"), D("0.0001")))
    town.tell(FactsTold(LIVE.account_id, lower, town.now))
    town.tell(FactsTold(LIVE.account_id, GOOD, town.now))
    assert hold_of(town).startswith("The maker fee was 0.01 % and is 0.05 % now.")


def test_the_first_orders_of_a_bot_wait_until_somebody_has_seen_them_once_for_ever() -> None:
    town = live_town()
    assert town.grid(CONFIG) == []
    town.price(124, 126, 125)
    assert town.placed == []
    assert town.bot().needs_confirmation
    assert town.bot().bot.state is BotState.WAITING
    asked = (
        f"{BOT} would send its first orders with real money; "
        f"it waits until somebody has seen them (`bot confirm {BOT}`)."
    )
    assert town.said().count(asked) == 1
    assert town.refusals(ConfirmBot(BOT)) == []
    assert town.placed, "now they are sent"
    assert not town.bot().needs_confirmation
    assert town.refusals(ConfirmBot(BOT)) == [f"{BOT} does not wait for a confirmation."]
    town.send(StopBot(BOT, Inventory.KEEP))
    town.price(125)
    count = len(town.placed)
    assert town.refusals(StartBot(BOT)) == []
    town.price(125)
    assert len(town.placed) > count, "the second start asks nobody"
    assert not any(view.needs_confirmation for view in town.reborn().bot_views())


def test_a_start_may_bring_the_confirmation_along() -> None:
    town = live_town()
    assert town.grid(CONFIG, start=False) == []
    assert town.refusals(StartBot(BOT, is_confirmed=True)) == []
    town.price(125)
    assert town.placed
    assert town.said()[:3].count("Its first orders with real money were seen and confirmed.") == 1


def test_a_start_that_is_refused_confirms_nothing() -> None:
    town = live_town()
    assert town.grid(replace(CONFIG, investment=D(20_000_000)), start=False) == []
    assert town.refusals(StartBot(BOT, is_confirmed=True)) != []
    live = town.kernel.live_of(LIVE.account_id)
    assert live is not None
    assert live.confirmed_bots == ()


def test_going_dark_cancels_and_a_bot_that_keeps_its_base_may_still_end() -> None:
    town = trading(live_town())
    assert town.refusals(GoDark(LIVE.account_id)) == []
    assert town.orders == {}
    assert town.refusals(GoDark(LIVE.account_id)) == ["live:main is switched off already."]
    placed = len(town.placed)
    town.price(101, 139, 125)
    assert len(town.placed) == placed
    town.send(StopBot(BOT, Inventory.KEEP))
    town.price(125)
    assert town.bot().bot.state is BotState.STOPPED
    assert len(town.placed) == placed


def test_an_account_that_goes_dark_while_its_line_is_down_is_cleared_when_the_line_is_back() -> None:
    town = trading(live_town())
    town.tell(AccountFailed(LIVE, say("the line is down"), town.now))
    town.is_cancel_lost = True
    town.send(GoDark(LIVE.account_id))
    assert town.orders
    assert lines(town)[-1].endswith(
        "nothing new is sent, and its resting orders are cancelled as soon as it is connected."
    )
    town.is_cancel_lost = False
    town.tell(AccountConnected(LIVE, (town.instrument,), town.now, GOOD))
    assert town.orders == {}


def test_dark_and_live_again_the_same_ladder_stands_again() -> None:
    town = trading(live_town())
    ladder = (town.resting(Side.BUY), town.resting(Side.SELL))
    town.send(GoDark(LIVE.account_id))
    assert town.refusals(GoLive(LIVE.account_id, without_rehearsal=True)) == []
    town.price(125)
    assert (town.resting(Side.BUY), town.resting(Side.SELL)) == ladder


def test_an_order_on_its_way_when_the_account_goes_dark_is_not_wanted_any_more() -> None:
    town = live_town()
    kept: list[str] = []

    def keep(order: Order) -> OrderRejected:
        kept.append(order.client_order_id)
        return OrderRejected("nobody", RejectReason(RejectCode.OTHER, ""), town.now)

    town.on_place = keep
    town.grid(CONFIG)
    town.send(ConfirmBot(BOT))
    assert kept
    assert town.kernel.is_wanted(kept[0])
    town.send(GoDark(LIVE.account_id))
    assert not town.kernel.is_wanted(kept[0])


def test_switch_facts_and_confirmations_survive_a_new_kernel() -> None:
    town = trading(live_town())
    again = town.reborn().account_views()[0]
    assert again.live is not None
    assert again.live.is_on
    assert again.live.hold is None
    assert again.live.pinned == GOOD
    town.send(GoDark(LIVE.account_id))
    assert not town.reborn().account_views()[0].is_live_on


def test_what_a_connection_tells_of_the_key_is_judged_before_its_bots_decide() -> None:
    town = trading(live_town())
    placed = len(town.placed)
    other = replace(GOOD, position_mode="hedge")
    town.tell(AccountConnected(LIVE, (town.instrument,), town.now, other))
    town.price(101, 139)
    assert len(town.placed) == placed
    assert town.orders == {}


def test_paper_money_knows_none_of_this() -> None:
    town = Town()
    town.price(125)
    assert town.kernel.account_views()[0].live is None
    assert town.refusals(GoLive("town", without_rehearsal=True)) == [
        "town has no real money, so there is nothing to switch."
    ]
    assert town.grid(CONFIG) == []
    assert town.placed
    assert not town.bot().needs_confirmation


def test_an_order_that_was_never_sent_is_free_again_and_the_bot_waits_as_long_as_it_is_told() -> None:
    town = live_town()
    banned = RejectReason(RejectCode.NOT_SENT, "binance takes no requests from us for 30 s; nothing was sent.", 30)
    is_banned = True
    tried: list[str] = []

    def refuse(order: Order) -> OrderRejected | None:
        tried.append(order.client_order_id)
        return OrderRejected(order.client_order_id, banned, town.now) if is_banned else None

    town.on_place = refuse
    town.grid(CONFIG)
    town.send(ConfirmBot(BOT))
    assert len(tried) == 1
    for _ in range(28):
        town.price(125)
    assert len(tried) == 1, "nothing is decided while nothing can be sent"
    is_banned = False
    for _ in range(4):
        town.price(125)
    assert len(tried) > 1
    assert len(set(tried)) == len(tried), "a new order has a new name"
    assert town.bot().bot.state is BotState.RUNNING
    lost = [r.order for r in town.records if isinstance(r, OrderRecorded) and r.order.client_order_id == tried[0]]
    assert lost[-1].state is OrderState.LOST
    assert lost[-1].kind is OrderKind.MARKET
    assert town.bot().bot.consecutive_rejects == 0
    assert town.now - lost[-1].updated_at >= timedelta(seconds=30)


def test_frames_that_could_not_be_read_are_told_and_stop_nothing() -> None:
    town = trading(live_town())
    resting = town.resting(Side.BUY)
    town.tell(FramesUnread(LIVE.account_id, 10, town.now))
    assert any("10 messages of the exchange could not be read" in line for line in town.said(""))
    assert town.resting(Side.BUY) == resting
    town.tell(FramesUnread("live:gone", 10, town.now))
