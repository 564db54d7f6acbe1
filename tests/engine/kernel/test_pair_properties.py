"""Whatever venues, lines, people and restarts do in whatever order: a two-leg bot never doubles a leg, never forgets
one, and ends level once the venues answer again; its books are exact to the last unit.
"""

import os
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.domain.arbitrage import (
    ArbitrageConfig,
    ImbalancePolicy,
    Legs,
    LegStyle,
    PairStage,
    TwoLegPosition,
    Ways,
)
from engine.domain.arbitrage_messages import ClosePosition
from engine.domain.bot import BotState
from engine.domain.grid import Inventory
from engine.domain.instrument import Instrument, InstrumentKind
from engine.domain.messages import HaltAll, LiftHalt, OrderCanceled, PauseBot, StartBot, StopBot
from engine.domain.order import OrderState, Side
from tests.engine.kernel.pair_town import BOT, CONFIG, PERP, SPOT, PairTown, PairVenue

D = Decimal
WILLS = ("fill", "part", "rest", "refuse", "unknown", "lost")
HOMES = ("136000000", "140000000", "142000000", "145000000", "150000000")

configs = st.builds(
    lambda policy, style, ways, positions, timeout: replace(
        CONFIG,
        policy=policy,
        style=style,
        ways=ways,
        max_positions=positions,
        leg_timeout_s=D(timeout),
        max_imbalance_value=D(1_000_000),
    ),
    st.sampled_from(ImbalancePolicy),
    st.sampled_from(LegStyle),
    st.sampled_from(Ways),
    st.integers(1, 3),
    st.sampled_from([1, 2, 8]),
)
actions = st.one_of(
    st.tuples(st.just("price"), st.sampled_from(HOMES), st.sampled_from(["99000", "100000", "101000"])),
    st.tuples(st.just("will"), st.sampled_from([0, 1]), st.sampled_from(WILLS)),
    st.tuples(st.just("default"), st.sampled_from([0, 1]), st.sampled_from(["fill", "refuse", "rest"])),
    st.tuples(st.just("silent"), st.sampled_from([0, 1])),
    st.tuples(st.just("fill"), st.sampled_from([0, 1]), st.sampled_from(["0.001", "0.04", "1"])),
    st.tuples(st.just("venue cancels"), st.sampled_from([0, 1])),
    st.tuples(st.just("wait"), st.sampled_from([0.25, 1, 3, 12])),
    st.tuples(st.just("break"), st.sampled_from([0, 1])),
    st.tuples(st.just("apart"), st.sampled_from([0, 1])),
    st.tuples(st.just("connect"), st.sampled_from([0, 1])),
    st.tuples(st.sampled_from(["restart", "halt", "lift", "pause", "start", "keep", "close"])),
)


def act(town: PairTown, action: tuple[object, ...]) -> None:
    venues = town.venues
    match action:
        case ("price", str(home), str(foreign)):
            town.prices(home, foreign)
        case ("will", int(index), str(will)):
            venues[index].will.append(will)
        case ("default", int(index), str(will)):
            venues[index].default = will
        case ("silent", int(index)):
            venues[index].is_silent = not venues[index].is_silent
        case ("fill", int(index), str(quantity)):
            venue = venues[index]
            for order in list(venue.orders.values())[:1]:
                town.fill(venue, order, D(quantity), None, is_heard=not venue.is_silent)
        case ("venue cancels", int(index)):
            _cancel_by_itself(town, venues[index])
        case ("wait", float(seconds) | int(seconds)):
            town.wait(float(seconds))
        case ("break", int(index)):
            town.break_off(venues[index])
        case ("connect", int(index)):
            if not venues[index].is_silent:
                town.connect(venues[index])
        case ("apart", int(index)):
            _move(town, venues[index])
        case ("restart",):
            if not any(venue.is_silent for venue in venues):
                town.reborn()
        case ("halt",):
            town.ask(HaltAll())
        case ("lift",):
            town.ask(LiftHalt())
        case ("pause",):
            town.ask(PauseBot(BOT))
        case ("start",):
            town.ask(StartBot(BOT))
        case ("keep",):
            town.ask(StopBot(BOT, Inventory.KEEP))
        case ("close",):
            for row in town.rows()[:1]:
                town.ask(ClosePosition(BOT, row.position.position_id))


def _move(town: PairTown, venue: PairVenue) -> None:
    """An account goes to the other desk, or comes back. A desk that got no answer about an order keeps its account."""
    if not venue.is_silent:
        (town.take if venue.name in town.away else town.give)(venue)


def _cancel_by_itself(town: PairTown, venue: PairVenue) -> None:
    for identity in list(venue.orders)[:1]:
        del venue.orders[identity]
        venue.ended[identity] = OrderState.CANCELED
        if not venue.is_silent:
            town.tell(OrderCanceled(identity, venue.of(identity), town.now))


