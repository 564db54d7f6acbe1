"""A grid through its life on a small exchange, with hand-worked numbers."""

from dataclasses import replace
from decimal import Decimal

from engine.domain.bot import BotState
from engine.domain.grid import GridConfig, GridMode, Inventory, RungStatus
from engine.domain.instrument import FeeAsset
from engine.domain.messages import (
    AddGrid,
    EditGrid,
    HaltAll,
    LiftHalt,
    PauseBot,
    RemoveBot,
    RestoreBot,
    StartBot,
    StopBot,
)
from engine.domain.order import OrderKind, Side
from tests.engine.kernel.town import ACCOUNT, BOT, Town, instrument

D = Decimal
#: Lines 100, 110, 120, 130, 140.
CONFIG = GridConfig(D(100), D(140), 4, D(4000))


def started(price: int = 120, config: GridConfig = CONFIG, town: Town | None = None) -> Town:
    town = town or Town()
    town.price(price)
    assert town.grid(config) == []
    return town


def check_books(town: Town) -> None:
    """matched + floating = what the ledger of the bot is worth, to the last unit."""
    view = town.bot()
    assert view.price is not None
    assert view.matched_profit + view.floating_pnl == town.ledger("KRW") + town.ledger("XRP") * view.price
    assert view.base_held == town.ledger("XRP")


def test_a_start_in_the_middle_buys_for_the_rungs_above_and_places_the_ladder() -> None:
    town = started()
    # Unit costs: 100 + 110 + 120 resting, 120 x 1.0005 each; rung 3 (130) holds. 4000 / (450.225) = 8.8844...
    # (100 + 110 + 120) x 1.0005 + 120 x 1.0005 = 450.225
    assert {rung.quantity for rung in town.bot().rungs} == {D("8.8844")}
    first = town.placed[0]
    assert (first.kind, first.side, first.quantity) == (OrderKind.MARKET, Side.BUY, D("8.8844"))
    assert town.resting(Side.SELL) == ["140"]
    # The rung with its line at the price waits: its post-only buy would trade at once.
    assert town.resting(Side.BUY) == ["100", "110"]
    check_books(town)


def test_a_rung_at_the_price_gets_its_buy_when_the_price_has_moved_up() -> None:
    town = started()
    town.price("120.01")
    assert town.resting(Side.BUY) == ["100", "110", "120"]
    assert town.bot().rungs[2].status is RungStatus.BUY_PLACED


def test_a_cycle_earns_the_interval_less_both_fees() -> None:
    town = started()
    town.price(110, 120)
    view = town.bot()
    # (120 - 110) x 8.8844 = 88.844; fees 110 x 8.8844 x 0.0005 = 0.488642 and 120 x 8.8844 x 0.0005 = 0.533064.
    assert view.matched_profit == D("88.844") - D("0.488642") - D("0.533064")
    assert view.rungs[1].cycle == 2
    assert view.rungs[1].profit == view.matched_profit
    assert "110" in town.resting(Side.BUY)
    check_books(town)


def test_a_fall_through_the_ladder_and_back_closes_each_rung_once() -> None:
    town = started(135)
    # The rung above the price holds nothing: line 130 is below 135, so all four rungs buy.
    assert town.resting(Side.BUY) == ["100", "110", "120", "130"]
    town.price(99)
    assert town.resting(Side.BUY) == []
    assert town.resting(Side.SELL) == ["110", "120", "130", "140"]
    town.price(141)
    assert town.bot().bot.closed_cycles == 4
    assert town.bot().base_held == 0
    assert town.resting(Side.BUY) == ["100", "110", "120", "130"]
    check_books(town)


def test_a_partial_fill_gets_its_sell_at_once_and_the_rest_follows() -> None:
    town = started(135)
    buy = next(order for order in town.orders.values() if order.price == D("130"))
    town.price("130.5")
    town.fill_part(buy, "1")
    assert [(order.quantity, order.price) for order in town.orders.values() if order.side is Side.SELL] == [
        (D(1), D("140"))
    ]
    town.price(130)
    sells = sorted(order.quantity for order in town.orders.values() if order.side is Side.SELL)
    assert sells == [D(1), buy.quantity - 1]
    town.price(140)
    assert town.bot().bot.closed_cycles == 1
    check_books(town)


def test_a_partial_fill_below_the_minimum_waits_for_more() -> None:
    town = started(135)
    buy = next(order for order in town.orders.values() if order.price == D("130"))
    town.fill_part(buy, "0.05")  # 0.05 x 140 = 7 KRW, below the minimum of 10
    assert town.resting(Side.SELL) == []
    town.fill_part(buy, "0.05")
    assert [order.quantity for order in town.orders.values() if order.side is Side.SELL] == [D("0.1")]


