"""The venue takes the hedge away, by liquidation or by force: nothing is sent on a guess, a person is told, and when he
has looked the home leg is hedged again or closed, and the books are exact.
"""

from datetime import timedelta
from decimal import Decimal

import pytest

from engine.domain.arbitrage import ArbitrageConfig, PairStage
from engine.domain.bot import BotState
from engine.domain.grid import Inventory
from engine.domain.ledger import EntryKind
from engine.domain.messages import CommandReceived, StartBot, StopBot
from engine.domain.money import ZERO
from engine.domain.positions import PositionReported, PositionSide
from engine.domain.truth_requests import RepairAccount
from engine.domain.venue_picture import VenuePicture
from tests.engine.kernel.pair_scenes import FLAT, UNWIND, entered, is_exact, stood
from tests.engine.kernel.pair_town import BOT, CONFIG, HEDGE, PairTown

D = Decimal
POSITION, MIDDLE = "BTC/USDT:P", D("100000.05")
#: A position that differs is asked about after three seconds and given up seven later.
GIVEN_UP_S = 12


def tell_position(town: PairTown) -> None:
    quantity = town.foreign.truth.get(POSITION, ZERO)
    town.tell(
        PositionReported(
            "usdm", "usdm", "BTC/USDT", PositionSide.BOTH, quantity, D(100_000), None, None, None, None, None, town.now
        )
    )


def taken(left: str, config: ArbitrageConfig = CONFIG) -> PairTown:
    """A position of 0.1 is open; the venue closes its hedge by force, at its middle, until so much of it is left."""
    town = entered(config)
    tell_position(town)
    town.prices("142000000", "100000")
    town.wait(1)
    gone = town.foreign.truth[POSITION] - D(left)
    town.foreign.truth[POSITION] = D(left)
    town.foreign.truth["USDT"] += gone * MIDDLE
    tell_position(town)
    return town


def states(town: PairTown) -> tuple[BotState, BotState]:
    return town.bot(BOT).bot.state, town.bot(HEDGE).bot.state


@pytest.mark.parametrize("left", ["0", "0.05"])
def test_nothing_is_sent_and_a_person_is_told(left: str) -> None:
    town = taken(left)
    town.wait(GIVEN_UP_S)
    town.prices("140000000", "100000")
    town.wait(60)
    assert (len(town.home.placed), len(town.foreign.placed)) == (1, 1)
    assert states(town) == (BotState.RUNNING, BotState.ERROR)
    [told] = town.errors()
    assert f"The venue's position in BTC/USDT is {left}, our books say 0.1" in told


@pytest.mark.parametrize("left", ["0", "0.05"])
def test_who_starts_it_again_has_it_hedged_again(left: str) -> None:
    town = taken(left)
    town.wait(GIVEN_UP_S)
    assert town.ask(StartBot(BOT)) == []
    town.wait(8)
    assert states(town) == (BotState.RUNNING, BotState.RUNNING)
    assert stood(town) == (D("-0.1"), D("0.1"))
    assert town.sent(town.foreign)[-1].startswith(f"buy {D('0.1') - D(left)} @")
    town.prices("140000000", "100000")
    town.wait(2)
    assert town.last.stage is PairStage.CLOSED
    assert stood(town) == FLAT
    is_exact_there(town)


@pytest.mark.parametrize("left", ["0", "0.05"])
def test_who_unwinds_has_the_home_leg_taken_back_as_far_as_it_stands_alone(left: str) -> None:
    town = taken(left, UNWIND)
    town.wait(GIVEN_UP_S)
    assert town.ask(StartBot(BOT)) == []
    town.wait(8)
    assert stood(town) == (-D(left), D(left))
    assert town.stage() is (PairStage.OPEN if D(left) else PairStage.CLOSED)
    town.prices("140000000", "100000")
    town.wait(2)
    assert town.last.stage is PairStage.CLOSED
    assert stood(town) == FLAT
    is_exact_there(town)


@pytest.mark.parametrize("config", [CONFIG, UNWIND])
@pytest.mark.parametrize("left", ["0", "0.05"])
def test_who_stops_it_has_everything_closed(left: str, config: ArbitrageConfig) -> None:
    town = taken(left, config)
    town.wait(GIVEN_UP_S)
    assert town.ask(StopBot(BOT, Inventory.SELL)) == []
    town.wait(20)
    assert states(town) == (BotState.STOPPED, BotState.STOPPED)
    assert town.last.stage is PairStage.CLOSED
    assert stood(town) == FLAT
    is_exact_there(town)


def test_who_stops_it_before_it_is_certain_is_told_and_stops_it_again() -> None:
    town = taken("0")
    town.tick()
    assert town.ask(StopBot(BOT, Inventory.SELL)) == []
    town.wait(GIVEN_UP_S)
    assert len(town.home.placed) == 1
    assert len(town.errors()) == 1
    assert town.ask(StopBot(BOT, Inventory.SELL)) == []
    town.wait(10)
    assert states(town) == (BotState.STOPPED, BotState.STOPPED)
    assert stood(town) == FLAT


def test_a_hedge_that_went_while_the_bot_was_stopped_is_found_at_its_start() -> None:
    town = entered()
    tell_position(town)
    assert town.ask(StopBot(BOT, Inventory.KEEP)) == []
    town.tick()
    town.foreign.truth[POSITION], town.foreign.truth["USDT"] = ZERO, town.foreign.truth["USDT"] + 10_000
    tell_position(town)
    town.wait(GIVEN_UP_S)
    assert town.ask(StartBot(BOT)) == []
    town.wait(8)
    assert stood(town) == (D("-0.1"), D("0.1"))


def test_what_was_repaired_on_the_account_before_is_counted_once() -> None:
    """A person had the account repaired, which books on the account alone, and then starts the bot."""
    town = taken("0")
    town.wait(GIVEN_UP_S)
    balances = tuple((asset, amount, ZERO) for asset, amount in town.foreign.truth.items())
    seen = VenuePicture(town.now + timedelta(hours=1), (), balances, ())
    plan = town.kernel.truth("usdm", seen, (), town.now).plan
    command = RepairAccount("usdm", plan.plan_id)
    town.carry_out(town.kernel.repair(CommandReceived("repair", command, town.now), command, seen))
    assert town.ledger("usdm", POSITION) == 0
    assert town.ask(StartBot(BOT)) == []
    town.wait(8)
    assert stood(town) == (D("-0.1"), D("0.1"))
    assert town.ledger("usdm", POSITION) == D("0.1")


def is_exact_there(town: PairTown) -> None:
    """Both accounts are what the ledger says, and the half's own entries are what it holds."""
    is_exact(town)
    own = [entry for entry in town.entries() if entry.bot_id == HEDGE and entry.asset == POSITION]
    assert sum((entry.amount for entry in own), ZERO) == town.bot(HEDGE).base_held == 0
    [outside] = [entry for entry in town.entries() if entry.bot_id == HEDGE and entry.kind is EntryKind.OUTSIDE][::2]
    assert outside.amount < 0
