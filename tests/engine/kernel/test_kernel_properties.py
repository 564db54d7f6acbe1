"""Whatever the market does and whatever is asked, money and orders stay right."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.bot import BotState
from engine.domain.grid import GridConfig, GridMode, Inventory, Sizing
from engine.domain.instrument import FeeAsset
from engine.domain.messages import EditGrid, HaltAll, LiftHalt, OrderRecorded, PauseBot, StartBot, StopBot
from engine.domain.order import OrderState, Side
from tests.engine.kernel.town import BOT, Town, instrument

D = Decimal

configs = st.builds(
    GridConfig,
    lower=st.integers(80, 100).map(D),
    upper=st.integers(130, 180).map(D),
    grid_count=st.integers(2, 12),
    investment=st.integers(3000, 50000).map(D),
    mode=st.sampled_from(GridMode),
    sizing=st.sampled_from(Sizing),
    compounding=st.booleans(),
    post_only=st.booleans(),
    stop_loss_pct=st.none() | st.just(D(15)),
)
towns = st.builds(
    Town,
    st.builds(
        instrument,
        fee_asset=st.sampled_from(FeeAsset),
        max_open_orders=st.sampled_from((3, 5, 200)),
        size_increment=st.sampled_from((D("0.0001"), D("0.01"), D(1))),
    ),
    volume=st.none() | st.sampled_from((D(1), D(20))),
)
acts = st.lists(
    st.one_of(
        st.integers(70, 190),
        st.sampled_from(("pause", "start", "halt", "lift", "edit", "part", "stop_keep", "stop_sell")),
    ),
    max_size=40,
)


def act(town: Town, config: GridConfig, what: int | str) -> None:
    match what:
        case int():
            town.price(what)
        case "pause":
            town.send(PauseBot(BOT))
        case "start":
            town.send(StartBot(BOT))
        case "halt":
            town.send(HaltAll())
        case "lift":
            town.send(LiftHalt())
        case "edit":
            town.send(EditGrid(BOT, replace(config, upper=config.upper + 7, grid_count=config.grid_count + 1)))
        case "part":
            for order in list(town.orders.values())[:1]:
                half = town.instrument.rules.floor_size(order.remaining / 2)
                if half:
                    town.fill_part(order, str(half))
        case "stop_keep":
            town.send(StopBot(BOT, Inventory.KEEP))
        case "stop_sell":
            town.send(StopBot(BOT, Inventory.SELL))


def check(town: Town) -> None:
    view = town.bot()
    assert view.price is not None
    assert view.base_held == town.ledger("XRP")
    is_over = view.bot.state in (BotState.STOPPED, BotState.WAITING)
    if view.bot.run == 1 and not is_over:
        assert view.total_pnl == town.ledger("KRW") + town.ledger("XRP") * view.price
    if view.bot.run == 1 and is_over:
        assert view.total_pnl == town.ledger("KRW")
    assert set(town.orders) == {order.client_order_id for order in view.open_orders}
    buys = [order.rung for order in view.open_orders if order.side is Side.BUY and order.rung >= 0]
    assert len(buys) == len(set(buys)), "two buys on one rung"
    on_sale: dict[int, Decimal] = {}
    for order in view.open_orders:
        if order.side is Side.SELL and order.rung >= 0:
            on_sale[order.rung] = on_sale.get(order.rung, D(0)) + order.remaining
    for index, quantity in on_sale.items():
        assert quantity <= view.rungs[index].held, "more on sale than held"
    assert len(view.open_orders) <= town.instrument.rules.max_open_orders
    identities = [order.client_order_id for order in town.placed]
    assert len(identities) == len(set(identities)), "an identity used twice"
    account = town.kernel.account_views()[0]
    for asset, total, reserved in account.balances:
        assert 0 <= reserved <= total or asset == "XRP", f"{asset} promised twice"


@settings(max_examples=150, deadline=None)
@given(town=towns, config=configs, first=st.integers(85, 170), what=acts)
def test_money_and_orders_stay_right(town: Town, config: GridConfig, first: int, what: list[int | str]) -> None:
    town.price(first)
    if town.grid(config):
        return
    check(town)
    for one in what:
        act(town, config, one)
        check(town)


@settings(max_examples=60, deadline=None)
@given(town=towns, config=configs, first=st.integers(85, 170), what=acts)
def test_the_journal_alone_gives_the_same_kernel_back(
    town: Town, config: GridConfig, first: int, what: list[int | str]
) -> None:
    town.price(first)
    if town.grid(config):
        return
    for one in what:
        act(town, config, one)
    again = town.reborn().bot_views()[0]
    view = town.bot()
    assert again.rungs == view.rungs
    assert again.bot == view.bot
    assert {order.client_order_id: order for order in again.open_orders} == {
        order.client_order_id: order for order in view.open_orders
    }


@settings(max_examples=60, deadline=None)
@given(town=towns, config=configs, first=st.integers(85, 170), what=acts)
def test_a_stopped_bot_has_no_orders_and_no_base(
    town: Town, config: GridConfig, first: int, what: list[int | str]
) -> None:
    town.price(first)
    if town.grid(config):
        return
    for one in what:
        act(town, config, one)
    town.send(LiftHalt())
    town.send(StopBot(BOT, Inventory.SELL))
    for _ in range(1000):
        if town.bot().bot.state is BotState.STOPPED:
            break
        town.price(first)
    view = town.bot()
    assert view.bot.state is BotState.STOPPED
    assert not town.orders
    assert town.ledger("XRP") == 0
    final = {r.order.client_order_id: r.order.state for r in town.records if isinstance(r, OrderRecorded)}
    assert OrderState.OPEN not in final.values()
    assert OrderState.INTENT not in final.values()