def test_fees_in_base_leave_dust_that_stays_on_the_books() -> None:
    town = started(135, town=Town(instrument(fee_asset=FeeAsset.RECEIVED)))
    town.price(130)
    view = town.bot()
    bought = view.rungs[3].quantity
    fee = (bought * D("0.0005")).quantize(D("0.00000001"))
    sell = next(order for order in town.orders.values() if order.side is Side.SELL)
    assert sell.quantity == D("8.6912")  # 8.6956 less 0.0043478 is 8.6912522, cut to 0.0001
    assert view.base_held == bought - fee
    town.price(140)
    view = town.bot()
    # What the sell could not take stays on the rung, with its share of the cost, for the next cycle.
    assert view.rungs[3].held == bought - fee - D("8.6912")
    assert view.rungs[3].cost == bought * 130 - (bought * 130 * D("8.6912") / (bought - fee)).quantize(
        D("0.00000001"), "ROUND_DOWN"
    )
    assert view.bot.closed_cycles == 1
    check_books(town)


def test_more_rungs_than_the_venue_allows_keeps_the_nearest_resting_and_moves_the_window() -> None:
    config = GridConfig(D(100), D(200), 10, D(20000))
    town = started(145, config, Town(instrument(max_open_orders=4)))
    # Distances from 145: 140 is 5 away, 130 and 160 are 15, 120 and 170 are 25; a buy comes before a sell.
    assert (town.resting(Side.BUY), town.resting(Side.SELL)) == (["120", "130", "140"], ["160"])
    town.price(165)
    # Between 160 and 170; rung 150-160 has sold and wants its buy at 150.
    assert (town.resting(Side.BUY), town.resting(Side.SELL)) == (["140", "150"], ["170", "180"])
    check_books(town)


def test_the_trigger_price_holds_the_start_back_until_it_is_crossed_from_the_side_of_the_start() -> None:
    town = started(120, replace(CONFIG, trigger_price=D(115)))
    assert town.bot().bot.state is BotState.WAITING
    town.price(118)
    assert not town.placed
    town.price(114)
    assert town.bot().bot.state is BotState.RUNNING
    assert town.bot().bot.start_price == 114


def test_the_lower_stop_wins_over_the_rungs_and_keeps_the_inventory_when_told_so() -> None:
    town = started(120, replace(CONFIG, stop_lower=D(95)))
    town.price(94)
    view = town.bot()
    assert view.bot.state is BotState.STOPPED
    assert not town.orders
    assert [order for order in town.placed if order.kind is OrderKind.MARKET][1:] == []
    assert town.ledger("XRP") == 0  # released to the account, at 94
    assert view.bot.final_pnl == town.ledger("KRW")


def test_the_upper_stop_sells_the_inventory() -> None:
    town = started(120, replace(CONFIG, stop_upper=D(150), stop_upper_inventory=Inventory.SELL))
    town.price(121, 110, 145, 100, 150)
    view = town.bot()
    assert view.bot.state is BotState.STOPPED
    assert town.ledger("XRP") == 0
    assert view.bot.final_pnl == town.ledger("KRW")


def test_stop_loss_and_take_profit_look_at_the_pnl_of_the_run() -> None:
    lost = started(135, replace(CONFIG, stop_loss_pct=D(5)))
    lost.price(109)
    assert lost.bot().bot.state is BotState.STOPPED
    assert lost.bot().total_pnl <= -200  # 5 % of 4,000
    won = started(120, replace(CONFIG, take_profit_pct=D(1)))
    won.price(110, 125)
    assert won.bot().bot.state is BotState.STOPPED
    assert won.bot().total_pnl >= 40
    assert won.ledger("XRP") == 0


def test_compounding_buys_more_with_the_profit_of_the_rung() -> None:
    town = started(135, replace(CONFIG, compounding=True))
    first = town.bot().rungs[3].quantity
    town.price(130, 140)
    rung = town.bot().rungs[3]
    proceeds = first * 140 - (first * 140 * D("0.0005")).quantize(D("0.00000001"))
    grown = proceeds / (D(130) * D("1.0005"))
    assert rung.quantity == grown.quantize(D("0.0001"), "ROUND_DOWN")
    buy = next(order for order in town.orders.values() if order.rung == 3)
    assert buy.quantity == rung.quantity


def test_pause_takes_the_orders_away_and_start_puts_what_is_missing_back() -> None:
    town = started(125)
    before = (town.resting(Side.BUY), town.resting(Side.SELL))
    assert town.refusals(PauseBot(BOT)) == []
    assert not town.orders
    assert town.bot().bot.state is BotState.PAUSED
    town.price(105)
    assert not town.orders
    town.price(125)
    assert town.refusals(StartBot(BOT)) == []
    assert (town.resting(Side.BUY), town.resting(Side.SELL)) == before
    check_books(town)


