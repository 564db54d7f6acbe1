"""Bots and the settings of grids."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.domain.arbitrage import ArbitrageConfig, HedgeConfig
from engine.domain.bot import Bot, BotKind, BotState
from engine.domain.grid import GridConfig, GridMode, Inventory, Sizing
from storage.records import pairs
from storage.records.part import RowValues, upsert
from storage.records.sentences import arguments_json, sentence_of

BOTS = upsert(
    "bots",
    "bot_instances",
    (
        ("bot_uid", "text"),
        ("desk_id", "text"),
        ("account_id", "text"),
        ("name", "text"),
        ("bot_type", "text"),
        ("venue", "text"),
        ("symbol", "text"),
        ("allocation_percent", "numeric"),
        ("stop_loss_percent", "numeric"),
        ("take_profit_percent", "numeric"),
        ("is_running", "boolean"),
        ("is_active", "boolean"),
        ("state", "text"),
        ("run", "int"),
        ("generation", "int"),
        ("leg_attempt", "int"),
        ("fencing_token", "bigint"),
        ("last_started_at", "timestamptz"),
        ("last_stopped_at", "timestamptz"),
        ("last_trade_at", "timestamptz"),
        ("last_event", "text"),
        ("last_event_arguments", "jsonb"),
        ("last_event_at", "timestamptz"),
        ("last_error", "text"),
        ("start_price", "numeric"),
        ("total_trades", "bigint"),
        ("winning_trades", "bigint"),
        ("total_pnl", "numeric"),
        ("final_pnl", "numeric"),
        ("spare_base", "numeric"),
        ("spare_cash", "numeric"),
        ("target_base", "numeric"),
        ("fees_quote", "numeric"),
        ("fees_base", "numeric"),
        ("fees_other", "jsonb"),
        ("funding", "numeric"),
        ("stop_inventory", "text"),
        ("consecutive_rejects", "int"),
        ("pair_bot_uid", "text"),
        ("buy_fills", "bigint"),
        ("sell_fills", "bigint"),
        ("created_at", "timestamptz"),
    ),
    ("bot_uid",),
    # The fence of the commit has looked already; this line keeps the rule true for the row itself.
    when="bot_instances.fencing_token = EXCLUDED.fencing_token",
    extra={"updated_at": "now()"},
)

CONFIGS = upsert(
    "configs",
    "grid_bot_configs",
    (
        ("bot_uid", "text"),
        ("lower_price", "numeric"),
        ("upper_price", "numeric"),
        ("grid_count", "int"),
        ("grid_mode", "text"),
        ("sizing", "text"),
        ("total_investment", "numeric"),
        ("post_only", "boolean"),
        ("use_held_base", "boolean"),
        ("compounding", "boolean"),
        ("trigger_price", "numeric"),
        ("stop_upper", "numeric"),
        ("stop_lower", "numeric"),
        ("stop_upper_inventory", "text"),
        ("stop_lower_inventory", "text"),
        ("stop_loss_inventory", "text"),
        ("take_profit_inventory", "text"),
        ("filled_buy_count", "bigint"),
        ("filled_sell_count", "bigint"),
        ("realized_profit", "numeric"),
    ),
    ("bot_uid",),
    extra={"updated_at": "now()"},
)


def bot_row(bot: Bot) -> RowValues:
    """A bot as a row of BOTS."""
    config, event = bot.config, bot.last_event
    stops = (config.stop_loss_pct, config.take_profit_pct) if isinstance(config, GridConfig) else (None, None)
    pair_bot_id = config.pair_bot_id if isinstance(config, HedgeConfig) else None
    return (
        bot.bot_id, bot.desk_id, bot.account_id, bot.name, bot.kind, bot.venue, bot.symbol,
        bot.allocation_percent, *stops, bot.is_active, not bot.is_removed,
        bot.state, bot.run, bot.generation, bot.leg_attempt, bot.fencing_token, bot.started_at, bot.stopped_at,
        bot.last_trade_at, event.template if event else None, arguments_json(event) if event else "[]",
        bot.last_event_at, str(event) if event and bot.state is BotState.ERROR else None, bot.start_price,
        bot.buy_fills + bot.sell_fills, bot.closed_cycles, bot.matched_profit, bot.final_pnl, bot.spare_base,
        bot.spare_cash, bot.target_base, bot.fees_quote, bot.fees_base,
        json.dumps([[asset, str(amount)] for asset, amount in bot.fees_other]), bot.funding, bot.stop_inventory,
        bot.consecutive_rejects, pair_bot_id, bot.buy_fills, bot.sell_fills, bot.created_at,
    )  # fmt: skip


def config_row(bot: Bot) -> RowValues:
    """A bot's settings and counters as a row of CONFIGS."""
    config = bot.grid
    return (
        bot.bot_id, config.lower, config.upper, config.grid_count, config.mode, config.sizing, config.investment,
        config.post_only, config.use_held_base, config.compounding, config.trigger_price, config.stop_upper,
        config.stop_lower, config.stop_upper_inventory, config.stop_lower_inventory, config.stop_loss_inventory,
        config.take_profit_inventory, bot.buy_fills, bot.sell_fills, bot.matched_profit,
    )  # fmt: skip


