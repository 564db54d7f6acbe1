"""What can be traded, and the rules a venue holds it to from a given day."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from engine.domain.instrument import FeeAsset
from storage.tables.row import Instant, Money, Row, RowId, Words, WrittenAt, one_of


class InstrumentRow(Row):
    """A tradable thing on a venue; `symbol` is ours, BASE/QUOTE."""

    __tablename__ = "instruments"
    __table_args__ = (UniqueConstraint("venue", "symbol"),)

    id: Mapped[RowId]
    venue: Mapped[Words]
    symbol: Mapped[Words]
    base_asset: Mapped[Words]
    quote_asset: Mapped[Words]
    created_at: Mapped[WrittenAt]
    updated_at: Mapped[WrittenAt]


class InstrumentRulesRow(Row):
    """Venue rules from `effective_from` until the next row; past rows stay, so an old order can be understood.

    `price_bands` is a list of [from_price, increment], both as text, ascending. Fees are fractions.
    """

    __tablename__ = "instrument_rules"
    __table_args__ = (
        UniqueConstraint("venue", "symbol", "effective_from"),
        ForeignKeyConstraint(["venue", "symbol"], ["instruments.venue", "instruments.symbol"], ondelete="CASCADE"),
        CheckConstraint(one_of("fee_asset", tuple(kind.value for kind in FeeAsset)), name="fee_asset"),
        CheckConstraint("size_increment > 0", name="size_increment"),
    )

    id: Mapped[RowId]
    venue: Mapped[Words]
    symbol: Mapped[Words]
    effective_from: Mapped[Instant]
    price_bands: Mapped[Any] = mapped_column(JSONB)
    size_increment: Mapped[Money]
    min_quantity: Mapped[Money]
    max_quantity: Mapped[Money | None]
    min_notional: Mapped[Money]
    max_open_orders: Mapped[int]
    maker_fee: Mapped[Money]
    taker_fee: Mapped[Money]
    fee_asset: Mapped[Words]
    money_increment: Mapped[Money]
    recorded_at: Mapped[WrittenAt]
