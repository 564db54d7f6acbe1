"""A rehearsal finds what the engine would refuse, with the engine's own kernel, and leaves everything as it was."""

from dataclasses import replace
from decimal import Decimal

from engine.console.desk import LedgerTotal
from engine.console.rehearsal import bot_view_of, refusals_of
from engine.domain.bot import Bot, BotState
from engine.domain.grid import GridConfig, Inventory
from engine.domain.messages import AddGrid, Command, StartBot, StopBot
from engine.recovered import RecoveredState
from tests.support.views import NOON, account_of, grid_bot, instrument_of, market_of

XRP = instrument_of()
ROW = grid_bot(market_of(XRP), "xrpgrid1", "XRP grid")
STOPPED = replace(ROW.bot, state=BotState.STOPPED, allocation_percent=Decimal(40))
LEDGER = [LedgerTotal("simulated:1", "KRW", Decimal(10_000_000), Decimal(10_000_000))]
PRICES = {XRP.key: Decimal(812)}


def state_of(*bots: Bot) -> RecoveredState:
    return RecoveredState(
        accounts=(account_of(XRP),),
        instruments=(XRP,),
        bots=bots,
        rungs=(),
        open_orders=(),
        trade_ids=frozenset(),
        is_halted=False,
    )


def sentences(command: Command, *bots: Bot, ledger: list[LedgerTotal] = LEDGER) -> list[str]:
    found = refusals_of(command, state_of(*bots), ledger, PRICES, "desk", NOON)
    return [str(sentence) for _, sentence in found]


def grid(investment: int, *, percent: int = 40, start: bool = True) -> AddGrid:
    config = GridConfig(Decimal(700), Decimal(900), 20, Decimal(investment))
    return AddGrid("newbot12", "New", "simulated:1", "XRP/KRW", config, Decimal(percent), start)


def test_what_can_be_done_has_no_refusals() -> None:
    assert sentences(grid(4_000_000)) == []
    assert sentences(StartBot("xrpgrid1"), STOPPED) == []


def test_more_than_the_ledger_has_is_refused() -> None:
    (sentence,) = sentences(grid(40_000_000))
    assert sentence.startswith("The grid needs ")
    assert sentence.endswith("10,000,000 KRW are free.")


def test_a_grid_that_does_not_start_may_wait_for_its_money() -> None:
    assert sentences(grid(40_000_000, start=False)) == []


def test_allocations_add_up() -> None:
    running = replace(STOPPED, state=BotState.WAITING, allocation_percent=Decimal(70))
    assert sentences(grid(4_000_000), running) == [
        "Your running bots have 70 % allocated, so 40 % more is over 100 %: allocate less to this one, or stop another."
    ]


def test_a_bot_that_stands_cannot_be_stopped() -> None:
    assert sentences(StopBot("xrpgrid1", Inventory.KEEP), STOPPED) == ["XRP grid is not running."]


def test_a_view_values_a_bot_at_the_recorded_price() -> None:
    """It holds what its rungs hold; 813 instead of 812 is one won more for each base held."""
    state = replace(state_of(ROW.bot), rungs=tuple((ROW.bot.bot_id, rung) for rung in ROW.rungs))
    low, high = (bot_view_of(ROW.bot, state, Decimal(price), "desk") for price in (812, 813))
    assert low.base_held == sum(rung.held for rung in ROW.rungs)
    assert high.floating_pnl - low.floating_pnl == low.base_held
