"""Positions of two legs on two venues: the bots that open them, the legs, and what opening and closing brought."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.domain.arbitrage import ImbalancePolicy, LegStyle, PairStage
from storage.tables.row import (
    Instant,
    Money,
    NoWords,
    OwnerId,
    Row,
    RowId,
    RowNumber,
    Sum,
    Words,
    WrittenAt,
    one_of,
    owned,
)

POLICIES = tuple(policy.value for policy in ImbalancePolicy)
STYLES = tuple(style.value for style in LegStyle)
STAGES = tuple(stage.value for stage in PairStage)
#: ENTERING is not open yet: an entry that comes together, or one that is taken back.
STATUSES = ("ENTERING", "OPEN", "CLOSED")
#: What a leg belongs to, and on which side of the pair it is.
PHASES = ("entry", "exit")
PLACES = ("home", "foreign")


class ArbitrageBotConfig(Row):
    """The settings of an arbitrage bot, one to one. The bot's own account is the won leg, the hedge the foreign one.

    Spreads in percent of the converted price; values in the home quote, which is won as a rule. The imbalance of the
    legs may be worth `max_imbalance_krw` for `max_imbalance_s` seconds.
    """

    __tablename__ = "arbitrage_bot_configs"
    __table_args__ = (
        UniqueConstraint("user_id", "bot_uid"),
        owned("bot_instances", "bot_uid", ondelete="CASCADE"),
        owned("accounts", "hedge_account_id", theirs="account_id"),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("entry_spread_pct > exit_spread_pct", name="spreads"),
        CheckConstraint("max_fx_age_s > 0 AND max_leg_age_s > 0 AND max_imbalance_s > 0", name="ages"),
        CheckConstraint("max_imbalance_krw >= 0", name="max_imbalance_krw"),
        CheckConstraint(one_of("leg_style", STYLES), name="leg_style"),
        CheckConstraint("max_positions >= 1 AND confirmations >= 1", name="counts"),
        CheckConstraint("max_value > 0", name="max_value"),
        CheckConstraint(
            "entry_step_pct >= 0 AND cooldown_s >= 0 AND min_depth >= 0 AND max_slippage_pct >= 0 AND "
            "leg_timeout_s > 0 AND hold_days >= 0",
            name="limits",
        ),
        CheckConstraint(one_of("imbalance_policy", POLICIES), name="imbalance_policy"),
        Index("idx_arbitrage_bot_configs_user_id_hedge_account_id", "user_id", "hedge_account_id"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId]
    bot_uid: Mapped[Words]
    hedge_account_id: Mapped[Words]
    hedge_symbol: Mapped[Words]
    direction: Mapped[Words]
    size: Mapped[Money]
    entry_spread_pct: Mapped[Money]
    exit_spread_pct: Mapped[Money]
    fx_pair: Mapped[Words] = mapped_column(server_default="USDTKRW")
    fx_source: Mapped[Words]
    max_fx_age_s: Mapped[Money]
    max_leg_age_s: Mapped[Money]
    max_imbalance_krw: Mapped[Money]
    max_imbalance_s: Mapped[Money]
    imbalance_policy: Mapped[Words]
    leg_style: Mapped[Words] = mapped_column(server_default="taker_taker")
    entry_step_pct: Mapped[Sum]
    max_positions: Mapped[int] = mapped_column(server_default="1")
    max_value: Mapped[Money | None]
    cooldown_s: Mapped[Money] = mapped_column(server_default="10")
    confirmations: Mapped[int] = mapped_column(server_default="2")
    min_depth: Mapped[Money] = mapped_column(server_default="2")
    max_slippage_pct: Mapped[Money] = mapped_column(server_default="0.2")
    leg_timeout_s: Mapped[Money] = mapped_column(server_default="2")
    hold_days: Mapped[Sum]
    created_at: Mapped[WrittenAt]
    updated_at: Mapped[WrittenAt]


class TwoLegPosition(Row):
    """One pair of legs from entry to exit. `size` in base; prices in won and in the foreign quote; spreads in percent.

    `reference` is the name a position has where it was imported from, or of a bot's position its own for ever;
    `bot_uid` and `stage` are NULL for those no bot opened. Prices of entry and exit are what was paid on average,
    NULL where a leg got nothing; what was wanted of each leg is in `order_legs`. The rates are those at the decisions.
    `funding` is in the foreign quote; "krw" is the home quote, which is won as a rule.
    """

    __tablename__ = "two_leg_positions"
    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        UniqueConstraint("user_id", "reference"),
        owned("bot_instances", "bot_uid"),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("entry_won_price > 0 AND entry_foreign_price > 0", name="entry"),
        CheckConstraint(
            "num_nulls(entry_won_price, entry_foreign_price, opened_at) = 0 OR stage IS NOT NULL", name="opened"
        ),
        CheckConstraint(one_of("stage", STAGES), name="stage"),
        CheckConstraint("(stage = 'closed') = (status = 'CLOSED')", name="closed"),
        CheckConstraint("(stage IN ('open', 'exiting')) = (status = 'OPEN')", name="open_stage"),
        CheckConstraint("stage IS NULL OR num_nulls(bot_uid, reference, number, decided_at) = 0", name="bot"),
        CheckConstraint("exit_won_price > 0 AND exit_foreign_price > 0", name="exit"),
        CheckConstraint(one_of("status", STATUSES), name="status"),
        CheckConstraint("(status = 'CLOSED') = (closed_at IS NOT NULL)", name="closed_at"),
        CheckConstraint("closed_at >= opened_at OR stage IS NOT NULL", name="times"),
        CheckConstraint("status = 'CLOSED' OR num_nonnulls(exit_won_price, pnl_krw, pnl_pct) = 0", name="open"),
        Index("idx_two_leg_positions_bot_uid", "bot_uid"),
        Index("idx_two_leg_positions_symbol", "user_id", "symbol", "closed_at"),
        Index("idx_two_leg_positions_status", "user_id", "status"),
        Index("idx_two_leg_positions_opened_at", "user_id", "opened_at"),
        Index("idx_two_leg_positions_decided_at", text("COALESCE(decided_at, opened_at)"), "id"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    bot_uid: Mapped[str | None]
    reference: Mapped[str | None]
    symbol: Mapped[Words]
    direction: Mapped[Words]
    size: Mapped[Money]
    won_venue: Mapped[Words] = mapped_column(server_default="upbit")
    foreign_venue: Mapped[Words] = mapped_column(server_default="binance_futures")
    entry_won_price: Mapped[Money | None]
    entry_foreign_price: Mapped[Money | None]
    entry_spread_pct: Mapped[Money]
    exit_won_price: Mapped[Money | None]
    exit_foreign_price: Mapped[Money | None]
    exit_spread_pct: Mapped[Money | None]
    pnl_krw: Mapped[Money | None]
    pnl_pct: Mapped[Money | None]
    status: Mapped[Words] = mapped_column(server_default="OPEN")
    opened_at: Mapped[Instant | None]
    closed_at: Mapped[Instant | None]
    created_at: Mapped[WrittenAt]
    updated_at: Mapped[WrittenAt]
    number: Mapped[int | None] = mapped_column(BigInteger)
    stage: Mapped[str | None]
    won_symbol: Mapped[str | None]
    foreign_symbol: Mapped[str | None]
    decided_at: Mapped[Instant | None]
    entry_net_pct: Mapped[Money | None]
    entry_fx_pair: Mapped[str | None]
    entry_fx_rate: Mapped[Money | None]
    entry_fx_source: Mapped[str | None]
    entry_fx_at: Mapped[Instant | None]
    exit_decided_at: Mapped[Instant | None]
    exit_net_pct: Mapped[Money | None]
    exit_fx_pair: Mapped[str | None]
    exit_fx_rate: Mapped[Money | None]
    exit_fx_source: Mapped[str | None]
    exit_fx_at: Mapped[Instant | None]
    funding: Mapped[Sum]
    imbalance_since: Mapped[Instant | None]


class OrderLeg(Row):
    """One leg as it was decided and as it was filled. `slippage_bps` of the theoretical price; > 0 is worse.

    `venue_order_id` is the venue's number, `client_order_id` our order where there is one. A leg of a bot's position
    has a `phase` and a `place`, and sums all its orders: `filled` base for `value` with `fee`, in its own quote, of
    which `fee_base` was taken in base and `fee_paid` was not. `price_effective` is NULL where that is no price.
    """

    __tablename__ = "order_legs"
    __table_args__ = (
        UniqueConstraint("user_id", "leg_id", "ordered_at"),
        owned("two_leg_positions", "position_id", theirs="id", ondelete="CASCADE"),
        owned("orders", "client_order_id"),
        CheckConstraint(one_of("side", ("buy", "sell", "long", "short")), name="side"),
        # Where an exit has nothing to do on one side, that leg is there with nothing to do and may lack a price.
        CheckConstraint("qty > 0 OR qty = 0 AND phase IS NOT NULL", name="qty"),
        CheckConstraint("(price_theoretical > 0 OR phase IS NOT NULL) AND price_effective > 0", name="prices"),
        CheckConstraint(f"{one_of('phase', PHASES)} AND {one_of('place', PLACES)}", name="part"),
        CheckConstraint(
            "num_nonnulls(phase, place, filled, value, fee, fee_base, fee_paid) IN (0, 7) "
            "AND (phase IS NULL OR position_id IS NOT NULL)",
            name="whole",
        ),
        Index("unique_order_legs_part", "position_id", "phase", "place", unique=True),
        Index("idx_order_legs_position_id", "position_id"),
        Index("idx_order_legs_client_order_id", "client_order_id"),
        Index("idx_order_legs_symbol", "user_id", "symbol"),
        Index("idx_order_legs_venue", "user_id", "venue"),
        Index("idx_order_legs_ordered_at", "user_id", "ordered_at"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    position_id: Mapped[RowNumber | None]
    symbol: Mapped[Words]
    venue: Mapped[Words]
    side: Mapped[Words]
    qty: Mapped[Money]
    price_theoretical: Mapped[Money]
    price_effective: Mapped[Money | None]
    slippage_bps: Mapped[Money | None]
    leg_id: Mapped[Words]
    venue_order_id: Mapped[str | None]
    client_order_id: Mapped[str | None]
    ordered_at: Mapped[Instant]
    created_at: Mapped[WrittenAt]
    phase: Mapped[str | None]
    place: Mapped[str | None]
    filled: Mapped[Money | None]
    value: Mapped[Money | None]
    fee: Mapped[Money | None]
    fee_base: Mapped[Money | None]
    fee_paid: Mapped[Money | None]


class TwoLegTrade(Row):
    """The opening or the closing of a position, with both prices."""

    __tablename__ = "two_leg_trades"
    __table_args__ = (
        UniqueConstraint("user_id", "position_id", "side", "traded_at"),
        owned("two_leg_positions", "position_id", theirs="id", ondelete="CASCADE"),
        CheckConstraint(one_of("side", ("OPEN", "CLOSE")), name="side"),
        CheckConstraint("size > 0", name="size"),
        Index("idx_two_leg_trades_position_id", "position_id"),
        Index("idx_two_leg_trades_symbol", "user_id", "symbol"),
        Index("idx_two_leg_trades_traded_at", "user_id", "traded_at"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    position_id: Mapped[RowNumber | None]
    symbol: Mapped[Words]
    direction: Mapped[Words]
    size: Mapped[Money]
    side: Mapped[Words]
    won_price: Mapped[Money | None]
    foreign_price: Mapped[Money | None]
    pnl_krw: Mapped[Money | None]
    pnl_pct: Mapped[Money | None]
    traded_at: Mapped[Instant]
    created_at: Mapped[WrittenAt]


class WatchedPairRow(Row):
    """A pair on somebody's list: the spread desk computes it for `size` in base or `value` in the home quote.

    Fees are fractions that stand for the venues' own; `record_every_s` NULL keeps no readings but opportunities.
    """

    __tablename__ = "watched_pairs"
    __table_args__ = (
        CheckConstraint("num_nonnulls(size, value) > 0 AND size > 0 AND value > 0", name="size"),
        CheckConstraint("home_fee >= 0 AND home_fee < 1 AND foreign_fee >= 0 AND foreign_fee < 1", name="fees"),
        CheckConstraint("hold_days >= 0", name="hold_days"),
        CheckConstraint("record_every_s > 0", name="record_every_s"),
    )

    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    won_venue: Mapped[Words] = mapped_column(primary_key=True)
    won_symbol: Mapped[Words] = mapped_column(primary_key=True)
    foreign_venue: Mapped[Words] = mapped_column(primary_key=True)
    foreign_symbol: Mapped[Words] = mapped_column(primary_key=True)
    fx_pair: Mapped[NoWords]
    fx_source: Mapped[NoWords]
    size: Mapped[Money | None]
    value: Mapped[Money | None]
    home_fee: Mapped[Money | None]
    foreign_fee: Mapped[Money | None]
    hold_days: Mapped[Sum]
    opportunity_pct: Mapped[Sum]
    record_every_s: Mapped[Money | None]
    created_at: Mapped[WrittenAt]
    updated_at: Mapped[WrittenAt]
