"""A two-leg bot between two venues where nothing goes wrong: numbers worked by hand."""

from dataclasses import replace
from decimal import Decimal

from engine.domain.arbitrage import PairStage, Ways
from engine.domain.bot import BotState
from engine.domain.grid import Inventory
from engine.domain.market import Quote
from engine.domain.messages import AccountConnected, OrderFilled, PauseBot, StartBot, StopBot
from engine.domain.order import Fill, Liquidity, Side
from engine.domain.positions import FundingPaid
from engine.domain.premium import Direction
from tests.engine.kernel.pair_town import BOT, CONFIG, HEDGE, SPOT, PairTown

D = Decimal


def test_a_high_premium_is_entered_on_both_legs_in_one_step_and_closed_when_it_has_fallen() -> None:
    town = PairTown()
    town.prices("140000000", "100000")
    assert town.add() == []
    # 145,000,000 against 100,000.1 x 1,400 is 3.5713 %; less 0.05 % of it at home and 0.04 % abroad.
    town.prices("145000000", "100000")
    assert town.sent(town.home) == ["sell 0.1 @ 144710000"]
    assert town.sent(town.foreign) == ["buy 0.1 @ 100200.1"]
    position = town.last
    assert (position.stage, position.direction) == (PairStage.OPEN, Direction.SELL_HOME)
    assert (position.entry.home.filled, position.entry.home.value) == (D("0.1"), D(14_500_000))
    assert (position.entry.home.fee, position.entry.foreign.fee) == (D(7250), D("4.000004"))
    assert position.entry.foreign.value == D("10000.01")
    assert position.entry.rate is not None
    assert round(position.entry.premium_pct, 4) == D("3.5713")
    assert round(position.entry.net_pct, 4) == D("3.4795")
    assert town.waits() == "All 1 positions are open."

    # Bought back at 140,001,000 and sold at 100,000 at a rate of 1,390: 0.72 % is too much still, 0.36 % is not.
    town.prices("140000000", "100000", rate="1390")
    assert town.stage() is PairStage.OPEN
    town.prices("139500000", "100000", rate="1390")
    position = town.last
    assert position.stage is PairStage.CLOSED
    assert position.exit is not None
    assert position.exit.home.value == D("13950100")
    # Home: 14,500,000 - 7,250 - 13,950,100 - 6,975.05. Abroad the future lost 0.01, at the rate of the exit; fees of
    # 4.000004 at 1,400 and 4 at 1,390.
    home = D(14_500_000) - 7250 - D("13950100") - D("6975.05")
    abroad = D("-0.01") * 1390 - D("4.000004") * 1400 - D(4) * 1390
    assert position.pnl == home + abroad
    assert town.bot().matched_profit == home + abroad
    assert town.bot().floating_pnl == 0
    for venue in town.venues:
        for asset, amount in venue.truth.items():
            assert town.ledger(venue.account.account_id, asset) == amount


def test_a_low_premium_is_entered_the_other_way_with_a_short_future() -> None:
    town = PairTown()
    town.prices("140000000", "100000")
    assert town.add(replace(CONFIG, ways=Ways.BUY_HOME)) == []
    town.prices("136000000", "100000")
    assert town.sent(town.home) == ["buy 0.1 @ 136273000"]
    assert town.sent(town.foreign) == ["sell 0.1 @ 99800"]
    assert town.stage() is PairStage.OPEN
    assert town.foreign.truth["BTC/USDT:P"] == D("-0.1")
    # It is closed when the way back, selling at home, costs no more than 0.5 % below.
    town.prices("139400000", "100000")
    assert town.stage() is PairStage.CLOSED
    assert town.foreign.truth["BTC/USDT:P"] == 0
    assert town.foreign.placed[-1].is_reduce_only
    assert not town.foreign.placed[0].is_reduce_only