def check(town: PairTown, config: ArbitrageConfig) -> None:
    """What must hold at every moment."""
    seen: set[tuple[str, int]] = set()
    for venue in town.venues:
        for order in town.holder(venue.name).live_orders(venue.account.account_id):
            key = (order.bot_id, order.generation)
            assert key not in seen, f"two live orders of one leg: {order.client_order_id}"
            seen.add(key)
    for row in town.rows():
        position = row.position
        assert stands(position, is_home=True) <= config.size
        assert stands(position, is_home=False) <= config.size
        since = position.imbalance_since
        told = f"Position {position.number} is half hedged"
        if since is not None and town.now - since > timedelta(seconds=13):
            assert any(line.startswith(told) for line in town.errors()), "an imbalance that nobody is told of"


def stands(position: TwoLegPosition, *, is_home: bool) -> Decimal:
    entry = position.entry.home if is_home else position.entry.foreign
    back = D(0)
    if position.exit is not None:
        back = (position.exit.home if is_home else position.exit.foreign).filled
    return entry.filled - back


def recover(town: PairTown) -> None:
    """Venues do what they are asked again, lines stand, nobody holds anything up."""
    for venue in town.venues:
        venue.will.clear()
        venue.default = "fill"
        venue.stuck.clear()
        venue.is_silent = False
        if venue.name in town.away:
            town.take(venue)
        else:
            town.connect(venue)
    town.ask(LiftHalt())
    town.prices("142000000", "100000")
    town.wait(150)


def audit(town: PairTown, abroad: Instrument) -> None:
    """Both accounts are what the ledger says, and what the legs of all positions come to."""
    for venue in town.venues:
        for asset, amount in venue.truth.items():
            assert town.ledger(venue.account.account_id, asset) == amount
    positions = town.positions()
    parts = [legs for each in positions for legs in (each.entry, each.exit) if legs is not None]
    moved = [dict(venue.truth) for venue in town.venues]
    for now, before in zip(moved, town.start, strict=True):
        for asset, amount in before.items():
            now[asset] -= amount
    asset = abroad.position_asset
    assert moved[0]["KRW"] == sum((legs.home.cash for legs in parts), D(0))
    assert moved[0]["BTC"] == sum((legs.home.base for legs in parts), D(0))
    assert moved[1]["USDT"] == sum((legs.foreign.cash for legs in parts), D(0))
    assert moved[1].get(asset, D(0)) == sum((legs.foreign.base for legs in parts), D(0))
    assert town.bot().bot.matched_profit == sum((each.pnl or D(0) for each in positions), D(0))


def result(position: TwoLegPosition, abroad: Instrument, prices: tuple[Decimal, Decimal]) -> Decimal:
    """The result of a closed position, put together anew from its legs."""
    parts: list[Legs] = [position.entry] + ([position.exit] if position.exit is not None else [])
    rates = [legs.rate.rate if legs.rate is not None else D(1) for legs in parts]
    total = sum((legs.home.cash for legs in parts), D(0))
    total += sum((legs.home.base for legs in parts), D(0)) * prices[0]
    left = sum((legs.foreign.base for legs in parts), D(0)) * prices[1] * rates[-1]
    for legs, rate in zip(parts, rates, strict=True):
        value = -legs.foreign.value if legs.foreign.side is Side.BUY else legs.foreign.value
        total += value * (rates[-1] if abroad.kind is InstrumentKind.PERP else rate) - legs.foreign.fee_paid * rate
    return total + left


def play(config: ArbitrageConfig, abroad: Instrument, what: list[tuple[object, ...]]) -> None:
    town = PairTown(abroad, foreign_BTC="1") if abroad is SPOT else PairTown(abroad)
    town.prices("140000000", "100000")
    assert town.add(config) == []
    for action in what:
        act(town, action)
        check(town, config)
    recover(town)
    check(town, config)
    for row in town.rows():
        assert row.position.imbalance_since is None
        assert row.position.stage in (PairStage.OPEN, PairStage.EXITING), row.position
    audit(town, abroad)
    town.ask(StartBot(BOT))
    town.ask(StopBot(BOT, Inventory.SELL))
    town.wait(150)
    assert town.bot().bot.state is BotState.STOPPED
    assert [each.stage for each in town.positions() if each.stage is not PairStage.CLOSED] == []
    assert not any(venue.orders for venue in town.venues)
    audit(town, abroad)
    for position in town.positions():
        left = sum((legs.home.base for legs in (position.entry, position.exit) if legs is not None), D(0))
        if not left:
            found = result(position, abroad, (D(0), D("100000.05")))
            if abroad is PERP:
                assert position.pnl == found


SCENES = 1500 if os.environ.get("GRIDWRIGHT_SWEEP") == "full" else 12


@pytest.mark.parametrize("abroad", [PERP, SPOT], ids=["future", "spot"])
@settings(max_examples=SCENES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(config=configs, what=st.lists(actions, min_size=3, max_size=14))
def test_it_ends_level_and_exact(abroad: Instrument, config: ArbitrageConfig, what: list[tuple[object, ...]]) -> None:
    play(config, abroad, what)
