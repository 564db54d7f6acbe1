"""From what was typed to a command of the engine."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.console.arguments import parse
from engine.console.bot_commands import (
    add_grid,
    default_name,
    differences,
    edit_grid,
    find_account,
    find_bot,
    find_instrument,
    refused,
    steer,
)
from engine.domain.bot import BotState
from engine.domain.grid import Inventory
from engine.domain.messages import (
    AddGrid,
    EditGrid,
    PauseBot,
    RemoveBot,
    RestoreBot,
    StartBot,
    StopBot,
)
from engine.domain.phrases import MUST_BE_POSITIVE, NAME_TAKEN
from engine.domain.sentences import Sentence, say
from engine.errors import UsageError
from tests.support.views import account_of, grid_bot, instrument_of, market_of

XRP = instrument_of()
ACCOUNT = account_of(XRP)
BOT = grid_bot(market_of(XRP), "xrpgrid1", "XRP grid").bot
ADD = "bot add grid --account simulated:1 --lower 700 --upper 900 --grid-count 20 --investment 4000000"


def test_a_bot_is_found_by_id_and_by_name() -> None:
    other = replace(BOT, bot_id="other123", name="Other")
    assert find_bot([BOT, other], "other123") is other
    assert find_bot([BOT, other], "XRP grid") is BOT


def test_an_id_wins_over_a_name() -> None:
    other = replace(BOT, bot_id="other123", name="xrpgrid1")
    assert find_bot([other, BOT], "xrpgrid1") is BOT


def test_a_removed_bot_does_not_hide_one_of_the_same_name() -> None:
    removed = replace(BOT, bot_id="removed1", is_removed=True)
    assert find_bot([removed, BOT], "XRP grid") is BOT
    assert find_bot([removed], "XRP grid") is removed


def test_two_removed_bots_of_one_name_need_an_id() -> None:
    removed = [replace(BOT, bot_id=each, is_removed=True) for each in ("removed1", "removed2")]
    with pytest.raises(UsageError, match=r"use one of the ids removed1, removed2\.$"):
        find_bot(removed, "XRP grid")


def test_nobody_of_that_name() -> None:
    with pytest.raises(UsageError, match=r"^There is no bot nobody\.$"):
        find_bot([BOT], "nobody")


def test_accounts_and_instruments_that_do_not_exist_are_named() -> None:
    with pytest.raises(UsageError, match=r"^There is no account x; known are simulated:1\.$"):
        find_account([ACCOUNT], "x")
    with pytest.raises(UsageError, match=r"^There is no account x\.$"):
        find_account([], "x")
    with pytest.raises(UsageError, match=r"^The venue simulated:1 does not trade BTC/KRW\.$"):
        find_instrument([XRP], ACCOUNT, "BTC/KRW")
    with pytest.raises(UsageError, match=r"^The venue simulated:1 has no instrument yet\.$"):
        find_instrument([], ACCOUNT, None)


def test_the_only_instrument_needs_no_name_and_of_two_one_must_be_said() -> None:
    assert find_instrument([XRP, instrument_of("other")], ACCOUNT, None) is XRP
    with pytest.raises(UsageError, match=r"^Say which --symbol: XRP/KRW, BTC/KRW\.$"):
        find_instrument([XRP, instrument_of(symbol="BTC/KRW")], ACCOUNT, None)


def test_adding() -> None:
    command = add_grid(
        parse([*ADD.split(), "--start", "--allocation", "40"]), "newbot12", ACCOUNT, XRP, [BOT], Decimal(10_000_000)
    )
    assert isinstance(command, AddGrid)
    assert (command.bot_id, command.account_id, command.symbol) == ("newbot12", "simulated:1", "XRP/KRW")
    assert (command.name, command.start, command.allocation_percent) == ("XRP/KRW 700–900 × 20", True, Decimal(40))


@pytest.mark.parametrize(
    ("equity", "percent"), [("12000000", "33.34"), ("4000000", "100"), ("1000", "100"), ("0", "100")]
)
def test_what_is_not_allocated_by_hand_is_the_share_of_the_equity(equity: str, percent: str) -> None:
    """4,000,000 of 12,000,000 are a third: 33.33... % rounded up to 33.34 %."""
    command = add_grid(parse(ADD.split()), "newbot12", ACCOUNT, XRP, [], Decimal(equity))
    assert command.allocation_percent == Decimal(percent)


@pytest.mark.parametrize(("running", "percent"), [("50", "33.34"), ("70", "30"), ("99.995", "0.01"), ("100", "0.01")])
def test_what_is_not_allocated_by_hand_is_at_most_what_running_bots_leave(running: str, percent: str) -> None:
    taken = replace(BOT, state=BotState.RUNNING, allocation_percent=Decimal(running))
    idle = replace(BOT, bot_id="idlebot1", name="idle", state=BotState.STOPPED, allocation_percent=Decimal(90))
    command = add_grid(parse(ADD.split()), "newbot12", ACCOUNT, XRP, [taken, idle], Decimal(12_000_000))
    assert command.allocation_percent == Decimal(percent)


def test_a_made_up_name_is_never_a_taken_one() -> None:
    config = add_grid(parse(ADD.split()), "newbot12", ACCOUNT, XRP, [], Decimal(0)).config
    first = default_name(XRP, config, [])
    taken = [replace(BOT, name=first), replace(BOT, name=f"{first} #2")]
    assert default_name(XRP, config, taken) == f"{first} #3"


def test_steering() -> None:
    assert steer(parse(["bot", "start", "x"]), BOT) == StartBot("xrpgrid1")
    assert steer(parse(["bot", "pause", "x"]), BOT) == PauseBot("xrpgrid1")
    assert steer(parse(["bot", "stop", "x", "--keep"]), BOT) == StopBot("xrpgrid1", Inventory.KEEP)
    assert steer(parse(["bot", "stop", "x", "--sell"]), BOT) == StopBot("xrpgrid1", Inventory.SELL)
    assert steer(parse(["bot", "remove", "x"]), BOT) == RemoveBot("xrpgrid1")
    assert steer(parse(["bot", "restore", "x"]), BOT) == RestoreBot("xrpgrid1")


def test_editing_shows_only_what_differs() -> None:
    command = edit_grid(parse(["bot", "edit", "x", "--grid-count", "30", "--stop-lower", "600"]), BOT)
    assert isinstance(command, EditGrid)
    assert differences(BOT.grid, command.config) == [("grid_count", 20, 30), ("stop_lower", None, Decimal(600))]
    assert command.name == ""


def test_an_edit_that_changes_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="Nothing would change on XRP grid"):
        edit_grid(parse(["bot", "edit", "x", "--grid-count", "20"]), BOT)


@pytest.mark.parametrize(
    ("field", "refusal", "sentence"),
    [
        ("lower", say(MUST_BE_POSITIVE, value=Decimal(0)), "--lower: this must be above 0, not 0."),
        ("stop_loss_pct", say(MUST_BE_POSITIVE, value=Decimal(-1)), "--stop-loss: this must be above 0, not -1."),
        ("name", say(NAME_TAKEN, name="A"), "Another bot is already called A."),
    ],
)
def test_a_refusal_names_the_option_when_its_sentence_does_not(field: str, refusal: Sentence, sentence: str) -> None:
    error = refused([(field, refusal)])
    assert str(error) == sentence
    assert error.exit_code == 2