def test_stop_and_sell_ends_with_no_base_and_the_ledger_as_result() -> None:
    town = started(125)
    town.price(110, 121)
    assert town.refusals(StopBot(BOT, Inventory.SELL)) == []
    view = town.bot()
    assert view.bot.state is BotState.STOPPED
    assert town.ledger("XRP") == 0
    assert view.total_pnl == town.ledger("KRW")
    assert town.refusals(RemoveBot(BOT)) == []
    assert town.refusals(StartBot(BOT)) == [f"{BOT} was removed; restore it first."]
    again = AddGrid("testbot2", town.bot().bot.name, "town", "XRP/KRW", CONFIG, D(5))
    assert town.refusals(again) == [
        f"A removed bot is called {town.bot().bot.name}; restore it, or choose another name."
    ]
    assert town.refusals(RestoreBot(BOT)) == []


def test_an_edit_moves_the_inventory_onto_the_new_ladder() -> None:
    town = started(125)
    town.price(110)
    old = {order.client_order_id for order in town.orders.values()}
    assert town.refusals(EditGrid(BOT, replace(CONFIG, lower=D(90), upper=D(150), grid_count=6))) == []
    view = town.bot()
    assert view.bot.state is BotState.RUNNING
    assert view.bot.generation == 2
    assert not old & set(town.orders)
    # Lines 90, 100 ... 150 at price 110: rungs at 120, 130 and 140 hold.
    assert town.resting(Side.SELL) == ["130", "140", "150"]
    assert town.resting(Side.BUY) == ["100", "90"][::-1]
    check_books(town)


def test_an_edit_of_stops_alone_leaves_the_orders_where_they_are() -> None:
    town = started(125)
    before = set(town.orders)
    assert town.refusals(EditGrid(BOT, replace(CONFIG, stop_lower=D(90)))) == []
    assert set(town.orders) == before
    assert town.bot().bot.grid.stop_lower == 90


def test_a_halt_cancels_everything_and_lifting_it_puts_the_ladder_back() -> None:
    town = started(125)
    before = (town.resting(Side.BUY), town.resting(Side.SELL))
    assert town.refusals(HaltAll()) == []
    assert not town.orders
    town.price(105, 125)
    assert not town.orders
    assert town.refusals(LiftHalt()) == []
    assert (town.resting(Side.BUY), town.resting(Side.SELL)) == before


def test_first_purchase_continues_with_each_quote_while_there_is_too_little_volume() -> None:
    town = Town(volume=D(5))
    town.price(105)
    assert town.grid(CONFIG) == []
    assert town.bot().bot.state is BotState.STARTING
    for _ in range(10):
        town.price(105)
    assert town.bot().bot.state is BotState.RUNNING
    assert town.bot().base_held == sum(rung.quantity for rung in town.bot().rungs[1:])
    check_books(town)


def test_a_new_kernel_from_the_journal_stands_where_the_old_one_stood() -> None:
    town = started(125)
    town.price(110, 131, 104, 126)
    again = town.reborn()
    assert again.bot_views()[0].rungs == town.bot().rungs
    assert {order.client_order_id for order in again.live_orders("town")} == set(town.orders)


def test_geometric_lines_and_held_base_start_without_a_purchase() -> None:
    rich = replace(ACCOUNT, settings=(("cash.KRW", "1000000"), ("cash.XRP", "100")))
    config = replace(CONFIG, mode=GridMode.GEOMETRIC, use_held_base=True)
    town = started(105, config, Town(account=rich))
    assert all(order.kind is OrderKind.LIMIT for order in town.placed)
    assert town.ledger("XRP") == town.bot().base_held > 0
    check_books(town)


def test_the_ledger_folds_to_what_the_venue_says_and_a_difference_is_named() -> None:
    town = started(125)
    town.price(110, 131)
    balances = town.kernel.account_views()[0].balances
    assert town.kernel.differences("town", balances) == []
    stolen = [(asset, total - 1 if asset == "XRP" else total, reserved) for asset, total, reserved in balances]
    xrp = next(total for asset, total, _ in balances if asset == "XRP")
    assert [str(sentence) for sentence in town.kernel.differences("town", stolen)] == [
        f"The venue says {xrp - 1:f} XRP, our books say {xrp:f} XRP."
    ]


def test_held_base_of_another_bot_is_not_handed_over() -> None:
    town = started(105)
    held = town.bot().base_held
    assert held > 0
    config = replace(CONFIG, use_held_base=True, investment=D(3000))
    town.send(PauseBot(BOT))  # its sells are gone, its base is still its own
    assert town.grid(config, bot_id="testbot2") == []
    first = next(order for order in town.placed if order.bot_id == "testbot2")
    assert first.kind is OrderKind.MARKET
    assert town.bot().base_held == held == town.ledger("XRP")
