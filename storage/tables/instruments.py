"""What can be traded, and the rules a venue holds it to from a given day."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from engine.domain.instrument import FeeAsset, InstrumentKind
from storage.tables.row import Instant, Money, OwnerId, Row, RowId, Words, WrittenAt, one_of, owned


class InstrumentRow(Row):
    """A tradable thing on a user's venue; `symbol` is ours, BASE/QUOTE. Paper venues of two users may share a name.

    One contract of a perpetual future is `contract_size` base.
    """

    __tablename__ = "instruments"
    __table_args__ = (
        UniqueConstraint("user_id", "venue", "symbol"),
        CheckConstraint(one_of("kind", tuple(kind.value for kind in InstrumentKind)), name="kind"),
        CheckConstraint("contract_size > 0", name="contract_size"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    venue: Mapped[Words]
    symbol: Mapped[Words]
    base_asset: Mapped[Words]
    quote_asset: Mapped[Words]
    kind: Mapped[Words] = mapped_column(server_default="spot")
    contract_size: Mapped[Money] = mapped_column(server_default="1")
    is_hedged: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[WrittenAt]
    updated_at: Mapped[WrittenAt]


class InstrumentRulesRow(Row):
    """Venue rules from `effective_from` until the next row; past rows stay, so an old order can be understood.

    `price_bands` is a list of [from_price, increment], both as text, ascending. Fees are fractions. `margin_brackets`
    is a list of [from_value, to_value, max_leverage, maintenance_rate, maintenance_offset], ascending; [] for spot.
    """

    __tablename__ = "instrument_rules"
    __table_args__ = (
        UniqueConstraint("user_id", "venue", "symbol", "effective_from"),
        owned("instruments", "venue", "symbol", ondelete="CASCADE"),
        CheckConstraint(one_of("fee_asset", tuple(kind.value for kind in FeeAsset)), name="fee_asset"),
        CheckConstraint("size_increment > 0", name="size_increment"),
        CheckConstraint("leverage >= 1", name="leverage"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId]
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
    leverage: Mapped[int] = mapped_column(server_default="1")
    margin_brackets: Mapped[Any] = mapped_column(JSONB, server_default="[]")
    recorded_at: Mapped[WrittenAt]