def test_spot_abroad_takes_its_fee_in_base_and_sells_what_is_left() -> None:
    town = PairTown(SPOT)
    town.prices("140000000", "100000")
    assert town.add() == []
    town.prices("145000000", "100000")
    assert town.stage() is PairStage.OPEN
    assert town.last.entry.foreign.fee_base == D("0.00004")
    town.prices("140000000", "100000")
    position = town.last
    assert position.stage is PairStage.CLOSED
    # 0.09996 were bought; 0.099 can be sold in steps of 0.001, and 0.00096 are left as dust on the bot's books.
    assert town.sent(town.foreign)[-1].startswith("sell 0.099 @")
    assert town.foreign.truth["BTC"] == D("0.00096")
    assert town.bot(HEDGE).base_held == D("0.00096")
    assert any("leaves 0.00096 BTC on usdm" in line for line in town.said())


def test_pausing_keeps_positions_and_stopping_closes_or_keeps_them() -> None:
    town = PairTown()
    town.prices("140000000", "100000")
    town.add()
    town.prices("145000000", "100000")
    assert town.ask(PauseBot(BOT)) == []
    town.prices("140000000", "100000")
    assert town.stage() is PairStage.OPEN
    assert town.waits() == "It is paused."
    assert town.ask(StopBot(BOT, Inventory.KEEP)) == []
    assert town.bot().bot.state is BotState.STOPPED
    assert town.bot(HEDGE).bot.state is BotState.STOPPED
    assert town.stage() is PairStage.OPEN
    assert town.ask(StartBot(BOT)) == []
    town.prices("145000000", "100000")
    assert town.last.number == 1
    assert town.ask(StopBot(BOT, Inventory.SELL)) == []
    assert town.stage() is PairStage.CLOSED
    town.tick()
    assert town.bot().bot.state is BotState.STOPPED
    assert town.home.truth["BTC"] == 1
    assert town.foreign.truth["BTC/USDT:P"] == 0


def test_funding_is_shared_by_the_open_positions_and_is_in_what_they_brought() -> None:
    town = PairTown()
    town.prices("140000000", "100000")
    town.add(replace(CONFIG, max_positions=2))
    town.prices("145000000", "100000")
    town.prices("145000000", "100000")
    assert [each.stage for each in town.positions()] == [PairStage.OPEN, PairStage.OPEN]
    before = town.foreign.truth["USDT"]
    paid = FundingPaid("usdm", "usdm", "BTC/USDT", "USDT", D("-3.33333333"), "funding:1", town.now)
    town.foreign.truth["USDT"] = before + paid.amount
    town.tell(paid)
    town.tell(paid)  # told again, booked once
    assert [each.funding for each in town.positions()] == [D("-1.66666666"), D("-1.66666667")]
    assert town.bot(HEDGE).bot.funding == D("-3.33333333")
    town.prices("140000000", "100000")
    first, second = town.positions()
    assert (first.stage, second.stage) == (PairStage.CLOSED, PairStage.CLOSED)
    assert first.pnl is not None
    assert second.pnl is not None
    # Both were filled at the same prices: what they brought differs by the funding alone, at the rate of the exit.
    assert first.pnl - second.pnl == D("0.00000001") * 1400
    assert town.ledger("usdm", "USDT") == town.foreign.truth["USDT"]


def test_a_fee_in_a_third_asset_counts_at_what_it_is_worth() -> None:
    town = PairTown(SPOT)
    coin = replace(SPOT, symbol="BNB/USDT", base="BNB")
    town.tell(AccountConnected(town.foreign.account, (SPOT, coin), town.now))
    town.tell_balances(town.foreign)
    town.tell(Quote("usdm", "BNB/USDT", D(600), D(601), town.now))
    town.prices("140000000", "100000")
    town.add()
    town.foreign.default = "rest"
    town.prices("145000000", "100000")
    order = next(iter(town.foreign.orders.values()))
    fill = Fill(
        "usdm", "x1", order.client_order_id, "BTC/USDT", Side.BUY, D("100000.1"), D("0.1"), D("0.0125"), "BNB",
        Liquidity.TAKER, town.now,
    )  # fmt: skip
    town.tell(OrderFilled(fill))
    leg = town.last.entry.foreign
    assert (leg.fee, leg.fee_paid, leg.fee_base) == (D("7.5"), D("7.5"), D(0))
    assert leg.cash == D("-10000.01") - D("7.5")
    assert town.ledger("usdm", "BNB") == D("-0.0125")