def config_of(row: Mapping[str, Any]) -> GridConfig | ArbitrageConfig | HedgeConfig:
    """Settings from a row of all tables."""
    match BotKind(row["bot_type"]):
        case BotKind.ARBITRAGE:
            return pairs.config_of(row)
        case BotKind.HEDGE:
            return HedgeConfig(row["pair_bot_uid"])
        case BotKind.GRID:
            return _grid_of(row)


def _grid_of(row: Mapping[str, Any]) -> GridConfig:
    return GridConfig(
        lower=row["lower_price"],
        upper=row["upper_price"],
        grid_count=row["grid_count"],
        investment=row["total_investment"],
        mode=GridMode(row["grid_mode"]),
        sizing=Sizing(row["sizing"]),
        post_only=row["post_only"],
        use_held_base=row["use_held_base"],
        compounding=row["compounding"],
        trigger_price=row["trigger_price"],
        stop_upper=row["stop_upper"],
        stop_lower=row["stop_lower"],
        stop_loss_pct=row["stop_loss_percent"],
        take_profit_pct=row["take_profit_percent"],
        stop_upper_inventory=Inventory(row["stop_upper_inventory"]),
        stop_lower_inventory=Inventory(row["stop_lower_inventory"]),
        stop_loss_inventory=Inventory(row["stop_loss_inventory"]),
        take_profit_inventory=Inventory(row["take_profit_inventory"]),
    )


def bot_of(row: Mapping[str, Any]) -> Bot:
    """A bot from a row of all tables."""
    event = sentence_of(row["last_event"], row["last_event_arguments"]) if row["last_event"] is not None else None
    return Bot(
        bot_id=row["bot_uid"],
        name=row["name"],
        kind=BotKind(row["bot_type"]),
        account_id=row["account_id"],
        venue=row["venue"],
        symbol=row["symbol"],
        desk_id=row["desk_id"],
        allocation_percent=row["allocation_percent"],
        config=config_of(row),
        created_at=row["bot_created_at"],
        state=BotState(row["state"]),
        run=row["run"],
        generation=row["generation"],
        leg_attempt=row["leg_attempt"],
        started_at=row["last_started_at"],
        stopped_at=row["last_stopped_at"],
        start_price=row["start_price"],
        matched_profit=row["total_pnl"],
        closed_cycles=row["winning_trades"],
        buy_fills=row["buy_fills"] if row["filled_buy_count"] is None else row["filled_buy_count"],
        sell_fills=row["sell_fills"] if row["filled_sell_count"] is None else row["filled_sell_count"],
        spare_base=row["spare_base"],
        spare_cash=row["spare_cash"],
        fees_quote=row["fees_quote"],
        fees_base=row["fees_base"],
        fees_other=tuple((asset, Decimal(amount)) for asset, amount in json.loads(row["fees_other"])),
        funding=row["funding"],
        target_base=row["target_base"],
        final_pnl=row["final_pnl"],
        stop_inventory=Inventory(row["stop_inventory"]),
        consecutive_rejects=row["consecutive_rejects"],
        fencing_token=row["fencing_token"],
        last_event=event,
        last_event_at=row["last_event_at"],
        last_trade_at=row["last_trade_at"],
        is_removed=not row["is_active"],
    )
