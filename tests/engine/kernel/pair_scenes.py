"""What tests of trouble between two legs begin with, and what they look at."""

from dataclasses import replace
from decimal import Decimal

from engine.domain.arbitrage import ArbitrageConfig, ImbalancePolicy
from tests.engine.kernel.pair_town import CONFIG, PairTown

D = Decimal
FLAT = (D(0), D(0))
UNWIND = replace(CONFIG, policy=ImbalancePolicy.UNWIND)


def entered(config: ArbitrageConfig = CONFIG, *, home: str = "", foreign: str = "") -> PairTown:
    """A bot that has just decided to enter, on venues that do with its orders what these words say."""
    town = PairTown()
    town.prices("140000000", "100000")
    assert town.add(config) == []
    town.home.will, town.foreign.will = home.split(), foreign.split()
    town.prices("145000000", "100000")
    return town


def stood(town: PairTown) -> tuple[Decimal, Decimal]:
    """What both venues have of it: base at home beside the first coin, and the future."""
    return town.home.truth["BTC"] - 1, town.foreign.truth.get("BTC/USDT:P", D(0))


def is_exact(town: PairTown) -> None:
    """Both accounts are what the ledger says."""
    for venue in town.venues:
        for asset, amount in venue.truth.items():
            assert town.ledger(venue.account.account_id, asset) == amount, (venue.name, asset)
