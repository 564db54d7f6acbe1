"""A town with a perpetual future, and what its venue tells of the position."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from engine.domain.grid import GridConfig
from engine.domain.instrument import Instrument, InstrumentKind, MarginBracket
from engine.domain.positions import FundingPaid, PositionReported, PositionSide
from tests.engine.kernel.town import RULES, Town

D = Decimal
POSITION = "XRP/KRW:P"
BRACKETS = (
    MarginBracket(D(0), D(50_000), 50, D("0.005")),
    MarginBracket(D(50_000), D(200_000), 20, D("0.01"), D(250)),
)
#: Lines 100, 110, 120, 130, 140.
CONFIG = GridConfig(D(100), D(140), 4, D(4000))


def perp(leverage: int = 1, **changes: object) -> Instrument:
    rules = replace(RULES, leverage=leverage, brackets=BRACKETS, **changes)  # type: ignore[arg-type]
    return Instrument("town", "XRP/KRW", "XRP", "KRW", rules, kind=InstrumentKind.PERP)


def started(instrument: Instrument, price: int = 120, config: GridConfig = CONFIG) -> Town:
    town = Town(instrument)
    town.price(price)
    assert town.grid(config) == []
    return town


def check_books(town: Town) -> None:
    """matched + floating, funding in it, is what the ledger of the bot is worth, to the last unit."""
    view = town.bot()
    assert view.price is not None
    assert view.total_pnl == town.ledger("KRW") + town.ledger(POSITION) * view.price
    assert view.base_held == town.ledger(POSITION)


def tell_position(town: Town, quantity: Decimal, at: datetime | None = None, entry: int = 100) -> None:
    side = PositionSide.LONG if town.instrument.is_hedged else PositionSide.BOTH
    town.tell(
        PositionReported(
            "town", "town", "XRP/KRW", side, quantity, D(entry), None, None, None, None, None, at or town.now
        )
    )


def pay(town: Town, amount: str, reference: str, at: datetime | None = None) -> None:
    town.tell(FundingPaid("town", "town", "XRP/KRW", "KRW", D(amount), reference, at or town.now))
