"""What is asked of two-leg bots: refused with the field and the numbers, or done for both halves together."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.domain.arbitrage import ArbitrageConfig, PairStage, Ways
from engine.domain.arbitrage_messages import AddArbitrage, ClosePosition, EditArbitrage, MarketStatus
from engine.domain.bot import AccountMode, BotState
from engine.domain.codec import from_json, to_json
from engine.domain.grid import GridConfig, Inventory
from engine.domain.messages import (
    AddGrid,
    CommandReceived,
    EditGrid,
    HaltAll,
    LiftHalt,
    PauseBot,
    PlaceOrder,
    RemoveBot,
    RestoreBot,
    StartBot,
    StopBot,
)
from tests.engine.kernel.pair_town import BOT, CONFIG, FOREIGN, HEDGE, PERP, SPOT, PairTown

D = Decimal


def opened(config: ArbitrageConfig = CONFIG) -> PairTown:
    """A bot with one position open."""
    town = PairTown()
    town.prices("140000000", "100000")
    assert town.add(config) == []
    town.prices("145000000", "100000")
    assert town.stage() is PairStage.OPEN
    return town


@pytest.mark.parametrize(
    ("changes", "refusals"),
    [
        ({"size": D(0)}, ["size: It must be above 0, not 0."]),
        ({"size": D("NaN")}, ["size: This must be a number."]),
        ({"confirmations": 0}, ["confirmations: It must be at least 1, not 0."]),
        (
            {"size": D("0.0125")},
            ["size: The size 0.0125 is no multiple of 0.001, in which both venues trade; 0.012 would be."],
        ),
        (
            {"exit_pct": D("1.95")},
            [
                (
                    "exit_pct: A round trip loses: 2 % at the entry less 1.95 % and fees of 0.09 % at the exit leave "
                    "-0.04 %."
                )
            ],
        ),
        ({"size": D("1.5")}, ["size: 1.5 BTC are needed on Upbit and 1 BTC are free."]),
        ({"fx_pair": ""}, ["fx_pair: USDT has to be converted into KRW; say which rate does, such as USDTKRW."]),
        ({"fx_pair": "EURKRW"}, ["fx_pair: The rate EURKRW does not convert USDT into KRW; USDTKRW would."]),
        ({"fx_source": ""}, ["fx_source: Say where the rate USDTKRW comes from."]),
        ({"hedge_account_id": "nowhere"}, ["hedge_account_id: There is no account nowhere."]),
        ({"hedge_symbol": "ETH/USDT"}, ["hedge_symbol: The venue usdm does not trade ETH/USDT."]),
        (
            {"max_value": D(1_000_000)},
            ["max_value: One position is worth 14,000,000, above the most that all may be worth, 1,000,000."],
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_field_and_numbers(changes: dict[str, object], refusals: list[str]) -> None:
    town = PairTown()
    town.prices("140000000", "100000")
    assert town.add(replace(CONFIG, **changes)) == refusals  # type: ignore[arg-type]
    assert town.kernel.bot_views() == ()


def test_both_accounts_must_have_one_kind_of_money_and_keep_positions_in_one_way() -> None:
    hedged = replace(PERP, is_hedged=True)
    town = PairTown(hedged)
    town.prices("140000000", "100000")
    assert town.add() == [
        "hedge_account_id: Futures keeps long and short positions apart (hedge mode); switch it to one-way mode."
    ]
    town = PairTown()
    account = replace(FOREIGN, mode=AccountMode.SIMULATED)
    town.kernel._state.accounts["usdm"].account = account
    town.prices("140000000", "100000")
    assert town.add() == [
        "hedge_account_id: Upbit has paper money and Futures simulated money; both must be of one kind."
    ]


def test_a_short_of_spot_abroad_needs_base_there() -> None:
    town = PairTown(SPOT)
    town.prices("140000000", "100000")
    assert town.add(replace(CONFIG, ways=Ways.BUY_HOME)) == [
        "hedge_account_id: 0.1 BTC are needed on Futures and 0 BTC are free."
    ]


def test_commands_survive_their_journal() -> None:
    command = AddArbitrage(BOT, HEDGE, "Kimchi", "upbit", "BTC/KRW", CONFIG, D(10), None, True)
    assert from_json(AddArbitrage, to_json(command)) == command
    edit = EditArbitrage(BOT, replace(CONFIG, ways=Ways.BOTH, max_value=D(5)), "New")
    assert from_json(EditArbitrage, to_json(edit)) == edit


def test_only_the_home_half_is_asked_and_other_kinds_say_what_they_are() -> None:
    town = opened()
    for command in (StartBot(HEDGE), PauseBot(HEDGE), StopBot(HEDGE, Inventory.KEEP)):
        assert town.ask(command) == ["bot: Kimchi (hedge) is the other half of a two-leg bot; ask it of Kimchi."]
    grid = GridConfig(D(1), D(2), 2, D(100_000))
    assert town.ask(EditGrid(BOT, grid)) == ["bot: Kimchi is no grid."]
    assert town.ask(ClosePosition(BOT, "pairbot1P7")) == ["position: Kimchi has no open position pairbot1P7."]
    assert town.ask(StartBot(BOT)) == ["bot: Kimchi is already running."] or town.ask(StartBot(BOT))[0].startswith(
        "bot"
    )


def test_one_position_is_closed_when_that_is_asked() -> None:
    town = opened()
    assert town.ask(ClosePosition(BOT, "pairbot1P1")) == []
    assert town.stage() is PairStage.CLOSED
    assert town.sent(town.home)[-1] == "buy 0.1 @ 145291000"
    assert town.ask(ClosePosition(BOT, "pairbot1P1")) == ["position: Kimchi has no open position pairbot1P1."]


def test_settings_change_under_an_open_position_and_its_markets_do_not() -> None:
    town = opened()
    assert town.ask(EditArbitrage(BOT, replace(CONFIG, exit_pct=D("1.5")), "Premium")) == []
    assert [town.bot(bot_id).bot.name for bot_id in (BOT, HEDGE)] == ["Premium", "Premium (hedge)"]
    town.prices("142000000", "100000")
    assert town.stage() is PairStage.CLOSED
    moved = replace(CONFIG, hedge_symbol="ETH/USDT")
    assert town.ask(EditArbitrage(BOT, moved))[0].startswith("hedge_account_id: ")
    loses = replace(CONFIG, exit_pct=D(3))
    assert town.ask(EditArbitrage(BOT, loses))[0].startswith("exit_pct: A round trip loses")


def test_a_stopped_bot_is_removed_and_comes_back_with_both_halves() -> None:
    town = opened()
    assert town.ask(RemoveBot(BOT)) == ["bot: Kimchi has not been stopped; stop it first."]
    town.ask(StopBot(BOT, Inventory.SELL))
    town.tick()
    assert town.ask(RemoveBot(BOT)) == []
    assert [town.bot(bot_id).bot.is_removed for bot_id in (BOT, HEDGE)] == [True, True]
    assert town.ask(RestoreBot(BOT)) == []
    assert [town.bot(bot_id).bot.is_removed for bot_id in (BOT, HEDGE)] == [False, False]


def test_a_halt_sends_nothing_and_tells_of_legs_that_differ() -> None:
    town = PairTown()
    town.prices("140000000", "100000")
    town.add()
    town.foreign.will = ["refuse"]
    town.prices("145000000", "100000")
    assert town.ask(HaltAll()) == []
    town.wait(15)
    assert (len(town.home.placed), len(town.foreign.placed)) == (1, 1)
    assert any("half hedged" in line and "Everything is halted." in line for line in town.errors())
    assert town.ask(LiftHalt()) == []
    town.wait(1)
    assert town.stage() is PairStage.OPEN


def test_a_half_that_leaves_takes_the_other_legs_orders_with_it() -> None:
    """The lease of one account is lost between the decision and its commit: neither leg is sent."""
    town = PairTown()
    town.prices("140000000", "100000")
    town.add()
    held: list[PlaceOrder] = []

    def hold(effect: object) -> bool:
        if isinstance(effect, PlaceOrder):
            held.append(effect)
        return isinstance(effect, PlaceOrder)

    town.on_effect = hold
    town.prices("145000000", "100000")
    assert len(held) == 2
    town.carry_out(town.kernel.let_go("usdm"))
    town.on_effect = lambda _: False
    for effect in held:
        if effect.order.account_id == "upbit":
            town.do(effect)
    assert town.home.placed == []
    town.prices("145000000", "100000")
    assert town.waits() == "The other leg's account usdm is not on this desk."
    assert town.ask(StartBot(BOT)) == ["bot: Only one of its two accounts is on this desk; bring both together first."]


def test_an_account_that_is_being_handed_over_decides_nothing() -> None:
    town = opened()
    town.kernel.suspend("usdm")
    town.prices("140000000", "100000")
    assert town.stage() is PairStage.OPEN
    assert town.waits() == "usdm is being handed over to another desk."
    town.kernel.resume("usdm")
    town.prices("140000000", "100000")
    assert town.stage() is PairStage.CLOSED


def test_stale_inputs_enter_nothing() -> None:
    town = PairTown()
    town.prices("140000000", "100000")
    town.add(replace(CONFIG, confirmations=2))
    town.home.is_silent = True
    town.wait(3)
    assert town.waits().startswith("The order book of BTC/KRW on upbit is ")
    town.home.is_silent = False
    town.tick()
    assert town.waits().startswith("It would bring ")
    town.prices("145000000", "100000")
    # The home book, then the book abroad: two looks in a row at books that have changed.
    assert town.waits() == "All 1 positions are open."


def test_funding_abroad_is_part_of_what_an_entry_brings_and_of_what_a_position_brought() -> None:
    town = PairTown()
    town.prices("140000000", "100000")
    town.add(replace(CONFIG, hold_days=D(10)))
    # A long pays 0.3 % a day: over ten days that is more than the premium.
    town.tell(MarketStatus("usdm", "BTC/USDT", True, None, None, False, "", town.now, D("0.003")))
    town.prices("145000000", "100000")
    assert town.home.placed == []
    assert town.waits() == "It would bring 0.4795 %; 2 % are wanted."


def test_a_grid_counts_on_no_money_that_a_two_leg_bot_needs() -> None:
    town = opened()
    # 100,000,000 won and 14,492,750 for the coin that was sold: those buy it back.
    grid = GridConfig(D(130_000_000), D(150_000_000), 4, D(101_000_000))
    found = town.ask(AddGrid("gridbot1", "Grid", "upbit", "BTC/KRW", grid, D(50), True))
    assert found
    assert "are free" in found[0]


def test_a_bot_is_not_started_on_a_symbol_that_the_lists_forbid() -> None:
    town = PairTown()
    town.prices("140000000", "100000")
    command = AddArbitrage(BOT, HEDGE, "Kimchi", "upbit", "BTC/KRW", CONFIG, start=True)
    assert town.kernel.lists_to_pass(command) == (("upbit", "BTC/KRW"), ("usdm", "BTC/USDT"))
    town.tell(CommandReceived("x", command, town.now, is_symbol_allowed=False))
    assert [str(sentence) for _, sentence in town.answers[-1].refusals] == [
        "Your lists for upbit do not allow BTC/KRW."
    ]
    town.ask(replace(command, start=False))
    assert town.bot().bot.state is BotState.STOPPED


def test_both_halves_count_against_what_all_bots_may_have() -> None:
    town = PairTown()
    town.prices("140000000", "100000")
    command = AddArbitrage(BOT, HEDGE, "Kimchi", "upbit", "BTC/KRW", CONFIG, D(60), D(60), start=True)
    [refusal] = town.ask(command)
    assert refusal.startswith("allocation_percent: ")
    assert town.ask(replace(command, start=False)) == []
    [refusal] = town.ask(StartBot(BOT))
    assert refusal.startswith("allocation_percent: ")
    # Without a word of it both get what is left at most, and are never refused for it.
    again = AddArbitrage("pairbot3", "pairbot4", "Other", "upbit", "BTC/KRW", CONFIG, start=True)
    assert town.ask(again) == []
    shares = [town.bot(bot_id).bot.allocation_percent for bot_id in ("pairbot3", "pairbot4")]
    assert all(0 < share <= 100 for share in shares)
    assert sum(shares, D(0)) <= 100
