"""The settings of two-leg bots."""

from collections.abc import Mapping
from typing import Any

from engine.domain.arbitrage import ArbitrageConfig, ImbalancePolicy, LegStyle, Ways
from storage.records.part import RowValues, upsert

ARBITRAGES = upsert(
    "arbitrages",
    "arbitrage_bot_configs",
    (
        ("bot_uid", "text"),
        ("hedge_account_id", "text"),
        ("hedge_symbol", "text"),
        ("direction", "text"),
        ("size", "numeric"),
        ("entry_spread_pct", "numeric"),
        ("exit_spread_pct", "numeric"),
        ("fx_pair", "text"),
        ("fx_source", "text"),
        ("max_fx_age_s", "numeric"),
        ("max_leg_age_s", "numeric"),
        ("max_imbalance_krw", "numeric"),
        ("max_imbalance_s", "numeric"),
        ("imbalance_policy", "text"),
        ("leg_style", "text"),
        ("entry_step_pct", "numeric"),
        ("max_positions", "int"),
        ("max_value", "numeric"),
        ("cooldown_s", "numeric"),
        ("confirmations", "int"),
        ("min_depth", "numeric"),
        ("max_slippage_pct", "numeric"),
        ("leg_timeout_s", "numeric"),
        ("hold_days", "numeric"),
    ),
    ("bot_uid",),
    extra={"updated_at": "now()"},
)
#: Its columns beside those of bots, which have some of the same names.
PREFIX = "pair_"
ARBITRAGE_COLUMNS = ", ".join(f"p.{name} AS {PREFIX}{name}" for name, _ in ARBITRAGES.columns if name != "bot_uid")


def config_row(bot_id: str, config: ArbitrageConfig) -> RowValues:
    """Settings as a row of ARBITRAGES."""
    return (
        bot_id, config.hedge_account_id, config.hedge_symbol, config.ways, config.size, config.entry_pct,
        config.exit_pct, config.fx_pair, config.fx_source, config.max_fx_age_s, config.max_book_age_s,
        config.max_imbalance_value, config.max_imbalance_s, config.policy, config.style, config.entry_step_pct,
        config.max_positions, config.max_value, config.cooldown_s, config.confirmations, config.min_depth,
        config.max_slippage_pct, config.leg_timeout_s, config.hold_days,
    )  # fmt: skip


def config_of(row: Mapping[str, Any]) -> ArbitrageConfig:
    """Settings from a row with ARBITRAGE_COLUMNS."""
    return ArbitrageConfig(
        hedge_account_id=row["pair_hedge_account_id"],
        hedge_symbol=row["pair_hedge_symbol"],
        size=row["pair_size"],
        entry_pct=row["pair_entry_spread_pct"],
        exit_pct=row["pair_exit_spread_pct"],
        fx_pair=row["pair_fx_pair"],
        fx_source=row["pair_fx_source"],
        ways=Ways(row["pair_direction"]),
        style=LegStyle(row["pair_leg_style"]),
        entry_step_pct=row["pair_entry_step_pct"],
        max_positions=row["pair_max_positions"],
        max_value=row["pair_max_value"],
        cooldown_s=row["pair_cooldown_s"],
        confirmations=row["pair_confirmations"],
        min_depth=row["pair_min_depth"],
        max_slippage_pct=row["pair_max_slippage_pct"],
        max_book_age_s=row["pair_max_leg_age_s"],
        max_fx_age_s=row["pair_max_fx_age_s"],
        leg_timeout_s=row["pair_leg_timeout_s"],
        max_imbalance_value=row["pair_max_imbalance_krw"],
        max_imbalance_s=row["pair_max_imbalance_s"],
        policy=ImbalancePolicy(row["pair_imbalance_policy"]),
        hold_days=row["pair_hold_days"],
    )
