# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Legs of two-leg positions: each order as it was decided and as it was filled."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from storage.database import Database
from storage.repositories.arguments import instant, one_of, optional_number, optional_words, positive, row_id, words
from storage.repositories.rows import columns_of, refusing, value_of

SIDES = ("buy", "sell", "long", "short")
IN_BPS = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class OrderLeg:
    """One leg. `slippage_bps` is in 1/10,000 of the theoretical price, above 0 when it was worse than that."""

    id: int
    user_id: int
    position_id: int | None
    symbol: str
    venue: str
    side: str
    qty: Decimal
    price_theoretical: Decimal
    price_effective: Decimal | None
    slippage_bps: Decimal | None
    leg_id: str
    venue_order_id: str | None
    client_order_id: str | None
    ordered_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Leg:
    """A leg to be written. Without `slippage_bps` it is worked out from both prices."""

    symbol: str
    venue: str
    side: str
    qty: Decimal
    price_theoretical: Decimal
    leg_id: str
    ordered_at: datetime
    price_effective: Decimal | None = None
    slippage_bps: Decimal | None = None
    venue_order_id: str | None = None
    client_order_id: str | None = None


LEG = columns_of(OrderLeg)
#: The same leg again is the same order: what the venue said later replaces what was not known.
LOG_LEG = f"""
    INSERT INTO order_legs (
        user_id, position_id, symbol, venue, side, qty, price_theoretical, price_effective, slippage_bps, leg_id,
        venue_order_id, client_order_id, ordered_at
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    ON CONFLICT (user_id, leg_id, ordered_at) DO UPDATE SET
        price_effective = COALESCE(EXCLUDED.price_effective, order_legs.price_effective),
        slippage_bps = COALESCE(EXCLUDED.slippage_bps, order_legs.slippage_bps),
        venue_order_id = COALESCE(EXCLUDED.venue_order_id, order_legs.venue_order_id)
    RETURNING {LEG}
"""
LEGS = f"SELECT {LEG} FROM order_legs WHERE user_id = $1 AND position_id = $2 ORDER BY ordered_at, id"


class OrderLegRepository:
    """Legs of one user at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def log_leg(self, user_id: int, position_id: int | None, leg: Leg) -> OrderLeg:
        """Write a leg, or what came to be known of it (its price and the venue's number). Raises UsageError."""
        side = one_of("side", leg.side, SIDES)
        theoretical = positive("theoretical price", leg.price_theoretical)
        effective = None if leg.price_effective is None else positive("effective price", leg.price_effective)
        slippage = optional_number("slippage", leg.slippage_bps)
        if slippage is None and effective is not None:
            slippage = slippage_bps(side, theoretical, effective)
        async with self._database.question() as connection:
            with refusing(_sentences(user_id)):
                row = await connection.fetchrow(
                    LOG_LEG,
                    row_id("user", user_id),
                    None if position_id is None else row_id("position", position_id),
                    words("symbol", leg.symbol),
                    words("venue", leg.venue),
                    side,
                    positive("quantity", leg.qty),
                    theoretical,
                    effective,
                    slippage,
                    words("leg", leg.leg_id),
                    optional_words("venue order", leg.venue_order_id),
                    optional_words("order", leg.client_order_id),
                    instant("time of the order", leg.ordered_at),
                )
        return value_of(OrderLeg, row)

    async def of_position(self, user_id: int, position_id: int) -> list[OrderLeg]:
        """The legs of a position in the order of their orders."""
        async with self._database.question() as connection:
            rows = await connection.fetch(LEGS, row_id("user", user_id), row_id("position", position_id))
        return [value_of(OrderLeg, row) for row in rows]


def slippage_bps(side: str, theoretical: Decimal, effective: Decimal) -> Decimal:
    """By how many 1/10,000 of the theoretical price a fill was worse (above 0) or better (below 0) than that."""
    worse = effective - theoretical if side in ("buy", "long") else theoretical - effective
    return worse / theoretical * IN_BPS


def _sentences(user_id: int) -> dict[str, str]:
    return {
        "fk_order_legs_user_id": f"There is no user {user_id}.",
        "fk_order_legs_user_id_position_id": "There is no such position for the leg.",
        "fk_order_legs_user_id_client_order_id": "There is no such order for the leg.",
    }
