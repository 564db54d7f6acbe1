"""A bot's money as the command line shows it: the same as the window's."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from engine.console.tables import bot_row
from engine.domain.bot import Bot, BotKind, BotState
from engine.domain.grid import GridConfig, Rung

D = Decimal
RUNNING = Bot(
    "abcd1234", "Live", BotKind.GRID, "live:okxswap", "live:okxswap", "BTC/USDT", "desk", D(100),
    GridConfig(D(50_000), D(70_000), 2, D(1000)), datetime(2026, 3, 1, tzinfo=UTC), BotState.RUNNING, run=1,
    matched_profit=D(10), spare_base=D("0.01"), spare_cash=D(-590), funding=D("-1.25"),
)  # fmt: skip
RUNGS = (Rung(0, D(50_000), D(60_000), D("0.1"), D("0.1"), bought=D("0.1"), cost=D(5000)),)


def test_what_floats_is_what_is_held_less_its_cost_with_funding() -> None:
    row = bot_row(RUNNING, "USDT", RUNGS, D(55_000))
    assert (row.base_held, row.floating, row.total) == (D("0.11"), D("458.75"), D("468.75"))


def test_without_a_price_nothing_is_said_of_what_is_held() -> None:
    assert bot_row(RUNNING, "USDT", RUNGS, None).total is None
    assert bot_row(replace(RUNNING, spare_base=D(0)), "USDT", (), None).total == D("-581.25")


def test_a_stopped_bot_shows_the_result_of_its_last_run_whatever_the_price_does() -> None:
    stopped = replace(
        RUNNING, state=BotState.STOPPED, spare_base=D(0), spare_cash=D(0), final_pnl=D("-24.5"), matched_profit=D(85)
    )
    for price in (None, D(1), D(55_000)):
        row = bot_row(stopped, "USDT", (), price)
        assert (row.floating, row.total) == (D("-109.5"), D("-24.5"))
    never = replace(stopped, run=0, final_pnl=None, matched_profit=D(0), funding=D(0))
    assert bot_row(never, "USDT", (), None).total == 0
