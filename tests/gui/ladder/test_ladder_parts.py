"""Scale, groups, glow and edge drags: the parts of a ladder that need no widget."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bots.grid_rules import preview_edit
from engine.domain.bot import BotState
from engine.domain.order import OrderState, Side
from gui.ladder.edge_drag import LOWER, UPPER, drag_preview, dragged_config, free_quote
from gui.ladder.fill_glow import FillGlow
from gui.ladder.ladder_scale import LadderScale, fitted
from gui.ladder.rung_groups import NOTHING_RESTS, grouped, held_share, resting_orders
from tests.support import views

INSTRUMENT = views.instrument_of()
MARKET = views.market_of(INSTRUMENT)
BOT = views.grid_bot(MARKET, grid_count=20)
MUCH = Decimal(1_000_000_000)


@given(st.booleans(), st.floats(0, 700))
def test_pixels_and_prices_are_inverse(by_ratio: bool, y: float) -> None:
    scale = LadderScale(500.0, 900.0, 30, 640, by_ratio)

    assert scale.y(scale.price_at(y)) == pytest.approx(y, abs=1e-6)


def test_by_ratio_the_cells_of_a_geometric_grid_are_equally_high() -> None:
    scale = fitted([100.0, 1600.0], [], 0, 500, by_ratio=True)

    heights = [scale.y(low) - scale.y(2 * low) for low in (100, 200, 400, 800)]

    assert heights == pytest.approx([heights[0]] * 4)


def test_a_stop_near_the_range_gets_room_and_one_far_away_does_not() -> None:
    scale = fitted([100.0, 200.0], [90.0, 20.0], 0, 500, by_ratio=False)

    assert scale.low < 90
    assert scale.low > 80


@given(st.floats(0.05, 3), st.floats(520, 880))
def test_zooming_keeps_the_price_under_the_mouse(factor: float, price: float) -> None:
    whole = LadderScale(500.0, 900.0, 30, 640)

    zoomed = whole.zoomed(factor, price, whole)

    assert zoomed == whole or zoomed.y(price) == pytest.approx(whole.y(price), abs=1e-6)
    assert zoomed.high - zoomed.low <= 1.25 * 400 + 1e-9


def test_groups_keep_every_quantity_cycle_and_profit() -> None:
    resting = resting_orders(BOT.open_orders)

    groups = grouped(BOT.rungs, resting, 3)

    assert [(group.first, group.last) for group in groups] == [*((at, at + 2) for at in range(0, 18, 3)), (18, 19)]
    assert sum(group.held for group in groups) == BOT.base_held
    assert sum(group.profit for group in groups) == BOT.matched_profit
    assert sum(group.closed_cycles for group in groups) == sum(rung.cycle - 1 for rung in BOT.rungs)
    assert sum(group.buys.count + group.sells.count for group in groups) == len(BOT.open_orders)
    assert sum(group.buys.quantity for group in groups) == sum(
        order.remaining for order in BOT.open_orders if order.side is Side.BUY
    )
    assert groups[0].low == float(BOT.rungs[0].buy_price)
    assert groups[-1].high == float(BOT.rungs[-1].sell_price)


def test_an_order_nobody_is_sure_of_is_told_apart_and_final_ones_do_not_rest() -> None:
    first, second, third = BOT.open_orders[:3]
    orders = [
        replace(first, state=OrderState.UNKNOWN),
        replace(second, filled_quantity=second.quantity / 4),
        replace(third, state=OrderState.CANCELED),
    ]

    resting = resting_orders(orders)

    assert not resting[first.rung, first.side].is_sure
    assert resting[second.rung, second.side].is_sure
    assert resting[second.rung, second.side].quantity == second.quantity * 3 / 4
    assert resting.get((third.rung, third.side), NOTHING_RESTS) is NOTHING_RESTS


def test_a_half_filled_rung_holds_half() -> None:
    rung = replace(BOT.rungs[0], bought=BOT.rungs[0].quantity / 2)

    assert held_share(rung) == 0.5
    assert held_share(replace(rung, quantity=Decimal(0))) == 0.0


def test_a_fill_glows_for_two_seconds_and_the_past_does_not() -> None:
    old = replace(BOT.rungs[3], last_fill_side=Side.SELL, last_fill_at=MARKET.at)
    before = replace(BOT, rungs=(*BOT.rungs[:3], old, *BOT.rungs[4:]))
    new = replace(BOT.rungs[5], last_fill_side=Side.BUY, last_fill_at=MARKET.at + timedelta(hours=2))
    after = replace(before, rungs=(*before.rungs[:5], new, *before.rungs[6:]))
    glow = FillGlow()

    glow.start(before)
    glow.show(after, 100.0)
    glow.show(after, 100.5)

    assert glow.strengths(100.5) == {(5, Side.BUY): 0.75}
    assert glow.is_on(101.9)
    assert not glow.is_on(102.0)
    assert glow.strengths(102.0) == {}


def test_a_new_ladder_does_not_glow() -> None:
    glow = FillGlow()
    glow.start(BOT)
    rungs = tuple(replace(rung, last_fill_side=Side.BUY, last_fill_at=MARKET.at) for rung in BOT.rungs)

    glow.show(replace(BOT, bot=replace(BOT.bot, generation=2), rungs=rungs), 5.0)

    assert glow.strengths(5.0) == {}


def test_a_dragged_edge_snaps_to_the_venues_increment() -> None:
    config = BOT.bot.grid

    assert dragged_config(config, UPPER, 853.4999, INSTRUMENT) == replace(config, upper=Decimal(853))
    assert dragged_config(config, LOWER, 760.51, INSTRUMENT) == replace(config, lower=Decimal(761))
    assert dragged_config(config, LOWER, -5.0, INSTRUMENT) is None
    assert dragged_config(config, LOWER, 0.2, INSTRUMENT) is None


def test_the_preview_of_a_drag_says_what_the_domain_says() -> None:
    config = replace(BOT.bot.grid, upper=Decimal(880))
    change = preview_edit(BOT, config, INSTRUMENT, MUCH)

    drag = drag_preview(BOT, config, UPPER, INSTRUMENT, MUCH)

    text = " ".join(drag.sentences)
    assert not drag.is_refused
    assert drag.lines == change.after.lines
    assert "880 KRW" in text
    assert f"{len(change.canceled)} orders are cancelled and {len(change.placed)} placed" in text
    bought = f"{change.base_to_buy:,.4f} XRP is bought" if change.base_to_buy else "XRP is sold"
    assert bought in text


def test_an_edge_past_the_other_one_is_refused_in_words() -> None:
    config = replace(BOT.bot.grid, lower=Decimal(900))

    drag = drag_preview(BOT, config, LOWER, INSTRUMENT, MUCH)

    assert drag.is_refused
    assert "must be below the upper price" in drag.sentences[1]


def test_a_stopped_bots_plan_changes_without_orders() -> None:
    stopped = views.grid_bot(MARKET, state=BotState.STOPPED)

    drag = drag_preview(stopped, replace(stopped.bot.grid, upper=Decimal(900)), UPPER, INSTRUMENT, MUCH)

    assert not drag.is_refused
    assert not any("cancelled" in sentence for sentence in drag.sentences)


def test_free_quote_is_what_no_order_reserves() -> None:
    account = views.view_of([MARKET], [BOT]).accounts[0]
    total, reserved = account.balances[0][1:]

    assert free_quote(account, "KRW") == total - reserved
    assert free_quote(account, "BTC") is None
    assert free_quote(None, "KRW") is None
