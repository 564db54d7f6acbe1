"""A start that the user's lists do not allow is refused; whatever runs goes on."""

from dataclasses import replace

import pytest

from engine.domain.bot import AccountMode, BotState
from engine.domain.grid import Inventory
from engine.domain.messages import AddGrid, BotRecorded, Command, CommandReceived, PauseBot, StartBot, StopBot
from engine.domain.order import Side
from tests.engine.kernel.test_grid_run import CONFIG, started
from tests.engine.kernel.town import ACCOUNT, BOT, D, Town

SENTENCE = "Your lists for town do not allow XRP/KRW."
ON_OKX = replace(ACCOUNT, mode=AccountMode.PAPER, settings=(*ACCOUNT.settings, ("feed", "ccxt:okx")))
LIVE_ON_UPBIT = replace(ACCOUNT, mode=AccountMode.LIVE, settings=(*ACCOUNT.settings, ("exchange", "upbit")))
ADD = AddGrid(BOT, "Grid", "town", "XRP/KRW", CONFIG, D(10), start=True)


def refused(town: Town, command: Command) -> list[str]:
    """What is said to a command whose symbol is not allowed."""
    town.tell(CommandReceived("x", command, town.now, is_symbol_allowed=False))
    return [f"{field}: {sentence}" for field, sentence in town.answers[-1].refusals]


def test_a_bot_is_not_added_to_be_started_and_nothing_is_left_of_it() -> None:
    town = Town()
    town.price(125)
    before = len(town.records)
    assert refused(town, ADD) == [f"symbol: {SENTENCE}"]
    assert not [record for record in town.records[before:] if isinstance(record, BotRecorded)]
    assert (town.kernel.bot_views(), town.placed) == ((), [])


def test_it_may_be_added_to_wait_and_is_not_started() -> None:
    town = Town()
    town.price(125)
    assert refused(town, replace(ADD, start=False)) == []
    assert refused(town, StartBot(BOT)) == [f"bot: {SENTENCE}"]
    assert (town.bot().bot.state, town.placed) == (BotState.STOPPED, [])
    assert town.refusals(StartBot(BOT)) == []
    assert town.bot().bot.state is BotState.RUNNING


def test_a_running_bot_goes_on_and_a_paused_one_is_not_taken_up_but_can_be_ended() -> None:
    town = started(125)
    resting = town.resting(Side.BUY)
    assert refused(town, StartBot(BOT)) == [f"bot: {BOT} is already running."]
    assert town.resting(Side.BUY) == resting
    town.refusals(PauseBot(BOT))
    assert refused(town, StartBot(BOT)) == [f"bot: {SENTENCE}"]
    assert town.bot().bot.state is BotState.PAUSED
    assert refused(town, StopBot(BOT, Inventory.SELL)) == []
    assert town.bot().bot.state is BotState.STOPPED


def test_an_account_on_an_exchange_is_refused_in_the_name_of_the_exchange() -> None:
    town = Town(account=ON_OKX)
    town.price(125)
    assert refused(town, ADD) == ["symbol: Your lists for okx do not allow XRP/KRW."]


@pytest.mark.parametrize(
    ("account", "names"),
    [
        (ACCOUNT, ("town",)),
        (ON_OKX, ("town", "okx")),
        (LIVE_ON_UPBIT, ("town", "upbit")),
    ],
)  # fmt: skip
def test_lists_are_asked_by_the_names_of_venue_and_exchange(account: object, names: tuple[str, ...]) -> None:
    town = Town(account=account)  # type: ignore[arg-type]
    town.price(125)
    asks = town.kernel.lists_to_pass
    assert asks(ADD) == tuple((name, "XRP/KRW") for name in names)
    assert asks(replace(ADD, start=False)) is None
    assert asks(replace(ADD, symbol="BTC/KRW")) is None
    assert asks(replace(ADD, account_id="nowhere")) is None
    assert asks(StartBot(BOT)) is None
    town.send(replace(ADD, start=False))
    assert asks(StartBot(BOT)) == tuple((name, "XRP/KRW") for name in names)
    town.send(StartBot(BOT))
    # What runs already is refused by the kernel, so nobody has to be asked.
    assert asks(StartBot(BOT)) is None
    assert asks(PauseBot(BOT)) is None
