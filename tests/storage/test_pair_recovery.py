"""What the kernel records of two-leg positions in trouble goes into the real journal, and comes back to go on with."""

from dataclasses import replace
from decimal import Decimal

from engine.domain.arbitrage import ImbalancePolicy, PairStage
from engine.domain.grid import Inventory
from engine.domain.messages import CommandAnswered, Record, StopBot
from engine.kernel import Kernel
from storage.journal import PostgresJournal
from tests.engine.kernel.pair_town import BOT, CONFIG, HEDGE, PairTown
from tests.storage.builders import DESK

D = Decimal
#: Records of one step are one commit; a step here is what was recorded since the last look.
Batches = list[list[Record]]


def played() -> tuple[PairTown, Batches]:
    """A position closed after an unwinding, one that came to nothing, one open, and one of which a leg is unknown."""
    town = PairTown(desk=DESK)
    batches: Batches = []

    def keep() -> None:
        done = sum(len(batch) for batch in batches)
        batches.append(list(town.records[done:]))

    town.prices("140000000", "100000")
    town.add(replace(CONFIG, policy=ImbalancePolicy.UNWIND, max_positions=2))
    keep()
    town.foreign.will = ["refuse"]
    town.prices("145000000", "100000")
    keep()
    town.wait(2)
    keep()
    assert town.stage() is PairStage.CLOSED
    town.home.will, town.foreign.will = ["refuse"], ["refuse"]
    town.wait(25)
    keep()
    town.wait(60)
    keep()
    town.foreign.is_silent = True
    town.foreign.will = ["unknown"]
    town.prices("146000000", "100000")
    town.wait(3)
    keep()
    return town, batches


async def test_positions_and_the_orders_of_their_legs_come_back(journal: PostgresJournal) -> None:
    town, batches = played()
    for batch in batches:
        await journal.commit([record for record in batch if not isinstance(record, CommandAnswered)])
    state = await journal.load()
    standing = [each for each in town.positions() if each.stage is not PairStage.CLOSED]
    assert standing
    assert {each.stage for each in town.positions()} >= {PairStage.CLOSED}
    assert set(state.positions) == set(standing)
    numbers = {each.number for each in standing}
    mine = {order.client_order_id for order in state.leg_orders}
    assert mine == {
        order.client_order_id
        for venue in town.venues
        for order in venue.placed
        if order.generation in numbers and order.client_order_id.startswith((BOT, HEDGE))
    }
    abroad = await journal.load(["usdm"])
    assert abroad.positions == ()
    assert {order.account_id for order in abroad.leg_orders} == {"usdm"}
    assert {order.generation for order in abroad.leg_orders} == numbers

    # A program that starts from it goes on where the other one stopped, and ends level.
    town.kernel = Kernel(DESK, state)
    town.foreign.is_silent = False
    for venue in town.venues:
        town.connect(venue)
    town.prices("146000000", "100000")
    town.ask(StopBot(BOT, Inventory.SELL))
    town.wait(20)
    assert [each.stage for each in town.positions() if each.stage is not PairStage.CLOSED] == []
    assert town.home.truth["BTC"] == 1
    assert town.foreign.truth["BTC/USDT:P"] == 0
    for venue in town.venues:
        for asset, amount in venue.truth.items():
            assert town.ledger(venue.account.account_id, asset) == amount
