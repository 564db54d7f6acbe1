"""Live lines: told once, only when durable, and readable on a terminal and in a file."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.console.status import (
    REWRITE,
    TerminalLines,
    are_replays_ended,
    decision_line,
    heartbeat_line,
    pnl_by_quote,
    signed,
)
from engine.domain.bot import BotKind, BotState
from engine.domain.messages import DecisionLogged, Level
from engine.domain.phrases import HALTED
from engine.domain.sentences import say
from engine.domain.views import EngineState
from tests.support.views import grid_bot, instrument_of, market_of, view_of

AT = datetime(2025, 9, 1, 12, 30, tzinfo=UTC)
ROW = grid_bot(market_of(instrument_of(), "812"), "xrpgrid1", "XRP grid")


def decided(bot_id: str = "xrpgrid1", level: Level = Level.INFO) -> DecisionLogged:
    return DecisionLogged(bot_id, level, say(HALTED), AT)


def test_a_decision_is_a_line_of_its_own() -> None:
    stream = io.StringIO()
    lines = TerminalLines(stream, is_terminal=False)
    lines.decision(decided(), "XRP grid")
    lines.decision(decided(""), "")
    assert stream.getvalue().splitlines() == [
        f"2025-09-01 12:30:00  XRP grid  {say(HALTED)}",
        f"2025-09-01 12:30:00  {say(HALTED)}",
    ]


def test_a_line_speaks_of_the_whole_engine_without_a_name_and_marks_trouble() -> None:
    assert decision_line(decided("", Level.ERROR), "") == f"2025-09-01 12:30:00  ERROR  {say(HALTED)}"
    assert decision_line(decided("x", Level.LOOK), "x") == f"2025-09-01 12:30:00  LOOK  x  {say(HALTED)}"


def test_the_heartbeat_stays_below_the_lines_of_a_terminal() -> None:
    stream = io.StringIO()
    lines = TerminalLines(stream, is_terminal=True)
    lines.heartbeat("beat")
    lines.line("line")
    lines.close()
    assert stream.getvalue() == f"{REWRITE}beat{REWRITE}line\nbeat{REWRITE}"


def test_a_heartbeat_that_says_nothing_new_is_not_written_again() -> None:
    stream = io.StringIO()
    lines = TerminalLines(stream, is_terminal=False)
    lines.heartbeat("beat")
    lines.heartbeat("beat")
    lines.close()
    assert stream.getvalue() == "beat\n"


def test_the_heartbeat_names_state_bots_orders_market_and_profit() -> None:
    market = market_of(instrument_of(), "812")
    line = heartbeat_line(view_of([market], [ROW]))
    assert line.startswith("running | 1 of 1 bots run | 20 orders rest | XRP/KRW 812 at 2026-11-20 03:00:00 | PnL +")
    assert line.endswith(" KRW")


def test_the_heartbeat_counts_no_bot_that_was_removed_and_a_two_leg_bot_once() -> None:
    market = market_of(instrument_of(), "812")
    stopped = replace(ROW.bot, bot_id="gone0001", state=BotState.STOPPED, is_removed=True)
    hedge = replace(ROW.bot, bot_id="hedge001", kind=BotKind.HEDGE)
    rows = [ROW, replace(ROW, bot=stopped, open_orders=()), replace(ROW, bot=hedge, open_orders=())]
    assert heartbeat_line(view_of([market], rows)).startswith("running | 1 of 1 bots run | 20 orders rest")
    away = [replace(row, elsewhere="other") for row in rows]
    assert heartbeat_line(view_of([market], [ROW, *away])).endswith("| 1 bot on other desks")


def test_the_heartbeat_names_the_account_of_a_symbol_that_two_accounts_trade() -> None:
    paper = market_of(instrument_of("paper:upbit_XRP-KRW"), "812")
    live, other = market_of(instrument_of("live:upbit"), "813"), market_of(instrument_of("live:upbit", "BTC/KRW"), "9")
    line = heartbeat_line(view_of([paper, live, other]))
    assert "| XRP/KRW of paper:upbit_XRP-KRW 812 at " in line
    assert "| XRP/KRW of live:upbit 813 at " in line
    assert "| BTC/KRW 9 at " in line


def test_the_heartbeat_says_what_is_wrong() -> None:
    view = replace(view_of(state=EngineState.DEGRADED), trouble=say(HALTED), is_database_up=False, is_cache_up=False)
    assert heartbeat_line(view).startswith(f"degraded: {str(say(HALTED)).rstrip('.')} | 0 of 0 bots")
    assert heartbeat_line(view).endswith("database down | cache down")


def test_money_of_different_assets_is_never_added() -> None:
    won = market_of(instrument_of(), "812")
    usdt = market_of(instrument_of("simulated:2", "BTC/USDT", "0.01"), "50000")
    bots = [ROW, grid_bot(usdt, "btcgrid1", "BTC", investment="5000")]
    assert pnl_by_quote(view_of([won, usdt], bots)) == {"KRW": ROW.total_pnl, "USDT": bots[1].total_pnl}


@pytest.mark.parametrize(
    ("amount", "text"), [("1234.567", "+1,234.57"), ("-0.004", "0"), ("0", "0"), ("-12.5", "-12.5")]
)
def test_a_profit_shows_its_sign(amount: str, text: str) -> None:
    assert signed(Decimal(amount)) == text


def test_replays_have_ended_when_each_has_and_nothing_is_pending() -> None:
    ended = replace(market_of(instrument_of("replay:a"), "812"), is_ended=True)
    going = market_of(instrument_of("replay:b"), "812")
    view = view_of([ended, going])
    assert are_replays_ended(view, ["replay:a"])
    assert not are_replays_ended(view, ["replay:a", "replay:b"])
    assert not are_replays_ended(replace(view, pending_records=1), ["replay:a"])
    assert not are_replays_ended(replace(view, state=EngineState.STARTING), ["replay:a"])
    assert not are_replays_ended(view, ["replay:unknown"])
